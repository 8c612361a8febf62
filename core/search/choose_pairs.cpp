#include "core/search/choose_pairs.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>

#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::array kChoices = {ChoosePairs::closest, ChoosePairs::random, ChoosePairs::all};

std::vector<Heads> draw(std::vector<Heads> pairs, std::size_t count, std::uint64_t seed,
                        int layer) {
    if (count >= pairs.size()) return pairs;
    // Fisher-Yates by hand: std::shuffle gives another order with every standard library. A layer's
    // draw does not depend on which other layers were chosen.
    std::mt19937_64 random(seed + 0x9E3779B97F4A7C15U * (static_cast<std::uint64_t>(layer) + 1));
    for (std::size_t i = 0; i < count; ++i)
        std::swap(pairs[i], pairs[i + random() % (pairs.size() - i)]);
    pairs.resize(count);
    return pairs;
}

}  // namespace

std::string_view name_of(ChoosePairs choose) {
    switch (choose) {
        case ChoosePairs::closest:
            return "closest";
        case ChoosePairs::random:
            return "random";
        case ChoosePairs::all:
            return "all";
    }
    return "";
}

ChoosePairs parse_choose_pairs(std::string_view name) {
    std::string choices;
    for (const ChoosePairs choice : kChoices) {
        if (name == name_of(choice)) return choice;
        choices += choices.empty() ? "" : ", ";
        choices += name_of(choice);
    }
    fail(ErrorCode::bad_input, "\"{}\" is no way to choose pairs; choose one of: {}", name,
         choices);
}

std::vector<Heads> choose_pairs(std::span<const RankedPairs> measures, ChoosePairs choose,
                                std::size_t count, std::uint64_t seed) {
    std::set<Heads> chosen;
    for (const RankedPairs& pairs : measures) {
        auto taken = pairs.all();
        if (choose == ChoosePairs::closest) taken = taken.first(std::min(count, taken.size()));
        for (const HeadPair& pair : taken)
            chosen.emplace(pair.first, pair.second);
    }
    std::vector<Heads> pairs(chosen.begin(), chosen.end());
    if (choose == ChoosePairs::random && !measures.empty()) {
        pairs = draw(std::move(pairs), count, seed, measures.front().layer());
        std::sort(pairs.begin(), pairs.end());
    }
    return pairs;
}

}  // namespace headscope
