#include "core/checkpoint/file_errors.h"

#include <array>
#include <cctype>

#include "core/base/file.h"

namespace headscope {
namespace {

struct Kind {
    std::string_view begin;
    std::string_view text;
};

/// What people rename to model.safetensors or pytorch_model.bin, by its first bytes.
constexpr std::array kKinds{
    Kind{"GGUF", "a GGUF file; give it a name that ends with .gguf and open it under that"},
    Kind{"PK\x03\x04",
         "a zip archive; a PyTorch file wants the name pytorch_model.bin, another "
         "archive wants to be unpacked"},
    Kind{"\x80\x02",
         "a Python pickle, as older PyTorch wrote it; load it and save it again as "
         "safetensors"},
    Kind{"\x89HDF", "an HDF5 file, as TensorFlow writes it; take the model's safetensors"},
    Kind{"\x1f\x8b", "a gzip archive; unpack it first"},
    Kind{"\x28\xb5\x2f\xfd", "a zstd archive; unpack it first"},
    Kind{"\xfd"
         "7zXZ",
         "an xz archive; unpack it first"},
    Kind{"BZh", "a bzip2 archive; unpack it first"},
    Kind{"7z\xbc\xaf", "a 7z archive; unpack it first"},
    Kind{"Rar!", "a RAR archive; unpack it first"},
    Kind{"\x93NUMPY", "a NumPy array; take the model's safetensors"},
    Kind{"ggjt", "a file of llama.cpp from before GGUF; convert it again"},
    Kind{"tjgg", "a file of llama.cpp from before GGUF; convert it again"},
    Kind{"%PDF", "a PDF document; download the weights themselves"},
};

std::string_view without_spaces(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

bool is_html(std::string_view text) {
    std::string lower(text.substr(0, 16));
    for (char& c : lower)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower.starts_with("<!doctype html") || lower.starts_with("<html") ||
           lower.starts_with("<head") || lower.starts_with("<?xml");
}

}  // namespace

void refuse_other_kind(std::string_view first_bytes, const std::filesystem::path& file) {
    refuse_lfs_pointer(first_bytes, file);
    for (const Kind& kind : kKinds) {
        if (first_bytes.starts_with(kind.begin))
            fail(ErrorCode::bad_input, "{}: {}", file.string(), kind.text);
    }
    const std::string_view text = without_spaces(first_bytes);
    if (is_html(text)) {
        fail(ErrorCode::bad_input,
             "{}: a web page, not the file itself (a login or an error page was saved); download "
             "the file again",
             file.string());
    }
    if (text.starts_with('{') || text.starts_with('[')) {
        fail(ErrorCode::bad_input,
             "{}: a JSON text, not the file itself ({}); it may be an error message of the "
             "download: read it, then download the file again",
             file.string(), printable(text.substr(0, text.find_first_of("\r\n"))));
    }
}

std::string read_config_text(const std::filesystem::path& path) {
    constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;
    std::string text = read_text_file(path, kMaxConfigBytes);
    // A byte order mark is no part of JSON, but editors write it.
    if (without_spaces(text).starts_with('{')) return text;
    refuse_other_kind(text, path);
    return text;
}

}  // namespace headscope
