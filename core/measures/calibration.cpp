#include "core/measures/calibration.h"

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/evaluation/corpus.h"
#include "core/evaluation/prepare.h"

namespace headscope {
namespace {

std::filesystem::path file_of(const CalibrationOptions& options) {
    return options.file.empty() ? wikitext2_calibration_file() : options.file;
}

}  // namespace

void require_apart(const CalibrationOptions& options, const std::filesystem::path& evaluated) {
    const std::filesystem::path file = file_of(options);
    const Corpus calibration = load_corpus(file);
    const Corpus corpus = load_corpus(evaluated);
    if (corpus.text.find(calibration.text) != std::string::npos) {
        fail(ErrorCode::bad_input,
             "{}: the calibration text lies in {}, on which results are judged; a measure must not "
             "have seen it: give another --calibration or another --corpus",
             file.string(), corpus.name);
    }
    if (calibration.text.find(corpus.text) != std::string::npos) {
        fail(ErrorCode::bad_input,
             "{}: the calibration text holds {}, on which results are judged; a measure must not "
             "have seen it: give another --calibration or another --corpus",
             file.string(), corpus.name);
    }
}

CalibrationText prepare_calibration(const Checkpoint& checkpoint, const CalibrationOptions& options,
                                    const std::filesystem::path& evaluated,
                                    const std::filesystem::path& cache_dir,
                                    const std::stop_token& stop) {
    require_apart(options, evaluated);
    const PreparedText text = prepare_text(
        checkpoint, {file_of(options), Protocol::gptq, 0, options.windows}, cache_dir, stop);
    return {{options.file.empty() ? kShippedCalibration : text.corpus_name, text.corpus_sha256,
             text.windows->count(), text.windows->window()},
            text.windows};
}

}  // namespace headscope
