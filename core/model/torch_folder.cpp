#include "core/model/torch_folder.h"

#include <cstddef>
#include <cstdlib>
#include <regex>
#include <string_view>
#include <system_error>

#include <dlfcn.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

bool is_torch(const fs::path& folder) {
    std::error_code error;
    return fs::exists(folder / "version.py", error) && fs::is_directory(folder / "lib", error);
}

/// The package's folder for what the variable holds; empty where there is none.
fs::path package_folder(const fs::path& named) {
    if (is_torch(named)) return named;
    if (is_torch(named / ".." / "..")) return named / ".." / "..";
    std::error_code error;
    for (const fs::directory_entry& python : fs::directory_iterator(named / "lib", error)) {
        const fs::path folder = python.path() / "site-packages" / "torch";
        if (is_torch(folder)) return folder;
    }
    return {};
}

/// "2.11.0+cu130" of `__version__ = '2.11.0+cu130'`; empty where the name has no such value.
std::string value_of(const std::string& python, const char* name) {
    std::smatch found;
    const std::regex line(std::string("(^|\n)") + name + "(: [^=\n]*)? = '([^']+)'");
    return std::regex_search(python, found, line) ? found[3].str() : std::string();
}

bool is_of_build(std::string_view version) {
    const std::string wanted = torch_of_build() + ".";
    return version.starts_with(wanted);
}

}  // namespace

std::optional<NamedTorch> named_torch() {
    const char* const named = std::getenv("HEADSCOPE_TORCH");
    if (named == nullptr || *named == '\0') return std::nullopt;
    const fs::path package = package_folder(named);
    if (package.empty()) {
        fail(ErrorCode::bad_input,
             "{}: no torch is there; name the folder torch of a Python environment, or the "
             "environment, in HEADSCOPE_TORCH",
             named);
    }
    const std::string text = read_text_file(package / "version.py", std::size_t{1} << 16);
    const std::string version = value_of(text, "__version__");
    return NamedTorch{package, version.empty() ? "?" : version, value_of(text, "cuda")};
}

bool open_named_torch() {
    const std::optional<NamedTorch> torch = named_torch();
    if (!torch) return false;
    if (!is_of_build(torch->version)) {
        fail(ErrorCode::bad_input,
             "{}: this torch is {}, and this Headscope needs {}; pip install 'torch=={}.*'",
             torch->folder.string(), torch->version, torch_of_build(), torch_of_build());
    }
    const fs::path whole = torch->folder / "lib" / "libtorch.so";
    if (::dlopen(whole.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
        const char* const reason = ::dlerror();
        fail(ErrorCode::bad_input, "{}: cannot be loaded ({}); pip install --force-reinstall torch",
             whole.string(), reason != nullptr ? reason : "no reason given");
    }
    return ::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_NOLOAD) != nullptr;
}

}  // namespace headscope
