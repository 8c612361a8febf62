#include "core/architecture/config_fields.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace headscope {

ConfigFields::ConfigFields(const nlohmann::json& object, std::string_view source,
                           std::string prefix)
    : object_(object), source_(source), prefix_(std::move(prefix)) {}

std::optional<std::int64_t> ConfigFields::integer(const char* key, std::int64_t min,
                                                  std::int64_t max) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer()) fail_type(key, "a whole number");
    return in_range(key, *value, min, max);
}

std::int64_t ConfigFields::in_range(const char* key, const nlohmann::json& value, std::int64_t min,
                                    std::int64_t max) const {
    // A number beyond int64 would wrap around to a negative one.
    const bool fits = !value.is_number_unsigned() ||
                      value.get<std::uint64_t>() <= static_cast<std::uint64_t>(max);
    const auto number = value.get<std::int64_t>();
    if (!fits || number < min || number > max) {
        fail(ErrorCode::bad_input, "{} is {}, but must be from {} to {}", place(key), value.dump(),
             min, max);
    }
    return number;
}

std::optional<std::vector<std::vector<std::int64_t>>> ConfigFields::integer_rows(
    const char* key, std::int64_t min, std::int64_t max) const {
    constexpr const char* kWanted = "a list of lists of whole numbers";
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_array()) fail_type(key, kWanted);
    std::vector<std::vector<std::int64_t>> rows;
    for (const nlohmann::json& row : *value) {
        if (!row.is_array()) fail_type(key, kWanted);
        rows.emplace_back();
        for (const nlohmann::json& number : row) {
            if (!number.is_number_integer()) fail_type(key, kWanted);
            rows.back().push_back(in_range(key, number, min, max));
        }
    }
    return rows;
}

std::int64_t ConfigFields::required_integer(const char* key, std::int64_t min,
                                            std::int64_t max) const {
    const auto number = integer(key, min, max);
    if (!number) fail_missing(key);
    return *number;
}

std::optional<double> ConfigFields::positive(const char* key) const {
    const auto value = number(key);
    if (value && !(*value > 0.0)) {
        fail(ErrorCode::bad_input, "{} is {}, but must be above 0", place(key), find(key)->dump());
    }
    return value;
}

std::optional<double> ConfigFields::non_negative(const char* key) const {
    const auto value = number(key);
    if (value && !(*value >= 0.0)) {
        fail(ErrorCode::bad_input, "{} is {}, but must not be negative", place(key),
             find(key)->dump());
    }
    return value;
}

double ConfigFields::required_positive(const char* key) const {
    const auto number = positive(key);
    if (!number) fail_missing(key);
    return *number;
}

std::optional<bool> ConfigFields::flag(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) fail_type(key, "true or false");
    return value->get<bool>();
}

std::optional<std::string> ConfigFields::text(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) fail_type(key, "a string");
    return value->get<std::string>();
}

std::optional<std::vector<std::string>> ConfigFields::texts(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_array()) fail_type(key, "a list of strings");
    std::vector<std::string> texts;
    for (const nlohmann::json& item : *value) {
        if (!item.is_string()) fail_type(key, "a list of strings");
        texts.push_back(item.get<std::string>());
    }
    return texts;
}

std::optional<std::vector<double>> ConfigFields::numbers(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_array()) fail_type(key, "a list of numbers");
    std::vector<double> numbers;
    for (const nlohmann::json& item : *value) {
        if (!item.is_number()) fail_type(key, "a list of numbers");
        numbers.push_back(item.get<double>());
    }
    return numbers;
}

std::optional<std::vector<bool>> ConfigFields::flags(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_array()) fail_type(key, "a list of flags");
    std::vector<bool> flags;
    for (const nlohmann::json& item : *value) {
        if (!item.is_boolean() && !item.is_number_integer()) fail_type(key, "a list of flags");
        flags.push_back(item.is_boolean() ? item.get<bool>() : item.get<int>() != 0);
    }
    return flags;
}

std::optional<ConfigFields> ConfigFields::object(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) fail_type(key, "an object");
    return ConfigFields(*value, source_, prefix_ + key + ".");
}

bool ConfigFields::is_null(const char* key) const {
    const auto found = object_.find(key);
    return found != object_.end() && found->is_null();
}

std::vector<std::string> ConfigFields::names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : object_.items())
        if (!value.is_null()) names.push_back(name);
    return names;
}

bool ConfigFields::empty() const {
    return object_.empty();
}

std::string ConfigFields::place(const char* key) const {
    return fmt::format("{}: {}{}", source_, prefix_, key);
}

void ConfigFields::fail_missing(const char* key) const {
    fail(ErrorCode::bad_input, "{} is missing; take the config.json that belongs to the model",
         place(key));
}

void ConfigFields::refuse(const char* key, std::string_view value,
                          std::string_view supported) const {
    fail(ErrorCode::unsupported, "{} {} is not supported; supported: {}", place(key), value,
         supported);
}

void ConfigFields::require_count(const char* key, std::size_t count, std::size_t layers) const {
    if (count == layers) return;
    fail(ErrorCode::bad_input, "{} has {} entries, but num_hidden_layers is {}", place(key), count,
         layers);
}

const nlohmann::json* ConfigFields::find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<double> ConfigFields::number(const char* key) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) fail_type(key, "a number");
    return value->get<double>();
}

void ConfigFields::fail_type(const char* key, const char* wanted) const {
    const nlohmann::json& value = object_.at(key);
    fail(ErrorCode::bad_input, "{} must be {}, but is {}", place(key), wanted,
         value.is_number() ? value.dump() : fmt::format("a JSON {}", value.type_name()));
}

}  // namespace headscope
