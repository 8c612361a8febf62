#include "core/model/engine_module.h"

#include <filesystem>
#include <system_error>

#include <dlfcn.h>

#include "core/base/error.h"
#include "core/base/locations.h"

namespace headscope {
namespace {

/// Opens the module. It is never closed: libtorch does not expect to be unloaded.
void* open_module() {
    const std::filesystem::path path = module_file("headscope_engine.so");
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        fail(ErrorCode::bad_input,
             "{}: Headscope's compute engine is not there; install Headscope whole or set the "
             "variable HEADSCOPE_MODULES to the folder that holds it",
             path.string());
    }
    void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) {
        const char* const reason = ::dlerror();
        fail(ErrorCode::bad_input,
             "{}: Headscope's compute engine cannot be loaded ({}); install libtorch, or Headscope "
             "anew",
             path.string(), reason != nullptr ? reason : "no reason given");
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
