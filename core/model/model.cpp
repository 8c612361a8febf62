#include "core/model/model.h"

#include <algorithm>
#include <utility>

#include "core/base/parallel.h"
#include "core/base/process_rank.h"
#include "core/model/engine_module.h"
#include "core/model/model_engine.h"

namespace headscope {

const ModelEngine& model_engine() {
    return engine_table<ModelEngine>(kModelEngineSymbol);
}

ResolvedCompute resolve(const ComputeOptions& options) {
    return model_engine().resolve(options);
}

Model Model::load(const Checkpoint& checkpoint, const ComputeOptions& options,
                  const ProgressFn& progress, const std::stop_token& stop) {
    checkpoint.require_complete();
    ResolvedCompute compute = model_engine().resolve(options);
    // Processes of one job share the machine's cores.
    const int threads = options.threads > 0
                            ? options.threads
                            : std::max(1, available_cores() / process_rank().local_size);
    auto loaded = model_engine().load(checkpoint, compute, options, threads, progress, stop);
    return {checkpoint, std::move(compute), threads, std::move(loaded)};
}

Model::Model(Checkpoint checkpoint, ResolvedCompute compute, int threads,
             std::shared_ptr<const LoadedModel> loaded)
    : checkpoint_(std::move(checkpoint)),
      compute_(std::move(compute)),
      threads_(threads),
      loaded_(std::move(loaded)) {}

}  // namespace headscope
