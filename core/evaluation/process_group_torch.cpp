#include "core/evaluation/process_group_torch.h"

#include "core/base/error.h"

#ifdef HEADSCOPE_DISTRIBUTED

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef HEADSCOPE_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace headscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// How long the others may take to start, and to come to a call: they compute the same number of
/// windows, but not at the same speed. A lost process is noticed long before, by its silence.
constexpr auto kConnectTimeout = std::chrono::minutes(3);
constexpr auto kCallTimeout = std::chrono::hours(12);
constexpr auto kBeat = 500ms;
constexpr auto kSilence = 10s;
constexpr auto kGrace = 5s;

constexpr const char* kStopped = "stopped";

std::string key_of(int rank) {
    return "alive/" + std::to_string(rank);
}

}  // namespace

struct ProcessGroup::State {
    ProcessRank place = process_rank();
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
#ifdef HEADSCOPE_NCCL
    c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl;
#endif
    std::stop_source others_stopped;
    mutable std::mutex mutex;
    std::string lost_text;
    bool calling = false;  ///< a call of the group is under way
    std::condition_variable_any beat;
    std::jthread watch;

    void connect() {
        // torchrun holds a store of its own at the address, through restarts of the processes.
        const char* const held = std::getenv("TORCHELASTIC_USE_AGENT_STORE");
        const bool held_by_launcher = held != nullptr && std::string(held) == "True";
        const char* const restarts = std::getenv("TORCHELASTIC_RESTART_COUNT");
        c10d::TCPStoreOptions options;
        options.port = place.port;
        options.isServer = place.first() && !held_by_launcher;
        options.waitWorkers = !held_by_launcher;
        options.numWorkers = static_cast<std::size_t>(place.world_size);
        options.timeout = kConnectTimeout;
        store = c10::make_intrusive<c10d::PrefixStore>(
            fmt::format("headscope/{}", restarts != nullptr ? restarts : "0"),
            c10::make_intrusive<c10d::TCPStore>(place.address, options));
        auto gloo_options = c10d::ProcessGroupGloo::Options::create(kCallTimeout);
        const char* const network = std::getenv("GLOO_SOCKET_IFNAME");
        gloo_options->devices.push_back(
            network != nullptr ? c10d::ProcessGroupGloo::createDeviceForInterface(network)
                               : c10d::ProcessGroupGloo::createDefaultDevice());
        gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.world_size,
                                                           gloo_options);
    }

    void report_lost(const std::string& text) {
        {
            const std::scoped_lock lock(mutex);
            if (lost_text.empty()) lost_text = text;
        }
        others_stopped.request_stop();
    }

    void throw_if_lost() const {
        const std::scoped_lock lock(mutex);
        if (!lost_text.empty()) throw Error(ErrorCode::device, lost_text);
    }

    [[nodiscard]] std::string silent_text(int rank) const {
        return fmt::format(
            "process {} of {} no longer answers; see what it printed last. Start again: `batch` "
            "goes on "
            "from what was finished",
            rank, place.world_size);
    }

    /// Counts this process's beats in the store and listens to the others' until one is silent.
    void keep_watch(const std::stop_token& stop) {
        struct Heard {
            std::int64_t beats = 0;
            Clock::time_point at = Clock::now();
        };
        std::vector<Heard> heard(static_cast<std::size_t>(place.world_size));
        while (!stop.stop_requested()) {
            try {
                store->add(key_of(place.rank), 1);
                if (store->add(kStopped, 0) > 0) others_stopped.request_stop();
                for (int rank = 0; rank < place.world_size; ++rank) {
                    Heard& other = heard[static_cast<std::size_t>(rank)];
                    const std::int64_t beats = store->add(key_of(rank), 0);
                    if (beats != other.beats) other = {beats, Clock::now()};
                    if (Clock::now() - other.at > kSilence) return end(stop, silent_text(rank));
                }
            } catch (const std::exception&) {
                // The store is in rank 0.
                return end(stop, silent_text(0));
            }
            std::unique_lock lock(mutex);
            beat.wait_for(lock, stop, kBeat, [] { return false; });
        }
    }

    /// Has the evaluation stop. A call that waits for the lost process may never return: then the
    /// program ends here.
    void end(const std::stop_token& stop, const std::string& text) {
        if (stop.stop_requested()) return;
        report_lost(text);
        std::unique_lock lock(mutex);
        beat.wait_for(lock, stop, kGrace, [] { return false; });
        if (stop.stop_requested() || !calling) return;
        std::fprintf(stderr, "headscope: %s\n", text.c_str());
        std::_Exit(4);
    }

    /// Makes a call of the group; what it throws becomes an Error(device).
    void call(const std::function<void()>& body) {
        throw_if_lost();
        set_calling(true);
        try {
            body();
        } catch (const std::exception& error) {
            set_calling(false);
            const std::string reason = first_line(error.what());
            const auto says = [&](const char* part) {
                return reason.find(part) != std::string::npos;
            };
            if (!says("onnection") && !says("closed") && !says("imed out")) {
                fail(ErrorCode::device, "the processes could not exchange their results ({})",
                     reason);
            }
            report_lost(
                fmt::format("process {} of {} lost another one; see what that printed last. Start "
                            "again: `batch` "
                            "goes on from what was finished ({})",
                            place.rank, place.world_size, reason));
            throw_if_lost();
        }
        set_calling(false);
    }

    void set_calling(bool value) {
        const std::scoped_lock lock(mutex);
        calling = value;
    }

    static std::string first_line(const std::string& text) {
        return text.substr(0, text.find('\n'));
    }

    void sum_on_hosts(at::Tensor& tensor) {
        std::vector<at::Tensor> tensors{tensor};
        gloo->allreduce(tensors)->wait();
    }

    void sum_on(const c10::Device& device, at::Tensor& tensor) {
#ifdef HEADSCOPE_NCCL
        if (device.is_cuda()) {
            if (!nccl) {
                nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, place.rank,
                                                                   place.world_size);
            }
            // NCCL does not notice a process that is gone; the hosts do, just before.
            at::Tensor present = at::ones({1});
            sum_on_hosts(present);
            std::vector<at::Tensor> on_device{tensor.to(device)};
            nccl->allreduce(on_device)->wait();
            tensor.copy_(on_device.front());
            return;
        }
#else
        static_cast<void>(device);
#endif
        at::Tensor here = tensor.cpu();
        sum_on_hosts(here);
        if (!tensor.is_cpu()) tensor.copy_(here);
    }
};

ProcessGroup::ProcessGroup() : state_(std::make_unique<State>()) {
    try {
        state_->connect();
    } catch (const std::exception& error) {
        fail(
            ErrorCode::device,
            "process {} of {} cannot meet the others at {} port {} ({}); are they all started, and "
            "do MASTER_ADDR and MASTER_PORT name the machine of the first and a free port?",
            state_->place.rank, state_->place.world_size, state_->place.address, state_->place.port,
            State::first_line(error.what()));
    }
    state_->watch = std::jthread(
        [state = state_.get()](const std::stop_token& stop) { state->keep_watch(stop); });
}

ProcessGroup::~ProcessGroup() {
    // The store lives in rank 0: it must be the last to leave, and the others must be told apart
    // from processes that died.
    state_->watch.request_stop();
    state_->watch.join();
}

namespace {

/// Not destroyed when the process ends: by then the GPU's driver has left.
ProcessGroup*& the_group() {
    static ProcessGroup* group = nullptr;
    return group;
}

}  // namespace

ProcessGroup& ProcessGroup::instance() {
    if (the_group() == nullptr) the_group() = new ProcessGroup;
    return *the_group();
}

void ProcessGroup::leave() {
    ProcessGroup* const group = std::exchange(the_group(), nullptr);
    if (group == nullptr) return;
#ifdef HEADSCOPE_NCCL
    if (group->state_->nccl) group->state_->nccl->shutdown();
#endif
    delete group;
}

const ProcessRank& ProcessGroup::place() const {
    return state_->place;
}

void ProcessGroup::sum(std::vector<double>& values, const c10::Device& device) {
    at::Tensor tensor = at::tensor(values, at::kDouble);
    state_->call([&] { state_->sum_on(device, tensor); });
    const auto* data = tensor.data_ptr<double>();
    values.assign(data, data + tensor.numel());
}

void ProcessGroup::sum(at::Tensor& values) {
    state_->call([&] { state_->sum_on(values.device(), values); });
}

double ProcessGroup::smallest(double value) {
    std::vector<double> all(static_cast<std::size_t>(state_->place.world_size), 0.0);
    all[static_cast<std::size_t>(state_->place.rank)] = value;
    sum(all, c10::kCPU);
    return *std::min_element(all.begin(), all.end());
}

std::string ProcessGroup::broadcast(const std::string& text) {
    std::string result;
    state_->call([&] {
        const auto size = static_cast<double>(text.size());
        at::Tensor length = at::tensor(std::vector<double>{state_->place.first() ? size : 0.0});
        state_->sum_on_hosts(length);
        at::Tensor bytes = at::zeros({static_cast<std::int64_t>(length.item<double>())}, at::kByte);
        if (state_->place.first()) std::memcpy(bytes.data_ptr(), text.data(), text.size());
        std::vector<at::Tensor> tensors{bytes};
        if (bytes.numel() > 0) state_->gloo->broadcast(tensors)->wait();
        result.assign(static_cast<const char*>(bytes.data_ptr()),
                      static_cast<std::size_t>(bytes.numel()));
    });
    return result;
}

std::stop_token ProcessGroup::others_stopped() const {
    return state_->others_stopped.get_token();
}

void ProcessGroup::stop_others() {
    try {
        state_->store->add(kStopped, 1);
    } catch (const std::exception&) {
        return;  // the store is gone, and its process with it: the next call says so
    }
}

}  // namespace headscope

#else

namespace headscope {

struct ProcessGroup::State {
    ProcessRank place = process_rank();
};

ProcessGroup::ProcessGroup() {
    fail(ErrorCode::unsupported,
         "this build of Headscope cannot share work between processes; install libgloo-dev and "
         "build "
         "again, or start one process");
}

ProcessGroup::~ProcessGroup() = default;

ProcessGroup& ProcessGroup::instance() {
    static ProcessGroup group;
    return group;
}

void ProcessGroup::leave() {}

// Never called: there is no instance.
const ProcessRank& ProcessGroup::place() const {
    return state_->place;
}
void ProcessGroup::sum(std::vector<double>&, const c10::Device&) {}
void ProcessGroup::sum(at::Tensor&) {}
double ProcessGroup::smallest(double value) {
    return value;
}
std::string ProcessGroup::broadcast(const std::string& text) {
    return text;
}
std::stop_token ProcessGroup::others_stopped() const {
    return {};
}
void ProcessGroup::stop_others() {}

}  // namespace headscope

#endif
