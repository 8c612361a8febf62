#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

/// What tests of several folders share.
namespace headscope::testing {

inline std::filesystem::path tests_dir() {
    return HEADSCOPE_TESTS_DIR;
}
inline std::filesystem::path demo_model() {
    return tests_dir() / "../resources/models/demo";
}
inline std::filesystem::path bpe_model() {
    return tests_dir() / "fixtures/models/bpe";
}

/// A golden file: figures of an independent implementation.
inline nlohmann::json golden(const std::string& name) {
    std::ifstream file(tests_dir() / "golden" / name);
    return nlohmann::json::parse(file);
}

/// The text of the Error that `action` throws; empty where it throws none.
template <typename Action>
std::string error_of(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace headscope::testing
