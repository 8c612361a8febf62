#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <fmt/format.h>

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
///
/// It also remembers the pattern that it was made of, so that a window can say the same in another
/// language.
class Error : public std::runtime_error {
  public:
    /// Fills a pattern of fmt with an error's particulars.
    using Fill = std::function<std::string(std::string_view pattern)>;

    Error(ErrorCode code, const std::string& message)
        : Error(code, message, [](std::string_view pattern) { return std::string(pattern); }) {}

    Error(ErrorCode code, std::string_view pattern, const Fill& fill)
        : std::runtime_error(fill(pattern)), code_(code), pattern_(pattern), fill_(fill) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }

    /// What the text was made of: "{}: no such file".
    [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }

    /// The text as a translation of the pattern says it; the original where that does not fit the
    /// particulars.
    [[nodiscard]] std::string text_by(std::string_view translated_pattern) const {
        try {
            return fill_(translated_pattern);
        } catch (const fmt::format_error&) {
            return what();
        }
    }

  private:
    ErrorCode code_;
    std::string pattern_;
    Fill fill_;
};

namespace detail {

/// A copy of what an error's text mentions, independent of what it was taken from: numbers as they
/// are, everything else as text.
template <typename Arg>
auto particular(const Arg& arg) {
    if constexpr (std::is_arithmetic_v<Arg>) {
        return arg;
    } else {
        return fmt::vformat("{}", fmt::make_format_args(arg));
    }
}

}  // namespace detail

/// Throws an Error with a formatted text: `fail(ErrorCode::bad_input, "{}: no such file", path)`.
template <typename... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
    const fmt::string_view pattern = text;
    throw Error(code, std::string_view(pattern.data(), pattern.size()),
                [copies = std::make_tuple(detail::particular(args)...)](std::string_view wanted) {
                    return std::apply(
                        [&](const auto&... each) {
                            return fmt::vformat(wanted, fmt::make_format_args(each...));
                        },
                        copies);
                });
}

}  // namespace headscope
