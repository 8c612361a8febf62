#include "core/report/export.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/base/output_file.h"
#include "core/base/staged_folder.h"
#include "core/checkpoint/formats/safetensors/safetensors_writer.h"
#include "core/evaluation/sharing.h"
#include "core/model/merged_projections.h"
#include "core/report/export_files.h"
#include "core/report/export_manifest.h"
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

/// The changed tensors of one layer at a time: files usually have a layer's side by side.
class MergedTensors {
  public:
    MergedTensors(const Checkpoint& checkpoint, const Variant& variant,
                  const Compactions& compactions)
        : checkpoint_(checkpoint), variant_(variant), compactions_(compactions) {
        for (const auto& [layer, merge] : variant) {
            for (const ExpectedTensor& tensor : expected_tensors(checkpoint.config(), layer)) {
                const Part first = tensor.parts.front();
                const bool refitted = first == Part::o_bias && merge.output;
                if (refitted || belongs_to_heads(checkpoint.config(), first))
                    layer_of_.emplace(tensor.name, layer);
            }
        }
    }

    /// The bytes of a tensor that merging changes; nothing for another.
    std::optional<std::vector<std::byte>> take(const std::string& name) {
        const auto found = layer_of_.find(name);
        if (found == layer_of_.end()) return std::nullopt;
        auto entry = find(name);
        if (entry == made_.end()) {
            make(found->second);
            entry = find(name);
        }
        if (entry == made_.end()) return std::nullopt;  // a bias that the model does not use
        std::vector<std::byte> bytes = std::move(entry->second);
        made_.erase(entry);
        return bytes;
    }

  private:
    ProjectionBytes::iterator find(const std::string& name) {
        return std::find_if(made_.begin(), made_.end(),
                            [&](const auto& entry) { return entry.first == name; });
    }

    void make(int layer) {
        made_.clear();
        const auto compaction = compactions_.find(layer);
        made_ = merged_projections(
            checkpoint_, layer, variant_.at(layer),
            compaction == compactions_.end() ? nullptr : &compaction->second.selection);
    }

    const Checkpoint& checkpoint_;
    const Variant& variant_;
    const Compactions& compactions_;
    std::map<std::string, int> layer_of_;
    ProjectionBytes made_;
};

/// One export, step by step; a step leaves what the next needs in the members.
class Export {
  public:
    Export(const Checkpoint& checkpoint, const ExportParams& params, const ProgressFn& progress,
           const std::stop_token& stop)
        : checkpoint_(checkpoint),
          params_(params),
          stop_(stop),
          progress_(progress),
          variant_(variant_of(params.plan)) {}

    ExportResult run() {
        const auto start = Clock::now();
        throw_if_stopped(stop_);
        if (variant_.empty()) fail_without_merge();
        const fs::path target = StagedFolder::resolve(params_.output_dir);
        refuse_over_source(checkpoint_, target);
        StagedFolder::check_target(target, params_.force);
        result_.directory = target;
        if (params_.compact) find_compactions();
        shards_ = plan_shards(checkpoint_, compactions_);
        companions_ = companion_files(checkpoint_);

        StagedFolder staged(target);
        folder_ = staged.path();
        total_ = needed_bytes();
        require_room();
        const std::string fingerprint = checkpoint_.fingerprint(stop_);
        write_weights();
        write_other_files(fingerprint);
        step();
        staged.commit(params_.force);
        report(/*finished=*/true);
        result_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        return std::move(result_);
    }

  private:
    void step() const {
        throw_if_stopped(stop_);
        if (params_.system.before_step) params_.system.before_step();
    }

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
        const auto layers = static_cast<std::int64_t>(variant_.size());
        std::int64_t done = 0;
        progress_.report({"comparing merged heads", done, layers, "layers"});
        for (const auto& [layer, merge] : variant_) {
            step();
            result_.layers.push_back(compact_layer(
                layer, merged_contents(checkpoint_, layer, merge), checkpoint_.config()));
            if (result_.layers.back().removes_any())
                compactions_.emplace(layer, result_.layers.back());
            progress_.report({"comparing merged heads", ++done, layers, "layers"});
        }
        if (compactions_.empty()) fail_without_removal();
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
             checkpoint_.directory().string(), reasons, more);
    }

    [[nodiscard]] std::int64_t needed_bytes() const {
        std::int64_t bytes = 0;
        for (const ExportShard& shard : shards_)
            bytes += shard.data_bytes() + static_cast<std::int64_t>(shard.header.size());
        for (const fs::path& file : companions_)
            bytes += size_of_file(file);
        return bytes;
    }

    void require_room() const {
        const std::int64_t room = params_.system.free_space
                                      ? params_.system.free_space(folder_.parent_path())
                                      : free_space_at(folder_);
        if (room >= total_ + kSmallFiles) return;
        fail(ErrorCode::bad_input,
             "{}: the model takes {} MB, but only {} MB are free there; make room or choose "
             "another disk",
             result_.directory.string(), (total_ + kSmallFiles) / kMegabyte, room / kMegabyte);
    }

    void write_weights() {
        MergedTensors merged(checkpoint_, variant_, compactions_);
        report();
        for (const ExportShard& shard : shards_) {
            SafetensorsWriter file(folder_ / shard.name, shard.header, shard.data_bytes());
            for (const StoredInfo& tensor : shard.tensors)
                write_tensor(tensor, merged, file);
            step();
            file.finish();
            result_.bytes += static_cast<std::int64_t>(shard.header.size());
        }
    }

    void write_tensor(const StoredInfo& tensor, MergedTensors& merged, SafetensorsWriter& file) {
        const auto write = [&](std::span<const std::byte> bytes) {
            step();
            file.write(bytes);
            result_.bytes += static_cast<std::int64_t>(bytes.size());
            report();
        };
        if (const auto bytes = merged.take(tensor.name)) {
            write(*bytes);
            if (differs(tensor.name, *bytes)) result_.changed_tensors.push_back(tensor.name);
        } else {
            checkpoint_.read(tensor.name, write);
        }
    }

    [[nodiscard]] bool differs(const std::string& name, std::span<const std::byte> bytes) const {
        const TensorView source = checkpoint_.tensor(name);
        const bool same =
            std::equal(bytes.begin(), bytes.end(), source.bytes.begin(), source.bytes.end());
        checkpoint_.release(source);
        return !same;
    }

    void write_other_files(const std::string& fingerprint) {
        for (const fs::path& file : companions_)
            copy(file);
        write("config.json", make_config(checkpoint_, compactions_));
        result_.notes = config_notes(checkpoint_, compactions_);
        const std::string index = make_index(checkpoint_, shards_);
        if (!index.empty()) write("model.safetensors.index.json", index);
        write(kExportManifest, make_export_manifest(checkpoint_, fingerprint, params_, result_));
    }

    void write(const char* name, const std::string& text) {
        step();
        OutputFile file(folder_ / name);
        file.write(text);
        file.finish();
        result_.bytes += file.size();
    }

    void copy(const fs::path& from) {
        std::ifstream source(from, std::ios::binary);
        OutputFile file(folder_ / from.filename());
        std::vector<char> buffer(std::size_t{1} << 20);
        while (source) {
            step();
            source.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
            file.write({buffer.data(), static_cast<std::size_t>(source.gcount())});
        }
        if (!source.eof()) {
            fail(ErrorCode::bad_input, "{}: cannot be read, so it cannot be copied", from.string());
        }
        file.finish();
        result_.bytes += file.size();
        report();
    }

    /// The last megabyte is there once the folder has its name.
    void report(bool finished = false) {
        const std::int64_t total = total_ / kMegabyte + 1;
        const std::int64_t done = finished ? total : std::min(result_.bytes / kMegabyte, total - 1);
        progress_.report({"writing", done, total, "MB"});
    }

    const Checkpoint& checkpoint_;
    const ExportParams& params_;
    const std::stop_token& stop_;
    ProgressThrottle progress_;
    Variant variant_;
    Compactions compactions_;
    std::vector<ExportShard> shards_;
    std::vector<fs::path> companions_;
    fs::path folder_;  ///< that is being filled
    std::int64_t total_ = 0;
    ExportResult result_;
};

}  // namespace

std::int64_t export_size(const Checkpoint& checkpoint) {
    std::int64_t bytes = kSmallFiles;
    for (const ExportShard& shard : plan_shards(checkpoint, {}))
        bytes += shard.data_bytes();
    for (const fs::path& file : companion_files(checkpoint))
        bytes += size_of_file(file);
    return bytes;
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
