#pragma once

class QMenu;

namespace headscope::ui {

class Session;

/// Adds what can be done with the selected heads of the session and with their layers: merge,
/// remove, exclude, and the ways back. The menu must not outlive the session.
void add_head_actions(QMenu& menu, Session& session);

}  // namespace headscope::ui
