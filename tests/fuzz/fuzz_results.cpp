#include <algorithm>

#include "core/report/results.h"
#include "tests/fuzz/fuzz.h"

/// results_threshold_<t>.json
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headscope;
    const fuzz::MemoryFile file(fuzz::as_text(data, size));
    return fuzz::expect_error_or_nothing([&] {
        const Result result = read_result(file.path());
        for (std::size_t i = 0; i < result.plan.layers.size(); ++i) {
            const LayerPlan& plan = result.plan.layers[i];
            const auto check = [heads = result.similarity.at(i).heads](int head) {
                if (head < 0 || head >= heads) std::abort();
            };
            for (const HeadPair& pair : plan.pairs) {
                check(pair.first);
                check(pair.second);
            }
            for (const std::vector<HeadGroup>* groups : {&plan.groups, &plan.kv_groups}) {
                for (const HeadGroup& group : *groups)
                    std::for_each(group.begin(), group.end(), check);
            }
            std::for_each(plan.side_effect_heads.begin(), plan.side_effect_heads.end(), check);
        }
    });
}
