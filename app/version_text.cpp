#include "app/version_text.h"

#include <optional>

#include <fmt/format.h>

#include "app/commit.h"
#include "core/base/error.h"
#include "core/base/version.h"
#include "core/model/torch_folder.h"
#ifdef HEADSCOPE_UI
#include <QtGlobal>
#endif

namespace headscope::app {
namespace {

std::string qt_text() {
#ifdef HEADSCOPE_UI
    return qVersion();
#else
    return "none (no window in this build)";
#endif
}

/// The two lines of what computes.
std::string torch_text() {
    try {
        if (const std::optional<NamedTorch> torch = named_torch()) {
            return fmt::format("libtorch  {}, needs {} ({})\nCUDA      {}\n", torch->version,
                               torch_of_build(), torch->folder.string(),
                               torch->cuda.empty() ? "none" : torch->cuda);
        }
    } catch (const Error& error) {
        return fmt::format("libtorch  needs {} ({})\nCUDA      unknown\n", torch_of_build(),
                           error.what());
    }
    return fmt::format("libtorch  {}\nCUDA      {}\n", torch_of_build(), HEADSCOPE_CUDA_OF_BUILD);
}

}  // namespace

std::string version_text() {
    return fmt::format("headscope {}\ncommit    {}\n{}Qt        {}", kVersion, kCommit,
                       torch_text(), qt_text());
}

}  // namespace headscope::app
