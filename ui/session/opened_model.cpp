#include "ui/session/opened_model.h"

namespace headscope::ui {

std::string OpenedModel::name() const {
    const std::filesystem::path& directory = checkpoint.directory();
    const std::string name = directory.filename().string();
    return name.empty() ? directory.parent_path().filename().string() : name;
}

std::shared_ptr<const OpenedModel> open_model(const std::filesystem::path& path, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop) {
    OpenedModel model{Checkpoint::open(path), measure, {}, {}};
    model.matrices = compute_similarity(model.checkpoint, {measure, {}, 0}, progress, stop);
    model.ranked.reserve(model.matrices.size());
    for (const SimilarityMatrix& matrix : model.matrices) model.ranked.emplace_back(matrix);
    return std::make_shared<const OpenedModel>(std::move(model));
}

}  // namespace headscope::ui
