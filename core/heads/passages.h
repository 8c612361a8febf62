#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace headscope {

/// A stretch of a sequence, and how strongly a head acts in it.
struct HeadPassage {
    std::int64_t sequence = 0;
    std::int64_t first = 0;   ///< token of the sequence that the stretch begins with
    std::int64_t count = 0;   ///< tokens
    std::int64_t peak = 0;    ///< token of the sequence where the head acts most
    double activation = 0.0;  ///< there

    bool operator==(const HeadPassage&) const = default;
};

/// What one head does over a text.
struct HeadActivity {
    double mean = 0.0;                  ///< activation over the tokens of the text
    std::vector<HeadPassage> passages;  ///< of the highest activation, falling
};

struct PassageOptions {
    std::int64_t length = 32;  ///< tokens of a passage
    std::int64_t keep = 20;    ///< passages of each head
};

/// The best of many passages. Those of equal activation stay in the order of the text.
class TopPassages {
  public:
    explicit TopPassages(std::int64_t keep) : keep_(keep) {}

    void offer(const HeadPassage& passage);
    [[nodiscard]] const std::vector<HeadPassage>& passages() const { return passages_; }

  private:
    std::int64_t keep_;
    std::vector<HeadPassage> passages_;  ///< falling
};

/// The passages that activate each head most: [layer][head].
///
/// The activation of head h at token t is ||O_h z_h(t)|| / ||x(t)||: the norm of what the head adds
/// to the residual stream (z_h its weighted values, O_h its columns of the output projection,
/// without the bias that all heads share and before a norm behind the attention), over the norm of
/// the residual stream x before the layer. The first token of a sequence is left out, where a head
/// can only attend to the token itself.
///
/// Sequences of one length of two tokens or more are cut into passages of `length`, the last of
/// which may be shorter; a passage is ranked by its highest activation. They pass in batches, and
/// only the best are kept, so memory does not grow with the text. `progress` counts computations of
/// a layer over a sequence. Throws what score_heads throws.
std::vector<std::vector<HeadActivity>> top_passages(
    const Model& model, const std::vector<std::vector<std::int64_t>>& sequences,
    const PassageOptions& options = {}, const ProgressFn& progress = {},
    const std::stop_token& stop = {});

}  // namespace headscope
