#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headscope {

/// This process's place among those that a launcher started together to share the work.
struct ProcessRank {
    int rank = 0;
    int world_size = 1;  ///< 1: the process is alone
    int local_rank = 0;  ///< among those on the same machine; chooses the GPU
    int local_size = 1;  ///< processes on the same machine, as far as the launcher says
    std::string address = "127.0.0.1";  ///< of the machine of rank 0
    std::uint16_t port = 29500;         ///< where rank 0 listens

    [[nodiscard]] bool alone() const { return world_size == 1; }
    [[nodiscard]] bool first() const { return rank == 0; }
};

/// Read from the variables that the launchers set: torchrun (RANK, WORLD_SIZE, LOCAL_RANK,
/// MASTER_ADDR, MASTER_PORT), srun (SLURM_PROCID, SLURM_STEP_NUM_TASKS,
/// SLURM_LOCALID, SLURM_STEP_NODELIST), Open MPI's mpirun (OMPI_COMM_WORLD_RANK, ...) and those of
/// MPICH's kind (PMI_RANK, PMI_SIZE, MPI_LOCALRANKID). MASTER_ADDR and MASTER_PORT are heeded under
/// all of them. A job of one process, and the shell or script of a Slurm job, count as alone.
/// Throws Error(bad_input) that names a variable which is not the number it should be, or is
/// missing.
ProcessRank process_rank();

/// Whether the processes share so many items of work: there are several of them, and an item for
/// each at least.
bool shares_work(std::size_t items);

/// The items that this process works on: every so many-th where the processes share them, otherwise
/// all.
std::vector<std::int64_t> own_share(const std::vector<std::int64_t>& items);

/// The first host of a Slurm node list: "node[03-05,9],gpu1" gives "node03".
std::string first_host(const std::string& node_list);

}  // namespace headscope
