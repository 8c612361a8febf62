#include "app/console.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/base/error.h"

namespace headscope::app {

void write_error_stream(std::string_view text) noexcept {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
    std::clearerr(stderr);
}

void write_output_stream(std::string_view text) {
    errno = 0;
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written) return;
    const std::error_code reason(errno, std::generic_category());
    std::clearerr(stdout);
    fail(ErrorCode::bad_input,
         "standard output cannot be written ({}); free space on its disk, or send it elsewhere",
         reason.message());
}

}  // namespace headscope::app
