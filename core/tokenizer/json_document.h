#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

namespace headscope {

/// A value of a JSON file and the way to it, such as "model.vocab", for error texts. Its functions
/// throw Error(bad_input) where the value is of another type than they say.
class JsonValue {
  public:
    JsonValue(simdjson::dom::element element, std::string_view source, std::string path)
        : element_(element), source_(source), path_(std::move(path)) {}

    [[nodiscard]] bool is_text() const { return element_.is_string(); }
    [[nodiscard]] bool is_object() const { return element_.is_object(); }
    [[nodiscard]] bool is_array() const { return element_.is_array(); }

    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] double number() const;
    /// A token id: 0 to 2^31 - 2.
    [[nodiscard]] std::int32_t token_id() const;
    [[nodiscard]] simdjson::dom::array array() const;
    /// Its keys are not checked to be different.
    [[nodiscard]] simdjson::dom::object object() const;

    /// The members of an array.
    [[nodiscard]] std::vector<JsonValue> items() const;

    /// A member of an object; nothing where it is missing or null. A key that stands there twice is
    /// an error.
    [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
    /// The same where it must be there.
    [[nodiscard]] JsonValue at(std::string_view key) const;
    [[nodiscard]] bool boolean(std::string_view key, bool otherwise) const;
    [[nodiscard]] std::string_view text(std::string_view key, std::string_view otherwise) const;

    [[nodiscard]] std::string_view source() const { return source_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Throws Error(bad_input): the value should be `expected`.
    [[noreturn]] void refuse(std::string_view expected) const;

  private:
    simdjson::dom::element element_;
    std::string_view source_;
    std::string path_;
};

/// A parsed JSON file. Values and their strings live as long as it does, and it stays where it is.
class JsonDocument {
  public:
    /// Throws Error(bad_input) where `text` is not JSON.
    JsonDocument(std::string_view text, std::string source);
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    [[nodiscard]] JsonValue root() const { return {root_, source_, {}}; }

  private:
    std::string source_;
    simdjson::dom::parser parser_;
    simdjson::dom::element root_;
};

}  // namespace headscope
