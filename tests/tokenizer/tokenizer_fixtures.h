#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"

namespace headscope {

inline std::filesystem::path tests_dir() {
    return HEADSCOPE_TESTS_DIR;
}

inline std::filesystem::path demo_dir() {
    return tests_dir().parent_path() / "resources" / "models" / "demo";
}

/// The test split of WikiText-2 as it is.
inline std::string raw_corpus() {
    return read_text_file(tests_dir().parent_path() / "resources" / "wikitext-2" / "wiki.test.raw",
                          10'000'000);
}

/// The same as protocol gptq joins it: each line keeps its newline, a blank line is the empty
/// string, and "\n\n" stands between any two.
inline std::string joined_corpus() {
    const std::string raw = raw_corpus();
    std::string joined;
    for (std::size_t begin = 0; begin < raw.size();) {
        const std::size_t end = raw.find('\n', begin) + 1;
        if (begin != 0) joined += "\n\n";
        const std::string row = raw.substr(begin, end - begin);
        if (row != " \n") joined += row;
        begin = end;
    }
    return joined;
}

/// What the Error that `action` throws says.
struct Caught {
    std::optional<ErrorCode> code;
    std::string text;

    [[nodiscard]] bool says(std::string_view part) const {
        return text.find(part) != std::string::npos;
    }
};

template <typename Action>
Caught caught(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

/// A variable of the environment that has another value for as long as this lives.
class ScopedVariable {
  public:
    ScopedVariable(const char* name, const std::string& value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        ::setenv(name, value.c_str(), 1);
    }
    ~ScopedVariable() {
        if (old_) {
            ::setenv(name_, old_->c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }
    ScopedVariable(const ScopedVariable&) = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;

  private:
    const char* name_;
    std::optional<std::string> old_;
};

}  // namespace headscope
