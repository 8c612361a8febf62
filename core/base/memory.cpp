#include "core/base/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

namespace headscope {
namespace {

/// A field of a file of /proc whose lines are "name: number kB", in bytes.
std::optional<std::int64_t> field_of(const char* path, const char* field) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name;
        std::int64_t kilobytes = 0;
        if (fields >> name >> kilobytes && name == field) return kilobytes * 1024;
    }
    return std::nullopt;
}

std::optional<std::int64_t> number_in(const std::string& path) {
    std::ifstream file(path);
    std::int64_t number = 0;
    return file >> number ? std::optional(number) : std::nullopt;  // "max" is no number
}

/// What is left below the limit of the control group (version 2, as containers see it).
std::optional<std::int64_t> left_in_control_group() {
    const auto limit = number_in("/sys/fs/cgroup/memory.max");
    const auto used = number_in("/sys/fs/cgroup/memory.current");
    if (!limit || !used) return std::nullopt;
    return std::max<std::int64_t>(0, *limit - *used);
}

}  // namespace

std::int64_t available_memory() {
    const std::int64_t system =
        field_of("/proc/meminfo", "MemAvailable:").value_or(std::int64_t{8} << 30);
    return std::min(system, left_in_control_group().value_or(system));
}

std::int64_t own_memory() {
    return field_of("/proc/self/status", "RssAnon:").value_or(0);
}

}  // namespace headscope
