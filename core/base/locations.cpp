#include "core/base/locations.h"

#include <cstdlib>
#include <system_error>

#include "core/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

fs::path environment_path(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? fs::path(value) : fs::path();
}

/// The prefix that holds `bin`, `share` and `lib` of the running program.
fs::path program_prefix() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : program.parent_path().parent_path();
}

}  // namespace

fs::path resources_dir() {
    fs::path folder = environment_path("HEADSCOPE_RESOURCES");
    const bool named = !folder.empty();
    if (!named) folder = program_prefix() / "share" / "headscope";
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        fail(ErrorCode::bad_input,
             "{}: the folder of Headscope's resources is not there; {} the variable "
             "HEADSCOPE_RESOURCES",
             folder.string(), named ? "correct" : "install Headscope whole or set");
    }
    return folder;
}

fs::path demo_model_dir() {
    return resources_dir() / "models" / "demo";
}

fs::path wikitext2_test_file() {
    return resources_dir() / "wikitext-2" / "wiki.test.raw";
}

fs::path wikitext2_calibration_file() {
    return resources_dir() / "wikitext-2" / "calibration.txt";
}

fs::path module_file(std::string_view file_name) {
    fs::path folder = environment_path("HEADSCOPE_MODULES");
    if (folder.empty()) folder = program_prefix() / "lib" / "headscope";
    return folder / file_name;
}

fs::path cache_dir() {
    if (fs::path own = environment_path("HEADSCOPE_CACHE"); !own.empty()) return own;
    if (fs::path xdg = environment_path("XDG_CACHE_HOME"); xdg.is_absolute())
        return xdg / "headscope";
    if (fs::path home = environment_path("HOME"); home.is_absolute()) {
        return home / ".cache" / "headscope";
    }
    return {};
}

}  // namespace headscope
