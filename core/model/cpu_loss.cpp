// What a row of logits says about its target, and how two rows differ: reductions over the
// vocabulary. Sums run in float32 over a stretch and in float64 over the stretches, so that their
// error does not grow with the vocabulary.

#include "core/model/cpu_loss.h"

namespace headscope::HEADSCOPE_ISA {
namespace {

constexpr std::int64_t kStretch = std::int64_t{256} * kLanes;

template <typename T>
float largest_of(const T* row, std::int64_t count) {
    Vec largest = splat(-__builtin_inff());
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        largest = max(largest, load(row + i));
    float result = horizontal_max(largest);
    for (; i < count; ++i)
        result = widen(row[i]) > result ? widen(row[i]) : result;
    return result;
}

struct Top {
    float value;
    std::int64_t place;  ///< the first of equals; the row's length where all are NaN
};

template <typename T>
Top top_of(const T* row, std::int64_t count) {
    float value = -__builtin_inff();
    std::int64_t place = 0;  // the stretch that holds it
    for (std::int64_t begin = 0; begin < count; begin += kStretch) {
        const std::int64_t length = count - begin < kStretch ? count - begin : kStretch;
        const float largest = largest_of(row + begin, length);
        if (largest > value) {
            value = largest;
            place = begin;
        }
    }
    while (place < count && widen(row[place]) != value)
        ++place;
    return {value, place};
}

/// Calls add(first, last) for stretches of whole vectors, and rest(i) for each element after them.
template <typename Add, typename Rest>
void over_stretches(std::int64_t count, Add add, Rest rest) {
    const std::int64_t whole = count / kLanes * kLanes;
    for (std::int64_t i = 0; i < whole; i += kStretch)
        add(i, whole - i < kStretch ? whole : i + kStretch);
    for (std::int64_t i = whole; i < count; ++i)
        rest(i);
}

/// sum of exp(row - shift)
template <typename T>
double sum_of_exponentials(const T* row, float shift, std::int64_t count) {
    double total = 0.0;
    over_stretches(
        count,
        [&](std::int64_t i, std::int64_t end) {
            Vec sum = {};
            for (; i < end; i += kLanes)
                sum += exp(load(row + i) - shift);
            total += static_cast<double>(horizontal_sum(sum));
        },
        [&](std::int64_t i) {
            total += static_cast<double>(exp(splat(widen(row[i]) - shift))[0]);
        });
    return total;
}

/// What a divergence needs of two rows p and q, each shifted so that its largest is 0.
struct PairSums {
    double p = 0.0;         ///< sum of exp(p)
    double q = 0.0;         ///< sum of exp(q)
    double weighted = 0.0;  ///< sum of exp(p) (p - q)
};

template <typename T>
PairSums sums_of_pair(const T* original, float original_shift, const T* row, float shift,
                      std::int64_t count) {
    PairSums total;
    over_stretches(
        count,
        [&](std::int64_t i, std::int64_t end) {
            Vec sum_p = {};
            Vec sum_q = {};
            Vec weighted = {};
            for (; i < end; i += kLanes) {
                const Vec p = load(original + i) - original_shift;
                const Vec q = load(row + i) - shift;
                const Vec weight = exp(p);
                sum_p += weight;
                sum_q += exp(q);
                weighted += weight * (p - q);
            }
            total.p += static_cast<double>(horizontal_sum(sum_p));
            total.q += static_cast<double>(horizontal_sum(sum_q));
            total.weighted += static_cast<double>(horizontal_sum(weighted));
        },
        [&](std::int64_t i) {
            const float p = widen(original[i]) - original_shift;
            const float q = widen(row[i]) - shift;
            const auto weight = static_cast<double>(exp(splat(p))[0]);
            total.p += weight;
            total.q += static_cast<double>(exp(splat(q))[0]);
            total.weighted += weight * static_cast<double>(p - q);
        });
    return total;
}

}  // namespace

template <typename T>
void cross_entropy(const void* logits, const std::int64_t* targets, std::int64_t rows,
                   std::int64_t vocab, double* nll, std::uint8_t* correct) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const T* scores = static_cast<const T*>(logits) + row * vocab;
        const Top top = top_of(scores, vocab);
        const double sum = sum_of_exponentials(scores, top.value, vocab);
        nll[row] = __builtin_log(sum) + static_cast<double>(top.value) -
                   static_cast<double>(widen(scores[targets[row]]));
        correct[row] = top.place == targets[row] ? 1 : 0;
    }
}

template <typename T>
void divergence(const void* original, const void* logits, const std::int64_t* targets,
                std::int64_t rows, std::int64_t vocab, const DivergenceRows& out) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const T* p = static_cast<const T*>(original) + row * vocab;
        const T* q = static_cast<const T*>(logits) + row * vocab;
        const Top top_p = top_of(p, vocab);
        const Top top_q = top_of(q, vocab);
        const PairSums sums = sums_of_pair(p, top_p.value, q, top_q.value, vocab);
        out.nll[row] = __builtin_log(sums.q) + static_cast<double>(top_q.value) -
                       static_cast<double>(widen(q[targets[row]]));
        out.correct[row] = top_q.place == targets[row] ? 1 : 0;
        // sum p (log p - log q), where log p = (p - top) - log(sum exp): the tops cancel, so that
        // a shift of all logits costs no precision.
        out.kl[row] = sums.weighted / sums.p + __builtin_log(sums.q / sums.p);
        out.same_top[row] = top_p.place == top_q.place ? 1 : 0;
    }
}

template void cross_entropy<float>(const void*, const std::int64_t*, std::int64_t, std::int64_t,
                                   double*, std::uint8_t*);
template void cross_entropy<BFloat16>(const void*, const std::int64_t*, std::int64_t, std::int64_t,
                                      double*, std::uint8_t*);
template void divergence<float>(const void*, const void*, const std::int64_t*, std::int64_t,
                                std::int64_t, const DivergenceRows&);
template void divergence<BFloat16>(const void*, const void*, const std::int64_t*, std::int64_t,
                                   std::int64_t, const DivergenceRows&);

}  // namespace headscope::HEADSCOPE_ISA
