#include "core/checkpoint/formats/gguf/gguf_file.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kMostDimensions = 4;
constexpr std::size_t kUsualHeaderBytes = std::size_t{8} << 20;

/// A tensor as the file describes it.
struct Described {
    StoredTensor tensor;
    const BlockType* type = nullptr;
    std::uint64_t offset = 0;  ///< in the data
    std::uint64_t bytes = 0;
};

void check_version(std::uint32_t version, const fs::path& file) {
    if (version == 2 || version == 3) return;
    if (version == 1) {
        fail(
            ErrorCode::unsupported,
            "{}: GGUF of version 1, which was in use for some weeks of 2023; download a newer file "
            "of the same model",
            file.string());
    }
    if ((version & 0xffff) == 0) {
        fail(ErrorCode::unsupported,
             "{}: a GGUF file for big-endian machines; take the one for the others", file.string());
    }
    fail(ErrorCode::unsupported, "{}: GGUF of version {}; supported: 2, 3", file.string(), version);
}

const BlockType& type_of(std::uint32_t id, std::string_view name, const fs::path& file) {
    const BlockType* type = find_block_type(id);
    if (type != nullptr) return *type;
    fail(ErrorCode::unsupported,
         "{}: tensor {} has the type {}, which is not known; it was dropped from the format, or is "
         "newer than this program",
         file.string(), printable(name), id);
}

/// Dimensions come innermost first.
std::vector<std::int64_t> read_shape(ByteReader& reader, std::string_view name,
                                     const fs::path& file) {
    const std::uint32_t dimensions = reader.u32();
    if (dimensions > kMostDimensions) {
        damaged(file, "tensor {} has {} dimensions", printable(name), dimensions);
    }
    std::vector<std::int64_t> shape;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
        const std::uint64_t extent = reader.u64();
        if (extent > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            damaged(file, "tensor {}: the size of its shape overflows", printable(name));
        }
        shape.insert(shape.begin(), static_cast<std::int64_t>(extent));
    }
    return shape;
}

std::uint64_t byte_count(const StoredTensor& tensor, const BlockType& type, const fs::path& file) {
    const std::int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (row % type.elements != 0) {
        damaged(file, "tensor {}: its rows of {} elements are no whole blocks of {} ({})",
                printable(tensor.name), row, type.name, type.elements);
    }
    std::int64_t bytes = type.bytes;
    bool overflows = false;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        const bool last = i + 1 == tensor.shape.size();
        const std::int64_t extent = last ? tensor.shape[i] / type.elements : tensor.shape[i];
        overflows = overflows || __builtin_mul_overflow(bytes, extent, &bytes);
    }
    if (overflows) {
        damaged(file, "tensor {}: the size of its shape overflows", printable(tensor.name));
    }
    return static_cast<std::uint64_t>(bytes);
}

Described read_tensor(ByteReader& reader, const fs::path& file) {
    const std::string_view name = reader.text(reader.u64());
    if (valid_utf8_prefix(name) != name.size()) {
        damaged(file, "a tensor has the name {}, which is not UTF-8", printable(name));
    }
    Described described;
    described.tensor.name = name;
    described.tensor.shape = read_shape(reader, name, file);
    described.type = &type_of(reader.u32(), name, file);
    described.tensor.dtype = described.type->name;
    described.tensor.weight_dtype = described.type->dtype;
    described.offset = reader.u64();
    described.bytes = byte_count(described.tensor, *described.type, file);
    return described;
}

std::uint64_t read_alignment(const GgufMetadata& values) {
    const std::int64_t alignment = values.integer("general.alignment").value_or(32);
    if (alignment <= 0 || alignment > (1 << 30) || (alignment & (alignment - 1)) != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must be a power of two; the file is damaged",
             values.place("general.alignment"), alignment);
    }
    return static_cast<std::uint64_t>(alignment);
}

}  // namespace

GgufFile::GgufFile(const fs::path& path) : TensorFile(path), values_(path) {
    const std::span<const std::byte> bytes = file_.bytes();
    file_.prefetch(bytes.first(std::min(bytes.size(), kUsualHeaderBytes)));
    if (!beginning(bytes).starts_with("GGUF")) {
        refuse_other_kind(beginning(bytes), path);
        damaged(path, "not a GGUF file: it does not begin with \"GGUF\"");
    }
    ByteReader reader(bytes, "the header", path);
    reader.take(4);
    check_version(reader.u32(), path);
    const std::uint64_t tensors = reader.u64();
    values_.read(reader, reader.u64());
    std::vector<Described> described;
    std::set<std::string_view> names;
    for (std::uint64_t i = 0; i < tensors; ++i)
        described.push_back(read_tensor(reader, path));

    const std::uint64_t alignment = read_alignment(values_);
    const std::uint64_t begin = (reader.position() + alignment - 1) / alignment * alignment;
    if (!described.empty() && begin > bytes.size()) {
        damaged(path, "truncated: the data of its {} tensors are missing", tensors);
    }
    header_ = bytes.first(reader.position());
    const auto data = bytes.subspan(std::min<std::size_t>(begin, bytes.size()));
    std::sort(described.begin(), described.end(),
              [](const Described& a, const Described& b) { return a.offset < b.offset; });
    for (Described& one : described) {
        const std::string name = printable(one.tensor.name);
        if (one.offset % alignment != 0) {
            damaged(path, "tensor {} begins at {}, which is no multiple of {}", name, one.offset,
                    alignment);
        }
        if (one.offset > data.size() || one.bytes > data.size() - one.offset) {
            damaged(path, "truncated: tensor {} has {} bytes from {} on, but the data have {}",
                    name, one.bytes, one.offset, data.size());
        }
        one.tensor.bytes =
            data.subspan(static_cast<std::size_t>(one.offset), static_cast<std::size_t>(one.bytes));
        tensors_.push_back(std::move(one.tensor));
        types_.push_back(one.type);
    }
    for (const StoredTensor& tensor : tensors_) {
        if (!names.insert(tensor.name).second)
            damaged(path, "tensor {} is described twice", printable(tensor.name));
    }
}

}  // namespace headscope
