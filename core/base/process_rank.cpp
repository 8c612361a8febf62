#include "core/base/process_rank.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "core/base/error.h"

namespace headscope {
namespace {

std::optional<std::string> variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

std::optional<int> number(const char* name) {
    const auto text = variable(name);
    if (!text) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < 0) {
        fail(ErrorCode::bad_input,
             "the environment variable {} is \"{}\", but must be a whole number; is the launcher "
             "set up right? Unset it to run one process",
             name, *text);
    }
    return value;
}

int required(const char* name, const char* because) {
    const auto value = number(name);
    if (!value) {
        fail(ErrorCode::bad_input,
             "the environment variable {} is missing, but {} is set; start with torchrun, srun or "
             "mpirun, or unset both to run one process",
             name, because);
    }
    return *value;
}

/// What a launcher calls things.
struct Launcher {
    const char* rank;
    const char* size;
    const char* local_rank;
    const char* local_size;
    const char* own_rank = nullptr;  ///< where `rank` only says that the launcher is there
};

constexpr Launcher kLaunchers[] = {
    {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
     "OMPI_COMM_WORLD_LOCAL_SIZE"},
    // MPICH's starters may run inside a step of srun, so they come first. srun's own PMI names no
    // local rank.
    {"MPI_LOCALRANKID", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", "PMI_RANK"},
    // The script and the shell of a job are steps of one task.
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE"},
};

/// The number that a text begins with: of Slurm's "4(x2)", 4.
int leading_number(const std::optional<std::string>& text) {
    int value = 1;
    if (text) std::from_chars(text->data(), text->data() + text->size(), value);
    return std::max(1, value);
}

}  // namespace

bool shares_work(std::size_t items) {
    const ProcessRank place = process_rank();
    return !place.alone() && items >= static_cast<std::size_t>(place.world_size);
}

std::vector<std::int64_t> own_share(const std::vector<std::int64_t>& items) {
    if (!shares_work(items.size())) return items;
    const ProcessRank place = process_rank();
    std::vector<std::int64_t> own;
    for (auto i = static_cast<std::size_t>(place.rank); i < items.size();
         i += static_cast<std::size_t>(place.world_size))
        own.push_back(items[i]);
    return own;
}

std::string first_host(const std::string& node_list) {
    const std::size_t end = node_list.find_first_of(",[");
    if (end == std::string::npos || node_list[end] == ',') return node_list.substr(0, end);
    const std::size_t number_end = node_list.find_first_of(",-]", end + 1);
    return node_list.substr(0, end) + node_list.substr(end + 1, number_end - end - 1);
}

ProcessRank process_rank() {
    ProcessRank place;
    for (const Launcher& launcher : kLaunchers) {
        if (!variable(launcher.rank) || !variable(launcher.size)) continue;
        place.rank = required(launcher.own_rank != nullptr ? launcher.own_rank : launcher.rank,
                              launcher.size);
        place.world_size = required(launcher.size, launcher.rank);
        place.local_rank = number(launcher.local_rank).value_or(0);
        place.local_size = leading_number(variable(launcher.local_size));
        if (place.rank >= place.world_size) {
            fail(ErrorCode::bad_input,
                 "the environment variable {} is {}, but must be below {} ({})", launcher.rank,
                 place.rank, launcher.size, place.world_size);
        }
        break;
    }
    if (place.alone()) return {};
    if (const auto nodes = variable("SLURM_STEP_NODELIST")) place.address = first_host(*nodes);
    if (const auto address = variable("MASTER_ADDR")) place.address = *address;
    if (const auto port = number("MASTER_PORT")) {
        if (*port == 0 || *port > 65535) {
            fail(ErrorCode::bad_input, "MASTER_PORT is {}, but must be from 1 to 65535", *port);
        }
        place.port = static_cast<std::uint16_t>(*port);
    } else if (const auto job = number("SLURM_JOB_ID")) {
        // Jobs that share a machine must not meet at one port.
        place.port = static_cast<std::uint16_t>(20000 + *job % 10000);
    }
    return place;
}

}  // namespace headscope
