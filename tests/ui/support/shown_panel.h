#pragma once

#include <QTest>
#include <memory>
#include <utility>

#include "ui/session/session.h"

namespace headscope::testing {

/// A panel on the screen, and the session that it shows.
template <typename Panel>
struct ShownPanel {
    ShownPanel(std::shared_ptr<const ui::OpenedModel> model, const QSize& size) {
        session.set_model(std::move(model));
        panel.resize(size);
        panel.show();
        panel.activateWindow();
        [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&panel);
    }

    ui::Session session;
    Panel panel{session};
};

}  // namespace headscope::testing
