// Memory that runs out in the middle of an evaluation, though the plan found enough: another
// program may have taken it. The evaluation goes on with fewer windows at a time and says so.

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>
#include <functional>
#include <memory>
#include <utility>

#include <dlfcn.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/evaluation/evaluator.h"
#include "core/model/device_memory_torch.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;

/// Address space of this process, in bytes.
std::int64_t address_space() {
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * sysconf(_SC_PAGESIZE);
}

/// Lets the process take only `bytes` more, for a scope. What the C library keeps is given back
/// first.
class MemoryShortage {
  public:
    explicit MemoryShortage(std::int64_t bytes) {
        malloc_trim(0);
        getrlimit(RLIMIT_AS, &before_);
        const rlimit now{static_cast<rlim_t>(address_space() + bytes), before_.rlim_max};
        setrlimit(RLIMIT_AS, &now);
    }
    ~MemoryShortage() { setrlimit(RLIMIT_AS, &before_); }
    MemoryShortage(const MemoryShortage&) = delete;
    MemoryShortage& operator=(const MemoryShortage&) = delete;

  private:
    rlimit before_{};
};

/// Takes all memory of the GPU but `left` bytes, for a scope; what the library keeps is given back
/// first. Speaks to the CUDA runtime that the engine has loaded.
class GpuShortage {
  public:
    explicit GpuShortage(std::size_t left) {
        for (const char* name : {"libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0"}) {
            if (runtime_ == nullptr) runtime_ = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
        }
        if (runtime_ == nullptr) return;
        release_cached_memory(c10::Device("cuda"));
        std::size_t free = 0;
        std::size_t total = 0;
        call<int(std::size_t*, std::size_t*)>("cudaMemGetInfo")(&free, &total);
        call<int(void**, std::size_t)>("cudaMalloc")(&taken_, free - left);
    }
    ~GpuShortage() {
        if (taken_ != nullptr) call<int(void*)>("cudaFree")(taken_);
    }
    GpuShortage(const GpuShortage&) = delete;
    GpuShortage& operator=(const GpuShortage&) = delete;

    [[nodiscard]] bool there() const { return taken_ != nullptr; }

  private:
    template <typename Function>
    Function* call(const char* name) {
        return reinterpret_cast<Function*>(dlsym(runtime_, name));
    }

    void* runtime_ = nullptr;
    void* taken_ = nullptr;
};

/// Wide states and little to compute: weights of zero, so that every prediction is a guess.
Checkpoint wide_model(const std::filesystem::path& folder, int hidden) {
    nlohmann::json config = tiny_config();
    config["hidden_size"] = hidden;
    config["max_position_embeddings"] = 16384;
    config["num_hidden_layers"] = 1;
    write_model(folder, config);
    return Checkpoint::open(folder);
}

std::shared_ptr<const Windows> some_windows(std::int64_t window, std::int64_t count) {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(window * count), 1);
    return std::make_shared<const Windows>(std::move(ids), Protocol::gptq, window, 0, 1, 16384, 10);
}

/// The original and merges of the first layer that all differ: as many states of every window.
std::vector<Variant> variants(int count) {
    std::vector<Variant> all(1);
    for (int i = 0; i < 6; ++i) {
        for (int j = i + 1; j < 6; ++j)
            all.push_back({{0, {{{i, j}}, {}}}});
    }
    all.resize(static_cast<std::size_t>(count));
    return all;
}

struct Outcome {
    EvaluationResult result;
    std::vector<std::string> notes;
};

/// Evaluates; once it has begun, `shortage` makes memory short.
Outcome evaluate_short_of_memory(const Model& model, const EvaluationParams& params,
                                 const std::function<void()>& shortage) {
    Outcome outcome;
    bool begun = false;
    outcome.result = evaluate(model, params, [&](const Progress& progress) {
        if (!std::exchange(begun, true)) shortage();
        if (contains(progress.note, "Memory ran out")) outcome.notes.push_back(progress.note);
    });
    return outcome;
}

void verify(const Outcome& outcome, const EvaluationParams& params, std::int64_t passes) {
    QVERIFY2(!outcome.notes.empty(), "memory never ran out: this test shows nothing");
    const Scores& scores = outcome.result.scores;
    QCOMPARE(scores.windows_done(), params.windows->count());
    QCOMPARE(outcome.result.layer_passes, passes);  // none is counted twice
    for (const auto& of_variant : scores.values) {
        for (const WindowScore& score : of_variant) {
            const auto predictions = static_cast<double>(params.windows->predictions_per_window());
            QVERIFY(std::abs(score.nll / predictions - std::log(10.0)) < 1e-5);
        }
    }
}

}  // namespace

class TestOutOfMemory : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
#ifdef HEADSCOPE_SANITIZED
        QSKIP("sanitizers take address space of their own");
#endif
    }

    void windows_side_by_side_become_fewer() {
        const QTemporaryDir folder;
        const Checkpoint checkpoint = wide_model(folder.path().toStdString(), 1024);
        // States of 33 MiB, which the C library takes from the system and returns one by one.
        const EvaluationParams params{variants(4), some_windows(8448, 3), {}};
        const Model model = Model::load(checkpoint, {"cpu", "float32", 2});
        // OpenBLAS takes a buffer for each thread at its first product, and waits for ever where it
        // gets none: let it have them first.
        evaluate(model, {variants(1), some_windows(8448, 2), {}});
        std::unique_ptr<MemoryShortage> shortage;
        const Outcome outcome = evaluate_short_of_memory(
            model, params, [&] { shortage = std::make_unique<MemoryShortage>(230 * kMebibyte); });
        verify(outcome, params, 3 * 4);
    }

    void too_little_for_one_window_is_an_error_with_advice() {
        const QTemporaryDir folder;
        const Checkpoint checkpoint = wide_model(folder.path().toStdString(), 2048);
        const EvaluationParams params{variants(4), some_windows(8448, 2), {}};
        const Model model = Model::load(checkpoint, {"cpu", "float32", 1});
        evaluate(model, {variants(1), some_windows(64, 1), {}});  // for OpenBLAS, as above
        std::unique_ptr<MemoryShortage> shortage;
        try {
            evaluate_short_of_memory(model, params, [&] {
                shortage = std::make_unique<MemoryShortage>(100 * kMebibyte);
            });
            QFAIL("there is not enough memory");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::out_of_memory);
            QVERIFY(contains(error.what(), "--window"));
        }
    }

    void a_gpu_goes_on_with_smaller_micro_batches() {
        if (resolve_device_or_empty().empty()) QSKIP("no CUDA device");
        const QTemporaryDir folder;
        const Checkpoint checkpoint = wide_model(folder.path().toStdString(), 2048);
        const EvaluationParams params{variants(16), some_windows(512, 32), {}};
        const Model model = Model::load(checkpoint, {"cuda", "float32", 1});
        // A layer makes 16 states of 16 windows at a time, 4 MiB each: a gibibyte. What is left is
        // enough for two windows, and for what the libraries keep for themselves.
        std::unique_ptr<GpuShortage> shortage;
        const Outcome outcome = evaluate_short_of_memory(
            model, params, [&] { shortage = std::make_unique<GpuShortage>(320 * kMebibyte); });
        QVERIFY(shortage->there());
        verify(outcome, params, 32 * 16);
    }

  private:
    /// The CUDA device that works here; empty where none does.
    static std::string resolve_device_or_empty() {
        try {
            return resolve({"cuda", "auto"}).device;
        } catch (const Error&) {
            return {};
        }
    }
};

HEADSCOPE_TEST(TestOutOfMemory)
#include "test_out_of_memory.moc"
