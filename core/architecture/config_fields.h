#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace headscope {

/// The fields of one JSON object of a config, read with checks. Every error is
/// Error(bad_input) and names the file and the field, such as "config.json: rope_scaling.factor
/// ...". A field that is null counts as absent, as it does in transformers. Refers to the object:
/// it must outlive this.
class ConfigFields {
  public:
    /// `source` is the file's name, `prefix` what stands before the names of a nested object's
    /// fields.
    ConfigFields(const nlohmann::json& object, std::string_view source, std::string prefix = "");

    [[nodiscard]] bool has(const char* key) const { return find(key) != nullptr; }

    /// Whether the field is there and null, where that means something else than its absence.
    [[nodiscard]] bool is_null(const char* key) const;

    /// The names of all fields that are not null.
    [[nodiscard]] std::vector<std::string> names() const;

    /// Whether there are no fields at all.
    [[nodiscard]] bool empty() const;

    /// A whole number from `min` to `max`.
    [[nodiscard]] std::optional<std::int64_t> integer(const char* key, std::int64_t min,
                                                      std::int64_t max) const;
    [[nodiscard]] std::int64_t required_integer(const char* key, std::int64_t min,
                                                std::int64_t max) const;

    /// A number above zero.
    [[nodiscard]] std::optional<double> positive(const char* key) const;
    [[nodiscard]] double required_positive(const char* key) const;

    /// A number of at least zero.
    [[nodiscard]] std::optional<double> non_negative(const char* key) const;

    [[nodiscard]] std::optional<bool> flag(const char* key) const;
    [[nodiscard]] std::optional<std::string> text(const char* key) const;
    [[nodiscard]] std::optional<std::vector<std::string>> texts(const char* key) const;
    [[nodiscard]] std::optional<std::vector<double>> numbers(const char* key) const;
    [[nodiscard]] std::optional<std::vector<bool>> flags(const char* key) const;  ///< or 0 and 1
    /// A list of lists of whole numbers from `min` to `max`.
    [[nodiscard]] std::optional<std::vector<std::vector<std::int64_t>>> integer_rows(
        const char* key, std::int64_t min, std::int64_t max) const;
    [[nodiscard]] std::optional<ConfigFields> object(const char* key) const;

    /// The field's name as error texts give it: file, prefix and key.
    [[nodiscard]] std::string place(const char* key) const;

    [[noreturn]] void fail_missing(const char* key) const;

    /// Throws Error(unsupported): the field has a value that Headscope cannot run.
    [[noreturn]] void refuse(const char* key, std::string_view value,
                             std::string_view supported) const;

    /// Throws Error(bad_input) where a list has not an entry for each layer.
    void require_count(const char* key, std::size_t count, std::size_t layers) const;

  private:
    [[nodiscard]] const nlohmann::json* find(const char* key) const;
    [[nodiscard]] std::optional<double> number(const char* key) const;
    [[nodiscard]] std::int64_t in_range(const char* key, const nlohmann::json& value,
                                        std::int64_t min, std::int64_t max) const;
    [[noreturn]] void fail_type(const char* key, const char* wanted) const;

    const nlohmann::json& object_;
    std::string_view source_;
    std::string prefix_;
};

}  // namespace headscope
