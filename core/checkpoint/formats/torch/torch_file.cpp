#include "core/checkpoint/formats/torch/torch_file.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "core/checkpoint/file_errors.h"
#include "core/checkpoint/formats/torch/pickle_reader.h"
#include "core/checkpoint/formats/torch/zip_archive.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPickle = "data.pkl";

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What is no zip archive, in the user's words.
void check_kind(const MappedFile& file) {
    const std::string_view text = beginning(file.bytes());
    if (text.starts_with("PK")) return;
    // A pickle that begins with the long number 0x1950a86a20f9469cfc6c.
    constexpr std::string_view kOldMagic(
        "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
    if (text.starts_with(kOldMagic)) {
        fail(ErrorCode::unsupported,
             "{}: the format that PyTorch wrote before version 1.6; load it and save it again with "
             "a newer PyTorch",
             file.path().string());
    }
    refuse_other_kind(text, file.path());
    damaged(file.path(), "not a file of torch.save");
}

/// The folder inside the archive that everything lies in, with its slash.
std::string_view find_folder(const std::vector<ZipRecord>& records, const fs::path& file) {
    const ZipRecord* found = nullptr;
    for (const ZipRecord& record : records) {
        const std::size_t slash = record.name.find('/');
        if (slash == std::string_view::npos || record.name.substr(slash + 1) != kPickle) continue;
        if (found != nullptr) damaged(file, "it has more than one {}", kPickle);
        found = &record;
    }
    if (found == nullptr) damaged(file, "a zip archive without {}", kPickle);
    return found->name.substr(0, found->name.size() - kPickle.size());
}

bool has_no_elements(const std::vector<std::int64_t>& shape) {
    return std::find(shape.begin(), shape.end(), 0) != shape.end();
}

/// What an expanded tensor may have beyond its storage: a norm of one repeated value has some
/// thousands of elements, and a hostile file could ask for any number.
constexpr std::int64_t kMostRepeated = std::int64_t{1} << 24;

/// Where the elements of a tensor lie in its storage, in elements.
struct Extent {
    bool row_major = true;
    std::uint64_t elements = 0;  ///< of the storage, from the first of the tensor to its last
};

Extent extent_of(const PickledTensor& tensor, const fs::path& file) {
    if (has_no_elements(tensor.shape)) return {};
    const auto overflow = [&] {
        damaged(file, "tensor {}: the size of its shape overflows", printable(tensor.name));
    };
    Extent extent;
    std::int64_t count = 1;
    std::int64_t last = 0;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
        const std::int64_t size = tensor.shape[i];
        if (size != 1 && tensor.strides[i] != count) extent.row_major = false;
        std::int64_t step = 0;
        if (__builtin_mul_overflow(count, size, &count) ||
            __builtin_mul_overflow(size - 1, tensor.strides[i], &step) ||
            __builtin_add_overflow(last, step, &last)) {
            overflow();
        }
    }
    if (last == std::numeric_limits<std::int64_t>::max()) overflow();
    extent.elements = static_cast<std::uint64_t>(last) + 1;
    if (!extent.row_major && count > std::max(last + 1, kMostRepeated)) {
        damaged(file, "tensor {}: {} elements are made of the {} of its storage",
                printable(tensor.name), count, last + 1);
    }
    return extent;
}

StoredTensor locate(const PickledTensor& tensor, const ZipRecord& record, const fs::path& file) {
    const std::uint64_t available = record.bytes.size();
    if (available != tensor.storage_bytes) {
        damaged(file, "tensor {}: its storage should have {} bytes, but its record has {}",
                printable(tensor.name), tensor.storage_bytes, available);
    }
    const auto element = static_cast<std::uint64_t>(tensor.type->bytes);
    const Extent extent = extent_of(tensor, file);
    if (tensor.offset > available / element ||
        extent.elements > available / element - tensor.offset) {
        damaged(file, "tensor {}: {} elements from {} on run past the end of its storage",
                printable(tensor.name), extent.elements, tensor.offset);
    }
    return {std::string(tensor.name),
            std::string(tensor.type->name),
            tensor.type->weight_dtype,
            tensor.shape,
            record.bytes.subspan(static_cast<std::size_t>(tensor.offset * element),
                                 static_cast<std::size_t>(extent.elements * element)),
            extent.row_major ? std::vector<std::int64_t>{} : tensor.strides};
}

}  // namespace

TorchFile::TorchFile(const fs::path& path) : TensorFile(path) {
    check_kind(file_);
    const std::vector<ZipRecord> records = read_zip(file_);
    const std::string folder(find_folder(records, path));
    const ZipRecord* order = find_record(records, folder + "byteorder");
    if (order != nullptr && as_text(order->bytes) != "little") {
        fail(ErrorCode::unsupported,
             "{}: written on a big-endian machine; load it and save it again on another",
             path.string());
    }
    header_ = find_record(records, folder + std::string(kPickle))->bytes;
    file_.prefetch(header_);
    for (const PickledTensor& tensor : read_pickled_tensors(header_, path)) {
        const std::string name = folder + "data/" + std::string(tensor.storage);
        const ZipRecord* record = find_record(records, name);
        if (record == nullptr) {
            damaged(path, "tensor {}: its record {} is missing", printable(tensor.name),
                    printable(name));
        }
        tensors_.push_back(locate(tensor, *record, path));
    }
}

}  // namespace headscope
