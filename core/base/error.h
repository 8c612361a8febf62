#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/core.h>

namespace headscope {

/// What went wrong, as far as a caller can act on it. The text of the error says the rest.
enum class ErrorCode {
    bad_input,      ///< a file, tensor or option is wrong; the text names it
    unsupported,    ///< valid, but not something this build can do
    device,         ///< the compute device is missing or failed
    out_of_memory,  ///< not enough host or device memory
    cancelled,      ///< the user asked to stop; never shown as a failure
    internal,       ///< a bug of Headscope
};

/// Every exception that leaves a public function of core. The text names the file, tensor or option
/// at fault and says what to do about it.
class Error : public std::runtime_error {
  public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }

  private:
    ErrorCode code_;
};

/// Throws an Error with a formatted text: `fail(ErrorCode::bad_input, "{}: no such file", path)`.
template <typename... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
    throw Error(code, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace headscope
