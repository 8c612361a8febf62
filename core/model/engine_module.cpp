#include "core/model/engine_module.h"

#include <filesystem>
#include <system_error>

#include <dlfcn.h>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/model/torch_folder.h"

namespace headscope {
namespace {

/// Opens the module. It is never closed: libtorch does not expect to be unloaded.
void* open_module() {
    const bool has_cuda = open_named_torch();
    std::filesystem::path path = module_file("headscope_engine.so");
    std::error_code error;
    // Packages bring two: PyPI's torch has CUDA or has it not.
    if (const auto with_cuda = module_file("headscope_engine_cuda.so");
        has_cuda && std::filesystem::exists(with_cuda, error)) {
        path = with_cuda;
    }
    if (!std::filesystem::exists(path, error)) {
        fail(ErrorCode::bad_input,
             "{}: Headscope's compute engine is not there; install Headscope whole or set the "
             "variable HEADSCOPE_MODULES to the folder that holds it",
             path.string());
    }
    void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) {
        const char* const reason = ::dlerror();
        fail(
            ErrorCode::bad_input,
            "{}: Headscope's compute engine cannot be loaded ({}); it needs libtorch {}, which the "
            "variable HEADSCOPE_TORCH may name",
            path.string(), reason != nullptr ? reason : "no reason given", torch_of_build());
    }
    return module;
}

}  // namespace

void* engine_symbol(const char* name) {
    static void* const module = open_module();
    void* const symbol = ::dlsym(module, name);
    if (symbol == nullptr) {
        fail(ErrorCode::bad_input,
             "{}: this module belongs to another version of Headscope; install Headscope anew",
             module_file("headscope_engine.so").string());
    }
    return symbol;
}

}  // namespace headscope
