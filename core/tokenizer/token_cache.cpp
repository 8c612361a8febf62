#include "core/tokenizer/token_cache.h"

#include <concepts>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/sha256.h"

// A cache file, numbers in little endian:
//   magic    8 bytes   "HSTOKENS"
//   version  uint32    format_version
//   flags    uint32    bit 0: the first id is BOS
//   count    uint64    how many ids
//   key      64 bytes  SHA-256 of what the ids depend on, hexadecimal; the file's name is its
//   beginning ids      int32[count] check    64 bytes  SHA-256 of all the bytes before, hexadecimal

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "HSTOKENS";
constexpr std::uint32_t format_version = 1;
constexpr std::uint32_t flag_has_bos = 1;
constexpr std::size_t digest_size = 64;
constexpr std::size_t header_size = 8 + 4 + 4 + 8 + digest_size;
constexpr std::size_t id_size = 4;

template <std::unsigned_integral Number>
void append(std::string& bytes, Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
    }
}

void append_ids(std::string& bytes, const std::vector<std::int32_t>& ids) {
    bytes.reserve(bytes.size() + ids.size() * id_size + digest_size);
    for (const std::int32_t id : ids)
        append(bytes, static_cast<std::uint32_t>(id));
}

/// Takes a number from the front of `bytes`, which must be long enough.
template <std::unsigned_integral Number>
Number take(std::string_view& bytes) {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        value |= static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    bytes.remove_prefix(sizeof(Number));
    return value;
}

/// What the ids depend on, as 64 hexadecimal digits.
std::string cache_key(const Tokenizer& tokenizer, std::string_view text) {
    return sha256_hex(
        fmt::format("{}\n{}\n{}", tokenizer.fingerprint(), sha256_hex(text), format_version));
}

std::string to_bytes(const TokenizedText& text, std::string_view key) {
    std::string bytes(magic);
    append(bytes, format_version);
    append(bytes, text.has_bos ? flag_has_bos : std::uint32_t{0});
    append(bytes, std::uint64_t{text.ids.size()});
    bytes += key;
    append_ids(bytes, text.ids);
    bytes += sha256_hex(bytes);
    return bytes;
}

/// Nothing where the bytes are not what `to_bytes` makes.
std::optional<TokenizedText> from_bytes(std::string_view bytes, std::string_view key) {
    if (bytes.size() < header_size + digest_size || !bytes.starts_with(magic)) return std::nullopt;
    const std::string_view check = bytes.substr(bytes.size() - digest_size);
    bytes.remove_suffix(digest_size);
    if (sha256_hex(bytes) != check) return std::nullopt;

    bytes.remove_prefix(magic.size());
    if (take<std::uint32_t>(bytes) != format_version) return std::nullopt;
    TokenizedText text;
    text.has_bos = (take<std::uint32_t>(bytes) & flag_has_bos) != 0;
    const auto count = take<std::uint64_t>(bytes);
    if (!bytes.starts_with(key)) return std::nullopt;
    bytes.remove_prefix(digest_size);
    if (bytes.size() % id_size != 0 || count != bytes.size() / id_size) return std::nullopt;
    if (text.has_bos && count == 0) return std::nullopt;

    text.ids.resize(count);
    for (std::int32_t& id : text.ids)
        id = static_cast<std::int32_t>(take<std::uint32_t>(bytes));
    text.from_cache = true;
    return text;
}

std::optional<TokenizedText> read_cache(const fs::path& path, std::string_view key,
                                        std::size_t text_size) {
    // At most one id a byte, and no Unicode normalization makes a text more than 11 times as long:
    // a larger file is not ours, whatever it says.
    const std::size_t max_bytes = header_size + digest_size + id_size * (16 * text_size + 16);
    std::error_code error;
    if (!fs::exists(path, error)) return std::nullopt;
    try {
        return from_bytes(read_text_file(path, max_bytes), key);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void write_cache(const fs::path& path, std::string_view bytes) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    try {
        write_file_atomically(path, bytes);
    } catch (const Error&) {
        // The ids are at hand; only the next run will not find them.
    }
}

}  // namespace

std::string TokenizedText::ids_sha256() const {
    std::string bytes;
    append_ids(bytes, ids);
    return sha256_hex(bytes);
}

TokenizedText tokenize_cached(const Tokenizer& tokenizer, std::string_view text,
                              const fs::path& cache_dir) {
    fs::path path;
    std::string key;
    if (!cache_dir.empty()) {
        key = cache_key(tokenizer, text);
        path = cache_dir / "tokens" / (key.substr(0, 32) + ".ids");
        if (auto cached = read_cache(path, key, text.size())) return std::move(*cached);
    }
    TokenizedText made;
    made.ids = tokenizer.encode(text);
    if (const auto bos = tokenizer.bos_id()) {
        made.ids.insert(made.ids.begin(), *bos);
        made.has_bos = true;
    }
    if (!path.empty()) write_cache(path, to_bytes(made, key));
    return made;
}

}  // namespace headscope
