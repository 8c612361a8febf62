#pragma once

#include <QString>

#include "core/search/search.h"
#include "ui/session/session.h"

/// Searches for thresholds in words, numbers in the user's locale.
namespace headscope::ui {

/// What a search with the session's present choices is about; what is missing where none is
/// possible.
[[nodiscard]] QString search_subject(const Session& session);

/// Whether a search with the present choices is possible.
[[nodiscard]] bool can_search(const Session& session);

/// What a search found, with its figures on all windows.
[[nodiscard]] QString outcome_text(const SearchResult& search, const SearchParams& params);

}  // namespace headscope::ui
