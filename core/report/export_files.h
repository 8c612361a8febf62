#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/merging/compaction.h"

/// Which files a merged checkpoint consists of.
namespace headscope {

/// A safetensors file that will be written.
struct ExportShard {
    std::string name;
    std::string header;
    std::vector<StoredInfo> tensors;

    [[nodiscard]] std::int64_t data_bytes() const;
};

/// The layers that lose heads.
using Compactions = std::map<int, LayerCompaction>;

/// The weights' files: those of the source, or, where it is in Meta's layout, as many as it takes.
std::vector<ExportShard> plan_shards(const Checkpoint& checkpoint, const Compactions& compactions);

/// model.safetensors.index.json for these shards; empty where there is but one, which needs none.
/// The source's as it is where no heads are removed, otherwise with its other fields.
std::string make_index(const Checkpoint& checkpoint, const std::vector<ExportShard>& shards);

/// config.json: the source's as it is, unless heads are removed.
std::string make_config(const Checkpoint& checkpoint, const Compactions& compactions);

/// What other programs will say to that config.json, a sentence each.
std::vector<std::string> config_notes(const Checkpoint& checkpoint, const Compactions& compactions);

/// Files of the source's folder that are copied as they are: all regular ones, or links to such,
/// that hold no weights and describe none: tokenizer, generation settings, licence, model card.
/// Hidden files and folders stay behind.
std::vector<std::filesystem::path> companion_files(const Checkpoint& checkpoint);

}  // namespace headscope
