#include "core/checkpoint/formats/safetensors/safetensors_writer.h"

#include <cstddef>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace headscope {

std::string safetensors_header(const std::vector<StoredInfo>& tensors,
                               const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::int64_t begin = 0;
    for (const StoredInfo& tensor : tensors) {
        const std::int64_t end = begin + tensor.bytes;
        header[tensor.name] = {
            {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    std::string json = header.dump();
    constexpr std::size_t kAlignment = 8;
    json.append((kAlignment - json.size() % kAlignment) % kAlignment, ' ');
    std::string text;
    for (std::size_t byte = 0; byte < sizeof(std::uint64_t); ++byte)
        text += static_cast<char>(static_cast<std::uint64_t>(json.size()) >> 8 * byte & 0xff);
    return text + json;
}

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, std::string_view header,
                                     std::int64_t data_bytes)
    : file_(path), size_(static_cast<std::int64_t>(header.size()) + data_bytes) {
    file_.write(header);
}

void SafetensorsWriter::finish() {
    if (file_.size() != size_) {
        fail(ErrorCode::internal, "{} bytes of a safetensors file were written, not {}",
             file_.size(), size_);
    }
    file_.finish();
}

}  // namespace headscope
