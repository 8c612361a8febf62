#include "core/evaluation/token_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/checkpoint/formats/safetensors/safetensors_file.h"
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

/// Reads tensors of the shapes that such a file must have.
class TokenReader {
  public:
    explicit TokenReader(const std::filesystem::path& path) : file_(path) {}

    [[nodiscard]] const std::string& text(const char* key) const {
        const auto found = file_.metadata().find(key);
        if (found == file_.metadata().end())
            refuse(fmt::format("\"{}\" is missing in its metadata", key));
        return found->second;
    }

    /// `shape`: -1 for any length.
    template <typename Value>
    [[nodiscard]] std::vector<Value> read(const std::string& name, const char* dtype,
                                          const std::vector<std::int64_t>& shape) const {
        const auto& tensors = file_.tensors();
        const auto found = std::find_if(tensors.begin(), tensors.end(),
                                        [&](const auto& tensor) { return tensor.name == name; });
        if (found == tensors.end()) refuse(fmt::format("tensor \"{}\" is missing", name));
        const bool fits = std::equal(
            shape.begin(), shape.end(), found->shape.begin(), found->shape.end(),
            [](std::int64_t wanted, std::int64_t is) { return wanted == -1 || wanted == is; });
        if (found->dtype != dtype || !fits)
            refuse(fmt::format("tensor \"{}\" has another type or shape", name));
        std::vector<Value> values(found->bytes.size() / sizeof(Value));
        if (!values.empty())
            std::memcpy(values.data(), found->bytes.data(), values.size() * sizeof(Value));
        return values;
    }

    [[noreturn]] void refuse(const std::string& why) const {
        fail(ErrorCode::bad_input, "{}: not a file of --per_token; {}", file_.path().string(), why);
    }

  private:
    SafetensorsFile file_;
};

}  // namespace

TokenTable token_table(const Windows& windows, const Scores& scores,
                       const std::vector<std::string>& names) {
    TokenTable table{std::string(name_of(windows.protocol())),
                     windows.window(),
                     windows.first_scored(),
                     {},
                     {},
                     {}};
    for (std::int64_t index = 0; index < windows.count(); ++index) {
        if (scores.done[static_cast<std::size_t>(index)] == 0) continue;
        table.windows.push_back(index);
        for (const std::int64_t id : windows.tokens(index))
            table.ids.push_back(static_cast<std::int32_t>(id));
    }
    for (std::size_t v = 0; v < names.size(); ++v) {
        const std::vector<WindowScore> finished = scores.finished(v);
        TokenTable::Variant& variant = table.variants.emplace_back();
        variant.name = names[v];
        variant.nll = joined(finished, &TokenScores::nll);
        if (v == 0) continue;
        variant.kl = joined(finished, &TokenScores::kl);
        variant.same_top = joined(finished, &TokenScores::same_top);
    }
    return table;
}

TokenTable read_token_scores(const std::filesystem::path& path) {
    const TokenReader reader(path);
    TokenTable table;
    table.protocol = reader.text("protocol");
    const std::string& first = reader.text("first_scored");
    const auto [end, error] =
        std::from_chars(first.data(), first.data() + first.size(), table.first_scored);
    if (error != std::errc() || end != first.data() + first.size() || table.first_scored < 0)
        reader.refuse("\"first_scored\" is no number");
    table.windows = reader.read<std::int64_t>("windows", "I64", {-1});
    const auto count = static_cast<std::int64_t>(table.windows.size());
    if (count == 0) reader.refuse("it has no windows");
    table.ids = reader.read<std::int32_t>("ids", "I32", {count, -1});
    table.window = static_cast<std::int64_t>(table.ids.size()) / count;
    const std::vector<std::int64_t> shape{count, table.predictions()};
    std::string_view names = reader.text("variants");
    while (!names.empty()) {
        const std::size_t comma = names.find(',');
        TokenTable::Variant variant{std::string(names.substr(0, comma)), {}, {}, {}};
        names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
        variant.nll = reader.read<float>(variant.name + ".nll", "F32", shape);
        if (!table.variants.empty()) {
            variant.kl = reader.read<float>(variant.name + ".kl", "F32", shape);
            variant.same_top = reader.read<std::uint8_t>(variant.name + ".same_top", "U8", shape);
        }
        table.variants.push_back(std::move(variant));
    }
    if (table.variants.empty()) reader.refuse("it names no variants");
    return table;
}

void write_token_scores(const std::filesystem::path& path, const Windows& windows,
                        const Scores& scores, const std::vector<std::string>& names) {
    const TokenTable table = token_table(windows, scores, names);
    const auto count = static_cast<std::int64_t>(table.windows.size());
    const std::vector<std::int64_t> shape{count, table.predictions()};
    TokenFile file;
    file.add("windows", "I64", {count}, table.windows);
    file.add("ids", "I32", {count, table.window}, table.ids);
    for (const TokenTable::Variant& variant : table.variants) {
        file.add(variant.name + ".nll", "F32", shape, variant.nll);
        if (&variant == &table.variants.front()) continue;
        file.add(variant.name + ".kl", "F32", shape, variant.kl);
        file.add(variant.name + ".same_top", "U8", shape, variant.same_top);
    }
    file.write(path, {{"protocol", table.protocol},
                      {"first_scored", std::to_string(table.first_scored)},
                      {"variants", fmt::format("{}", fmt::join(names, ","))}});
}

}  // namespace headscope
