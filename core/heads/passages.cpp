#include "core/heads/passages.h"

#include <algorithm>
#include <tuple>

namespace headscope {

void TopPassages::offer(const HeadPassage& passage) {
    const auto before = [](const HeadPassage& a, const HeadPassage& b) {
        return std::make_tuple(-a.activation, a.sequence, a.first) <
               std::make_tuple(-b.activation, b.sequence, b.first);
    };
    const bool full = static_cast<std::int64_t>(passages_.size()) >= keep_;
    if (full && (passages_.empty() || !before(passage, passages_.back()))) return;
    if (full) passages_.pop_back();
    passages_.insert(std::ranges::upper_bound(passages_, passage, before), passage);
}

}  // namespace headscope
