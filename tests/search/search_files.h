#pragma once

#include <QTemporaryDir>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/locations.h"
#include "core/search/preparation.h"
#include "tests/support/test_files.h"

namespace headscope::testing {

/// The demo model on the first windows of the text, short ones, on the CPU.
inline WorkParams demo_work(std::int64_t windows) {
    WorkParams work;
    work.model_path = demo_model();
    work.text.window = 128;
    work.text.max_windows = windows;
    work.compute.device = "cpu";
    work.cache_dir = cache_dir();
    work.program_version = "test";
    return work;
}

inline std::filesystem::path path_of(const QTemporaryDir& folder) {
    return folder.path().toStdString();
}

inline std::size_t files_in(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                                  std::filesystem::directory_iterator()));
}

/// A results file without what differs from run to run.
inline nlohmann::json timeless(const std::filesystem::path& file) {
    std::ifstream stream(file);
    nlohmann::json json = nlohmann::json::parse(stream);
    json["manifest"].erase("started");
    json["manifest"].erase("duration_seconds");
    for (const char* key : {"layer_passes", "separate_layer_passes"}) {
        json.erase(key);  // fewer where a start went on from an earlier one
        if (json.contains("search")) json["search"].erase(key);
    }
    return json;
}

/// A copy of the demo model in which head 2 of layer 3 is head 0, down to its keys and values.
inline void copy_demo_with_twins(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    fs::copy(demo_model(), folder);
    std::fstream file(folder / "model.safetensors",
                      std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::uint64_t header = 0;
    std::memcpy(&header, bytes.data(), sizeof(header));
    const auto tensors = nlohmann::json::parse(bytes.substr(8, header));
    constexpr std::size_t kElement = 2;  // bfloat16
    constexpr std::size_t kHidden = 256;
    constexpr std::size_t kHeads = 16;
    constexpr std::size_t kHeadDim = 16;
    const auto data = [&](const std::string& projection) {
        const std::string name = "model.layers.3.self_attn." + projection + ".weight";
        return bytes.data() + 8 + header +
               tensors.at(name).at("data_offsets").at(0).get<std::size_t>();
    };
    constexpr std::size_t kBlock = kHeadDim * kHidden * kElement;
    std::memcpy(data("q_proj") + 2 * kBlock, data("q_proj"), kBlock);
    for (const char* projection : {"k_proj", "v_proj"})  // KV head 1 serves heads 2 and 3
        std::memcpy(data(projection) + kBlock, data(projection), kBlock);
    constexpr std::size_t kColumns = kHeadDim * kElement;
    for (std::size_t row = 0; row < kHidden; ++row) {
        char* const columns = data("o_proj") + row * kHeads * kColumns;
        std::memcpy(columns + 2 * kColumns, columns, kColumns);
    }
    file.seekp(0);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace headscope::testing
