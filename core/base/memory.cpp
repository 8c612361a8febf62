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

/// A field of a file whose lines are "name number", or nothing.
std::int64_t count_of(const std::string& path, const std::string& field) {
    std::ifstream file(path);
    std::string name;
    std::int64_t count = 0;
    while (file >> name >> count) {
        if (name == field) return count;
    }
    return 0;
}

std::optional<std::int64_t> number_in(const std::string& path) {
    std::ifstream file(path);
    std::int64_t number = 0;
    return file >> number ? std::optional(number) : std::nullopt;  // "max" is no number
}

/// This process's control group (version 2), such as "/user.slice/job_7"; in a container it is "/".
std::string control_group() {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("0::/")) return line.substr(3);
    }
    return "/";
}

/// What is left below the limits of the control group and of those around it. Pages of files count
/// as used there, but make room when they must.
std::optional<std::int64_t> left_in_control_group() {
    std::optional<std::int64_t> left;
    std::string group = control_group();
    while (true) {
        const std::string folder = "/sys/fs/cgroup" + (group == "/" ? "" : group);
        const auto limit = number_in(folder + "/memory.max");
        const auto used = number_in(folder + "/memory.current");
        if (limit && used) {
            const std::int64_t files = count_of(folder + "/memory.stat", "active_file") +
                                       count_of(folder + "/memory.stat", "inactive_file");
            const std::int64_t here = std::max<std::int64_t>(0, *limit - *used + files);
            left = left ? std::min(*left, here) : here;
        }
        if (group.size() <= 1) return left;
        group.resize(std::max<std::size_t>(1, group.rfind('/')));
    }
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
