#include "core/report/run_settings.h"

#include <utility>

namespace headscope {

RunSettings make_run_settings(const Checkpoint& checkpoint, Measure measure, const MergeRule& rule,
                              std::vector<int> layers, const PreparedText& text,
                              const ResolvedCompute& compute, const std::stop_token& stop) {
    RunSettings settings;
    settings.model_fingerprint = checkpoint.fingerprint(stop);
    settings.measure = name_of(measure);
    settings.rule = rule;
    settings.rule.threshold = MergeRule().threshold;
    settings.layers = std::move(layers);
    settings.protocol = name_of(text.windows->protocol());
    settings.window = text.windows->window();
    settings.windows = text.windows->count();
    settings.bos_rule = text.bos_rule;
    settings.bos_decided_by = text.bos_decided_by;
    settings.corpus_name = text.corpus_name;
    settings.corpus_sha256 = text.corpus_sha256;
    settings.tokenizer_fingerprint = text.tokenizer_fingerprint;
    settings.token_count = text.token_count;
    settings.token_ids_sha256 = text.token_ids_sha256;
    settings.dtype = name_of(compute.dtype);
    settings.device = compute.device;
    return settings;
}

}  // namespace headscope
