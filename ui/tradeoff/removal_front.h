#pragma once

#include <QString>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/search/compress_file.h"
#include "ui/session/choices.h"
#include "ui/session/opened_model.h"

namespace headscope::ui {

/// A front of `headscope compress`, read for an open model. Never changes.
struct OpenedFront {
    QString file;
    std::shared_ptr<const OpenedModel> model;
    RemovalFront front;
    std::vector<PlanSummary> summaries;  ///< of the points' plans
};

/// Throws Error(bad_input) that names the file where it is no front or that of another model.
std::shared_ptr<const OpenedFront> open_front(const std::filesystem::path& file,
                                              const std::shared_ptr<const OpenedModel>& model,
                                              const std::stop_token& stop);

/// The choices that make a plan which names its heads one by one, and nothing else.
[[nodiscard]] Choices with_plan(Choices choices, const NamedPlan& plan);

}  // namespace headscope::ui
