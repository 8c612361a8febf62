#include "core/export/export.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/architecture/compared_only.h"
#include "core/base/error.h"
#include "core/base/staged_folder.h"
#include "core/export/export_folder.h"
#include "core/export/export_manifest.h"
#include "core/export/gguf_model_writer.h"
#include "core/export/hugging_face_files.h"
#include "core/export/hugging_face_writer.h"
#include "core/export/target_model.h"
#include "core/model/merged_projections.h"
#include "core/report/results.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kMegabyte = 1'000'000;
/// For the config, the index and the manifest, and what the file system itself takes.
constexpr std::int64_t kSmallFiles = 16 * kMegabyte;

std::int64_t size_of_file(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

/// Whether `path`, links followed, lies in `folder` or below.
bool lies_in(const fs::path& path, const fs::path& folder) {
    std::error_code error;
    fs::path at = fs::canonical(path, error);
    while (!error && !at.empty()) {
        if (fs::equivalent(at, folder, error)) return true;
        if (!at.has_relative_path()) return false;
        at = at.parent_path();
    }
    return false;
}

/// Replacing a folder removes what it holds: nothing of the source may be there, also by a link.
void refuse_over_source(const Checkpoint& checkpoint, const fs::path& target) {
    std::error_code error;
    if (!fs::exists(target, error)) return;
    std::vector<fs::path> sources = companion_files(checkpoint);
    const std::vector<fs::path> weights = checkpoint.tensor_files();
    sources.insert(sources.end(), weights.begin(), weights.end());
    sources.push_back(checkpoint.directory());
    for (const fs::path& source : sources) {
        if (lies_in(source, target)) {
            fail(ErrorCode::bad_input, "{}: the model itself is there ({}); choose another folder",
                 target.string(), source.string());
        }
    }
}

/// One export, step by step; a step leaves what the next needs in the members.
class Export {
  public:
    Export(const Checkpoint& checkpoint, const ExportParams& params, const ProgressFn& progress,
           const std::stop_token& stop)
        : params_(params),
          stop_(stop),
          progress_(progress),
          target_{checkpoint, variant_of(params.plan)} {}

    ExportResult run() {
        const auto start = Clock::now();
        throw_if_stopped(stop_);
        if (target_.variant.empty()) fail_without_merge();
        const fs::path target = StagedFolder::resolve(params_.output_dir);
        refuse_what_is_compared_only();
        refuse_stacked_experts();
        refuse_over_source(target_.checkpoint, target);
        StagedFolder::check_target(target, params_.force);
        result_.directory = target;
        if (params_.compact) find_compactions();
        const std::unique_ptr<ModelWriter> writer = make_writer();
        measure(*writer);

        StagedFolder staged(target);
        ExportFolder folder(staged.path(), params_.system, progress_, stop_);
        const std::int64_t bytes = writer->weight_bytes() + writer->other_bytes();
        require_room(staged.path(), bytes);
        folder.expect(bytes);
        const std::string fingerprint = target_.checkpoint.fingerprint(stop_);
        result_.changed_tensors = writer->write(folder);
        result_.notes = writer->notes();
        if (params_.speed) measure_speed(staged.path());
        folder.write(kExportManifest,
                     make_export_manifest(target_.checkpoint, fingerprint, params_, result_));
        folder.step();
        staged.commit(params_.force);
        folder.report(/*finished=*/true);
        result_.bytes = folder.bytes();
        result_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        return std::move(result_);
    }

  private:
    [[noreturn]] void fail_without_merge() const {
        if (params_.plan.layer_thresholds) {
            fail(ErrorCode::bad_input,
                 "no layer has a pair at its threshold, so there is no merged model to save; lower "
                 "the thresholds");
        }
        fail(ErrorCode::bad_input,
             "threshold {} merges nothing, so there is no merged model to save; lower it",
             threshold_text(params_.plan.rule.threshold));
    }

    void find_compactions() {
        const Checkpoint& checkpoint = target_.checkpoint;
        const auto layers = static_cast<std::int64_t>(target_.variant.size());
        std::int64_t done = 0;
        progress_.report({"comparing merged heads", done, layers, "layers"});
        for (const auto& [layer, merge] : target_.variant) {
            throw_if_stopped(stop_);
            if (params_.system.before_step) params_.system.before_step();
            result_.layers.push_back(compact_layer(layer, merged_contents(checkpoint, layer, merge),
                                                   checkpoint.config()));
            if (result_.layers.back().removes_any())
                target_.compactions.emplace(layer, result_.layers.back());
            progress_.report({"comparing merged heads", ++done, layers, "layers"});
        }
        if (target_.compactions.empty()) fail_without_removal();
    }

    /// Its tensors were arranged for the comparison.
    void refuse_what_is_compared_only() const {
        const ModelConfig& config = target_.checkpoint.config();
        if (is_compared_only(*config.architecture)) target_.checkpoint.require_complete();
    }

    /// They were read as tensors of their own, which no other program knows.
    void refuse_stacked_experts() const {
        const ModelConfig& config = target_.checkpoint.config();
        if (!config.architecture->stacked_experts) return;
        fail(
            ErrorCode::unsupported,
            "{}: a model of type {} cannot be saved, because its experts are stacked in a way that "
            "is only read; save the plan and apply it when you open the model",
            target_.checkpoint.path().string(), config.model_type);
    }

    [[noreturn]] void fail_without_removal() const {
        constexpr std::size_t kMost = 3;
        std::string reasons;
        for (std::size_t i = 0; i < std::min(kMost, result_.layers.size()); ++i) {
            const LayerCompaction& layer = result_.layers[i];
            reasons += fmt::format("{}layer {}: {}", i == 0 ? "" : "; ", layer.layer, layer.remark);
        }
        const std::string more = result_.layers.size() > kMost
                                     ? fmt::format("; and {} more", result_.layers.size() - kMost)
                                     : "";
        fail(ErrorCode::bad_input,
             "no head can be removed from {} ({}{}); save the merged model without --compact",
             target_.checkpoint.directory().string(), reasons, more);
    }

    [[nodiscard]] std::unique_ptr<ModelWriter> make_writer() const {
        if (params_.format == ExportFormat::gguf)
            return gguf_model_writer(target_, params_.type, params_.max_shard_bytes);
        return hugging_face_writer(target_, params_.max_shard_bytes);
    }

    /// What the model takes before and after.
    void measure(const ModelWriter& writer) {
        const ModelConfig& config = target_.checkpoint.config();
        result_.before = size_of(target_.checkpoint);
        result_.after = {writer.parameters(), writer.weight_bytes(),
                         kv_cache_bytes_per_token(target_.heads(), config.head_dim)};
    }

    /// Of the source and of what was written, in turns.
    void measure_speed(const fs::path& written) {
        const ProgressFn progress = [this](const Progress& at) { progress_.report(at); };
        const ComputeOptions& compute = params_.speed->compute;
        const std::vector<Model> models = {
            Model::load(target_.checkpoint, compute, progress, stop_),
            Model::load(Checkpoint::open(written), compute, progress, stop_)};
        const std::vector<ModelSpeed> speeds =
            headscope::measure_speed(models, params_.speed->params, progress, stop_);
        result_.before.speed = speeds.front();
        result_.after.speed = speeds.back();
    }

    void require_room(const fs::path& folder, std::int64_t bytes) const {
        const std::int64_t room = params_.system.free_space
                                      ? params_.system.free_space(folder.parent_path())
                                      : free_space_at(folder);
        if (room >= bytes + kSmallFiles) return;
        fail(ErrorCode::bad_input,
             "{}: the model takes {} MB, but only {} MB are free there; make room or choose "
             "another disk",
             result_.directory.string(), (bytes + kSmallFiles) / kMegabyte, room / kMegabyte);
    }

    const ExportParams& params_;
    const std::stop_token& stop_;
    ProgressThrottle progress_;
    TargetModel target_;
    ExportResult result_;
};

}  // namespace

ModelSize size_of(const Checkpoint& checkpoint) {
    const TargetModel target{checkpoint, {}};
    ModelSize size;
    size.parameters = checkpoint.parameter_count();
    for (const fs::path& file : checkpoint.tensor_files())
        size.bytes += size_of_file(file);
    size.kv_cache_bytes_per_token =
        kv_cache_bytes_per_token(target.heads_before(), checkpoint.config().head_dim);
    return size;
}

std::int64_t export_size(const Checkpoint& checkpoint, ExportFormat format, ExportType type) {
    const TargetModel target{checkpoint, {}};
    const std::unique_ptr<ModelWriter> writer = format == ExportFormat::gguf
                                                    ? gguf_model_writer(target, type, 0)
                                                    : hugging_face_writer(target, 0);
    return kSmallFiles + writer->weight_bytes() + writer->other_bytes();
}

std::int64_t free_space_at(const fs::path& folder) {
    std::error_code error;
    fs::path there = fs::absolute(folder, error);
    while (!fs::exists(there, error) && there.has_relative_path())
        there = there.parent_path();
    const fs::space_info space = fs::space(there, error);
    if (error) {
        fail(ErrorCode::bad_input, "{}: the free space cannot be told ({})", folder.string(),
             error.message());
    }
    return static_cast<std::int64_t>(space.available);
}

ExportResult export_checkpoint(const Checkpoint& checkpoint, const ExportParams& params,
                               const ProgressFn& progress, const std::stop_token& stop) {
    return Export(checkpoint, params, progress, stop).run();
}

}  // namespace headscope
