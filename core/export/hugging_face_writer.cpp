#include "core/export/hugging_face_writer.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <system_error>

#include "core/base/locations.h"
#include "core/checkpoint/formats/safetensors/safetensors_writer.h"
#include "core/export/hugging_face_files.h"
#include "core/export/merged_tensors.h"
#include "core/tokenizer/hugging_face_tokenizer.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

std::int64_t size_of_file(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

std::int64_t elements_of(const StoredInfo& tensor) {
    return std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                           std::multiplies<>());
}

class HuggingFaceWriter : public ModelWriter {
  public:
    HuggingFaceWriter(const TargetModel& target, std::int64_t most_bytes)
        : target_(target),
          shards_(plan_shards(target, most_bytes)),
          companions_(companion_files(target.checkpoint)) {}

    [[nodiscard]] std::int64_t weight_bytes() const override {
        std::int64_t bytes = 0;
        for (const ExportShard& shard : shards_)
            bytes += shard.data_bytes() + static_cast<std::int64_t>(shard.header.size());
        return bytes;
    }

    [[nodiscard]] std::int64_t other_bytes() const override {
        std::int64_t bytes = 0;
        for (const fs::path& file : companions_)
            bytes += size_of_file(file);
        return bytes;
    }

    [[nodiscard]] std::int64_t parameters() const override {
        std::int64_t count = 0;
        for (const ExportShard& shard : shards_)
            for (const StoredInfo& tensor : shard.tensors)
                count += elements_of(tensor);
        return count;
    }

    [[nodiscard]] std::vector<std::string> notes() const override { return config_notes(target_); }

    std::vector<std::string> write(ExportFolder& folder) override {
        MergedTensors merged(target_);
        folder.report();
        for (const ExportShard& shard : shards_) {
            SafetensorsWriter file(folder.path() / shard.name, shard.header, shard.data_bytes());
            for (const StoredInfo& tensor : shard.tensors)
                write_tensor(tensor, merged, file, folder);
            folder.step();
            file.finish();
            folder.add(static_cast<std::int64_t>(shard.header.size()));
        }
        for (const fs::path& file : companions_)
            folder.copy(file);
        write_tokenizer(folder);
        folder.write("config.json", make_config(target_));
        if (needs_modeling_file(target_))
            folder.copy(resources_dir() / "transformers" / kModelingFile);
        const std::string index = make_index(target_.checkpoint, shards_);
        if (!index.empty()) folder.write("model.safetensors.index.json", index);
        return std::move(changed_);
    }

  private:
    /// Of a file that holds weights and tokenizer.
    void write_tokenizer(ExportFolder& folder) const {
        const auto embedded = target_.checkpoint.embedded_tokenizer();
        if (!embedded || embedded->model.empty()) return;
        const HuggingFaceTokenizer tokenizer = make_hugging_face_tokenizer(*embedded);
        folder.write("tokenizer.json", tokenizer.tokenizer_json);
        folder.write("tokenizer_config.json", tokenizer.tokenizer_config_json);
    }

    void write_tensor(const StoredInfo& tensor, MergedTensors& merged, SafetensorsWriter& file,
                      ExportFolder& folder) {
        const auto write = [&](std::span<const std::byte> bytes) {
            folder.step();
            file.write(bytes);
            folder.add(static_cast<std::int64_t>(bytes.size()));
        };
        if (const auto bytes = merged.take(tensor.name)) {
            write(*bytes);
            if (differs(tensor.name, *bytes)) changed_.push_back(tensor.name);
        } else {
            target_.checkpoint.read(tensor.name, write);
        }
    }

    [[nodiscard]] bool differs(const std::string& name, std::span<const std::byte> bytes) const {
        const TensorView source = target_.checkpoint.tensor(name);
        const bool same =
            std::equal(bytes.begin(), bytes.end(), source.bytes.begin(), source.bytes.end());
        target_.checkpoint.release(source);
        return !same;
    }

    const TargetModel& target_;
    std::vector<ExportShard> shards_;
    std::vector<fs::path> companions_;
    std::vector<std::string> changed_;
};

}  // namespace

std::unique_ptr<ModelWriter> hugging_face_writer(const TargetModel& target,
                                                 std::int64_t most_bytes) {
    return std::make_unique<HuggingFaceWriter>(target, most_bytes);
}

}  // namespace headscope
