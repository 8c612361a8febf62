#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/export/target_model.h"

/// Which files a merged checkpoint consists of.
namespace headscope {

/// A safetensors file that will be written.
struct ExportShard {
    std::string name;
    std::string header;
    std::vector<StoredInfo> tensors;

    [[nodiscard]] std::int64_t data_bytes() const;
};

/// The weights' files: those of the source, or, where it is in Meta's layout, as many as it takes.
/// With `most_bytes` (0: none) files of no more than that where the source has one larger; a tensor
/// that is larger has one of its own.
std::vector<ExportShard> plan_shards(const TargetModel& target, std::int64_t most_bytes);

/// model.safetensors.index.json for these shards; empty where there is but one, which needs none.
/// The source's as it is where no heads are removed, otherwise with its other fields.
std::string make_index(const Checkpoint& checkpoint, const std::vector<ExportShard>& shards);

/// The file that lets transformers open a model whose layers have heads of their own.
inline constexpr const char* kModelingFile = "modeling_headscope.py";

/// Whether transformers opens the model with kModelingFile only: layers differ in their heads, or
/// the number of heads does not divide the hidden size, which transformers 5 asks for. Not where
/// the file knows no such family.
bool needs_modeling_file(const TargetModel& target);

/// config.json: the source's as it is, unless heads are removed or layers differ.
std::string make_config(const TargetModel& target);

/// What other programs will say to that config.json, a sentence each.
std::vector<std::string> config_notes(const TargetModel& target);

/// Files of the source's folder that are copied as they are: all regular ones, or links to such,
/// that hold no weights and describe none: tokenizer, generation settings, licence, model card.
/// Hidden files and folders stay behind.
std::vector<std::filesystem::path> companion_files(const Checkpoint& checkpoint);

}  // namespace headscope
