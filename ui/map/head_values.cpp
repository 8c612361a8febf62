#include "ui/map/head_values.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/difference/second_model.h"
#include "ui/heads/head_store.h"
#include "ui/measures/damage_store.h"
#include "ui/panel/panel.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::HeadValues)
};

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<std::vector<double>> empty_values(const Session& session) {
    std::vector<std::vector<double>> values;
    for (const SimilarityMatrix& matrix : session.model()->matrices)
        values.emplace_back(static_cast<std::size_t>(matrix.heads), kNone);
    return values;
}

QString highest_title(const PanelServices& services) {
    const auto& model = services.session.model();
    return model == nullptr
               ? Text::tr("Highest similarity")
               : Text::tr("Highest similarity (%1)").arg(qstring(name_of(model->measure)));
}

HeadValues highest(const PanelServices& services) {
    HeadValues found{empty_values(services.session), {}};
    for (std::size_t layer = 0; layer < found.of_layers.size(); ++layer) {
        const SimilarityMatrix& matrix = services.session.model()->matrices[layer];
        for (int i = 0; i < matrix.heads; ++i) {
            double& value = found.of_layers[layer][static_cast<std::size_t>(i)];
            for (int j = 0; j < matrix.heads; ++j) {
                if (i != j) value = std::fmax(value, matrix.at(i, j));
            }
        }
    }
    return found;
}

HeadValues plan(const PanelServices& services) {
    const Session& session = services.session;
    HeadValues found{empty_values(session), {}};
    for (std::size_t layer = 0; layer < found.of_layers.size(); ++layer) {
        const auto index = static_cast<int>(layer);
        std::vector<double>& values = found.of_layers[layer];
        std::fill(values.begin(), values.end(), 0.0);
        if (!session.included(index)) continue;
        for (const HeadGroup& group : session.layer_plan(index).groups) {
            for (const int head : group)
                values[static_cast<std::size_t>(head)] = static_cast<double>(group.size());
        }
    }
    return found;
}

HeadValues damage(const PanelServices& services) {
    const auto& result = services.damage.result();
    if (result == nullptr) return {{}, Text::tr("No damage was measured yet; do so under Damage.")};
    HeadValues found{empty_values(services.session), {}};
    for (const PairDamage& pair : result->pairs) {
        std::vector<double>& values = found.of_layers.at(static_cast<std::size_t>(pair.layer));
        for (const int head : {pair.heads.first, pair.heads.second})
            values.at(static_cast<std::size_t>(head)) =
                std::fmin(values[static_cast<std::size_t>(head)], pair.loss().value * 1000.0);
    }
    return found;
}

QString second_title(const PanelServices& services) {
    const auto result = services.second != nullptr ? services.second->result() : nullptr;
    return result == nullptr ? Text::tr("Distance to a second model")
                             : Text::tr("Distance to %1").arg(result->name());
}

HeadValues second(const PanelServices& services) {
    const auto result = services.second != nullptr ? services.second->result() : nullptr;
    if (result == nullptr) return {{}, Text::tr("Open a second model under Two models.")};
    HeadValues found{empty_values(services.session), {}};
    for (const LayerMatches& layer : result->difference.layers) {
        std::vector<double>& values = found.of_layers.at(static_cast<std::size_t>(layer.layer));
        for (std::size_t head = 0; head < layer.heads.size(); ++head) {
            const double distance = layer.heads[head].best.distance;
            if (std::isfinite(distance)) values.at(head) = distance;
        }
    }
    return found;
}

template <HeadScore score>
HeadValues scored(const PanelServices& services) {
    const auto& scores = services.heads.scores();
    if (services.heads.scoring()) return {{}, Text::tr("Reading the calibration text")};
    if (scores == nullptr)
        return {{}, Text::tr("The model has to read the calibration text once."), true};
    HeadValues found;
    for (const LayerHeadScores& layer : *scores)
        found.of_layers.push_back(layer.of(score));
    return found;
}

void want_scores(const PanelServices& services) {
    services.heads.want_scores();
}

HeadValues redundancy(const PanelServices& services) {
    const auto& heads = services.heads.redundancy();
    if (services.heads.finding_redundancy()) return {{}, Text::tr("Reading the calibration text")};
    if (heads == nullptr)
        return {{}, Text::tr("The model has to read the calibration text once."), true};
    return {*heads, {}};
}

void want_redundancy(const PanelServices& services) {
    services.heads.want_redundancy();
}

}  // namespace

const std::vector<HeadMeasure>& head_measures() {
    static const std::vector<HeadMeasure> measures = {
        {"highest", highest_title,
         [] { return Text::tr("The highest similarity to another head of the layer."); }, highest,
         nullptr},
        {"plan", [](const PanelServices&) { return Text::tr("Merged by the plan"); },
         [] { return Text::tr("The number of heads that the plan merges with it; 0 for none."); },
         plan, nullptr},
        {"redundancy", [](const PanelServices&) { return Text::tr("Redundancy"); },
         [] {
             return Text::tr(
                 "The share of what the head writes that a refit of the other heads of its layer "
                 "can write instead.");
         },
         redundancy, want_redundancy},
        {"output-norm", [](const PanelServices&) { return Text::tr("Output norm"); },
         [] {
             return Text::tr("Root mean square norm of what the head adds to the residual stream.");
         },
         scored<HeadScore::output_norm>, want_scores},
        {"entropy", [](const PanelServices&) { return Text::tr("Attention entropy, nats"); },
         [] {
             return Text::tr(
                 "Mean entropy of the attention rows: low where a head looks at few "
                 "tokens.");
         },
         scored<HeadScore::entropy>, want_scores},
        {"first-token", [](const PanelServices&) { return Text::tr("First-token share"); },
         [] {
             return Text::tr("Mean attention to the first token: an attention sink where high.");
         },
         scored<HeadScore::first_token>, want_scores},
        {"previous-token", [](const PanelServices&) { return Text::tr("Previous-token score"); },
         [] { return Text::tr("Mean attention to the token before."); },
         scored<HeadScore::previous_token>, want_scores},
        {"duplicate-token", [](const PanelServices&) { return Text::tr("Duplicate-token score"); },
         [] { return Text::tr("Mean attention to earlier copies of the same token."); },
         scored<HeadScore::duplicate>, want_scores},
        {"induction", [](const PanelServices&) { return Text::tr("Induction score"); },
         [] {
             return Text::tr("Mean attention to what followed earlier copies of the same token.");
         },
         scored<HeadScore::induction>, want_scores},
        {"distance", [](const PanelServices&) { return Text::tr("Attention distance, tokens"); },
         [] { return Text::tr("Mean distance to what the head attends to."); },
         scored<HeadScore::distance>, want_scores},
        {"damage", [](const PanelServices&) { return Text::tr("Damage, millinats a token"); },
         [] {
             return Text::tr("The lowest loss increase of the head's pairs that were measured.");
         },
         damage, nullptr},
        {"second-model", second_title,
         [] {
             return Text::tr(
                 "|a \u2212 b| / |a| of the head's four weights and those of the most similar head "
                 "of the same layer of the second model.");
         },
         second, nullptr},
    };
    return measures;
}

}  // namespace headscope::ui
