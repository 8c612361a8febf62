#include "core/report/results.h"
#include "tests/fuzz/fuzz.h"

/// results_threshold_<t>.json
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    const fuzz::MemoryFile file(fuzz::as_text(data, size));
    return fuzz::expect_error_or_nothing([&] {
        const Result result = read_result(file.path());
        for (const LayerPlan& plan : result.plan.layers) {
            for (const HeadPair& pair : plan.pairs) {
                if (pair.first < 0 || pair.second < 0) std::abort();
            }
        }
    });
}
