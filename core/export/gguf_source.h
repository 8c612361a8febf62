#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/formats/gguf/gguf_file.h"
#include "core/checkpoint/formats/gguf/gguf_names.h"

namespace headscope {

/// A tensor as a GGUF file holds it.
struct GgufStored {
    const StoredTensor* tensor = nullptr;
    const BlockType* type = nullptr;
    const GgufFile* file = nullptr;

    explicit operator bool() const { return tensor != nullptr; }
    /// Lets go of the memory that its mapped bytes take.
    void release() const { file->file().release(tensor->bytes); }
};

/// The GGUF files of a checkpoint: their metadata and their blocks.
class GgufSource {
  public:
    /// Null where the checkpoint is in another format.
    static std::unique_ptr<const GgufSource> open(const Checkpoint& checkpoint);

    [[nodiscard]] const GgufMetadata& values() const { return files_.front()->values(); }
    [[nodiscard]] const GgufArchitecture& architecture() const { return *architecture_; }

    /// By its name in the file; nothing where there is none.
    [[nodiscard]] GgufStored find(std::string_view name) const;

  private:
    std::vector<std::unique_ptr<const GgufFile>> files_;
    const GgufArchitecture* architecture_ = nullptr;
};

}  // namespace headscope
