#include "core/checkpoint/formats/safetensors/safetensors_file.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/element_type.h"
#include "core/checkpoint/file_errors.h"

namespace headscope {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the reference implementation
constexpr std::size_t kUsualHeaderBytes = std::size_t{64} << 10;

/// Where a tensor lies in the data, in bytes.
struct Span {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

struct PlacedTensor {
    StoredTensor tensor;
    Span span;
};

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The length field and the JSON, once they are known to lie in the file.
std::span<const std::byte> find_header(const MappedFile& file) {
    const std::span<const std::byte> bytes = file.bytes();
    file.prefetch(bytes.first(std::min(bytes.size(), kUsualHeaderBytes)));
    // A header begins behind its length; anything else there is another kind of file.
    if (bytes.size() <= kLengthBytes || std::to_integer<char>(bytes[kLengthBytes]) != '{') {
        refuse_other_kind(beginning(bytes), file.path());
    }
    if (bytes.size() < kLengthBytes) {
        damaged(file.path(), "{} bytes, fewer than the 8 that a safetensors file begins with",
                bytes.size());
    }
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) {
        length = length << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    }
    if (length > kMaxHeaderBytes) {
        damaged(file.path(), "its header would have {} bytes, more than the {} that are allowed",
                length, kMaxHeaderBytes);
    }
    if (length > bytes.size() - kLengthBytes) {
        damaged(file.path(), "its header of {} bytes runs past the end of the file ({} bytes)",
                length, bytes.size());
    }
    const auto header = bytes.first(kLengthBytes + static_cast<std::size_t>(length));
    if (header.size() > kUsualHeaderBytes) file.prefetch(header);
    return header;
}

json parse_header(std::span<const std::byte> header, const std::filesystem::path& file) {
    json parsed;
    try {
        parsed = parse_json(as_text(header.subspan(kLengthBytes)), file.string() + ": header");
    } catch (const Error& error) {
        fail(error.code(), "{}; download the file again", error.what());
    }
    if (!parsed.is_object()) {
        damaged(file, "its header is a JSON {}, not an object", parsed.type_name());
    }
    return parsed;
}

std::map<std::string, std::string> read_metadata(const json& metadata,
                                                 const std::filesystem::path& file) {
    if (metadata.is_null()) return {};
    if (!metadata.is_object()) {
        damaged(file, "__metadata__ is a JSON {}, not an object", metadata.type_name());
    }
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : metadata.items()) {
        if (!value.is_string()) {
            damaged(file, "__metadata__: the value of \"{}\" is not a string", key);
        }
        texts.emplace(key, value.get<std::string>());
    }
    return texts;
}

const json& required(const json& tensor, const char* field, const std::string& name,
                     const std::filesystem::path& file) {
    const auto found = tensor.find(field);
    if (found == tensor.end()) damaged(file, "tensor {}: {} is missing", name, field);
    return *found;
}

std::uint64_t whole_number(const json& value, const char* field, const std::string& name,
                           const std::filesystem::path& file) {
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    if (value.is_number_integer()) {
        damaged(file, "tensor {}: {} has the negative entry {}", name, field, value.dump());
    }
    damaged(file, "tensor {}: {} has an entry that is not a whole number ({})", name, field,
            value.is_number() ? value.dump() : value.type_name());
}

const ElementType& element_type(const json& value, const std::string& name,
                                const std::filesystem::path& file) {
    if (!value.is_string()) damaged(file, "tensor {}: dtype is not a string", name);
    const auto& dtype = value.get_ref<const std::string&>();
    const ElementType* found = find_element_type(dtype);
    if (found == nullptr) {
        fail(ErrorCode::bad_input,
             "{}: tensor {}: unknown dtype {}; the file is damaged, or newer than this program",
             file.string(), name, dtype);
    }
    return *found;
}

std::vector<std::int64_t> read_shape(const json& value, const std::string& name,
                                     const std::filesystem::path& file) {
    if (!value.is_array()) damaged(file, "tensor {}: shape is not an array", name);
    std::vector<std::int64_t> shape;
    shape.reserve(value.size());
    for (const json& entry : value) {
        const std::uint64_t size = whole_number(entry, "shape", name, file);
        if (size > std::numeric_limits<std::int64_t>::max()) {
            damaged(file, "tensor {}: the size of its shape overflows", name);
        }
        shape.push_back(static_cast<std::int64_t>(size));
    }
    return shape;
}

std::uint64_t size_in_bytes(const std::vector<std::int64_t>& shape, const ElementType& type,
                            const std::string& name, const std::filesystem::path& file) {
    std::int64_t size = 1;
    bool overflows = false;
    for (const std::int64_t extent : shape) {
        overflows = overflows || __builtin_mul_overflow(size, extent, &size);
    }
    if (overflows || __builtin_mul_overflow(size, type.bytes, &size)) {
        damaged(file, "tensor {}: the size of its shape overflows", name);
    }
    return static_cast<std::uint64_t>(size);
}

Span read_span(const json& value, const std::string& name, const std::filesystem::path& file) {
    if (!value.is_array() || value.size() != 2) {
        damaged(file, "tensor {}: data_offsets is not an array of two numbers", name);
    }
    const Span span{whole_number(value[0], "data_offsets", name, file),
                    whole_number(value[1], "data_offsets", name, file)};
    if (span.begin > span.end) {
        damaged(file, "tensor {}: data_offsets end at {}, before they begin at {}", name, span.end,
                span.begin);
    }
    return span;
}

PlacedTensor read_tensor(const std::string& name, const json& entry,
                         const std::filesystem::path& file) {
    if (!entry.is_object()) {
        damaged(file, "tensor {}: described by a JSON {}, not an object", name, entry.type_name());
    }
    const ElementType& type = element_type(required(entry, "dtype", name, file), name, file);
    PlacedTensor placed;
    placed.tensor.name = name;
    placed.tensor.dtype = type.name;
    placed.tensor.weight_dtype = type.weight_dtype;
    placed.tensor.shape = read_shape(required(entry, "shape", name, file), name, file);
    placed.span = read_span(required(entry, "data_offsets", name, file), name, file);

    const std::uint64_t size = size_in_bytes(placed.tensor.shape, type, name, file);
    const std::uint64_t length = placed.span.end - placed.span.begin;
    if (length != size) {
        damaged(file, "tensor {}: its data_offsets span {} bytes, but its shape and dtype take {}",
                name, length, size);
    }
    return placed;
}

/// Sorts the tensors by place and makes sure that they cover the data exactly.
void check_cover(std::vector<PlacedTensor>& tensors, std::size_t data_bytes,
                 const std::filesystem::path& file) {
    std::sort(tensors.begin(), tensors.end(), [](const PlacedTensor& a, const PlacedTensor& b) {
        return std::tie(a.span.begin, a.span.end, a.tensor.name) <
               std::tie(b.span.begin, b.span.end, b.tensor.name);
    });
    std::uint64_t covered = 0;
    const PlacedTensor* last = nullptr;
    for (const PlacedTensor& placed : tensors) {
        if (placed.span.begin < covered) {
            damaged(file, "tensor {} overlaps tensor {}", placed.tensor.name, last->tensor.name);
        }
        if (placed.span.begin > covered) {
            damaged(file, "a hole of {} bytes before tensor {}", placed.span.begin - covered,
                    placed.tensor.name);
        }
        covered = placed.span.end;
        if (covered > data_bytes) {
            damaged(file, "truncated: tensor {} ends {} bytes past the end of the file",
                    placed.tensor.name, covered - data_bytes);
        }
        last = &placed;
    }
    if (covered < data_bytes) {
        damaged(file, "{} trailing bytes after the last tensor", data_bytes - covered);
    }
}

std::vector<StoredTensor> read_tensors(const MappedFile& file, std::span<const std::byte> header,
                                       std::map<std::string, std::string>& file_metadata) {
    const json parsed = parse_header(header, file.path());
    std::vector<PlacedTensor> placed;
    placed.reserve(parsed.size());
    for (const auto& [name, entry] : parsed.items()) {
        if (name == "__metadata__") {
            file_metadata = read_metadata(entry, file.path());
        } else {
            placed.push_back(read_tensor(name, entry, file.path()));
        }
    }
    const std::span<const std::byte> data = file.bytes().subspan(header.size());
    check_cover(placed, data.size(), file.path());

    std::vector<StoredTensor> tensors;
    tensors.reserve(placed.size());
    for (auto& [tensor, span] : placed) {
        tensor.bytes = data.subspan(static_cast<std::size_t>(span.begin),
                                    static_cast<std::size_t>(span.end - span.begin));
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : TensorFile(path) {
    header_ = find_header(file_);
    tensors_ = read_tensors(file_, header_, metadata_);
}

}  // namespace headscope
