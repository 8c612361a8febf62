#include "core/evaluation/token_file.h"

#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/file.h"
#include "core/checkpoint/formats/safetensors/safetensors_writer.h"

namespace headscope {
namespace {

class TokenFile {
  public:
    template <typename Value>
    void add(const std::string& name, const char* dtype, std::vector<std::int64_t> shape,
             const std::vector<Value>& values) {
        const auto bytes = std::as_bytes(std::span(values));
        tensors_.push_back(
            {name, dtype, std::move(shape), static_cast<std::int64_t>(bytes.size())});
        data_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    void write(const std::filesystem::path& path,
               const std::map<std::string, std::string>& metadata) const {
        write_file_atomically(path, safetensors_header(tensors_, metadata) + data_);
    }

  private:
    std::vector<StoredInfo> tensors_;
    std::string data_;
};

/// One value of every prediction of the finished windows of a variant, window by window.
template <typename Value>
std::vector<Value> joined(const std::vector<WindowScore>& scores,
                          std::vector<Value> TokenScores::*part) {
    std::vector<Value> all;
    for (const WindowScore& score : scores) {
        const std::vector<Value>& values = (*score.tokens).*part;
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

}  // namespace

void write_token_scores(const std::filesystem::path& path, const Windows& windows,
                        const Scores& scores, const std::vector<std::string>& names) {
    std::vector<std::int64_t> indices;
    std::vector<std::int32_t> ids;
    for (std::int64_t index = 0; index < windows.count(); ++index) {
        if (scores.done[static_cast<std::size_t>(index)] == 0) continue;
        indices.push_back(index);
        for (const std::int64_t id : windows.tokens(index))
            ids.push_back(static_cast<std::int32_t>(id));
    }
    const auto count = static_cast<std::int64_t>(indices.size());
    const std::vector<std::int64_t> shape{count, windows.predictions_per_window()};
    TokenFile file;
    file.add("windows", "I64", {count}, indices);
    file.add("ids", "I32", {count, windows.window()}, ids);
    for (std::size_t v = 0; v < names.size(); ++v) {
        const std::vector<WindowScore> finished = scores.finished(v);
        file.add(names[v] + ".nll", "F32", shape, joined(finished, &TokenScores::nll));
        if (v == 0) continue;
        file.add(names[v] + ".kl", "F32", shape, joined(finished, &TokenScores::kl));
        file.add(names[v] + ".same_top", "U8", shape, joined(finished, &TokenScores::same_top));
    }
    file.write(path, {{"protocol", std::string(name_of(windows.protocol()))},
                      {"first_scored", std::to_string(windows.first_scored())},
                      {"variants", fmt::format("{}", fmt::join(names, ","))}});
}

}  // namespace headscope
