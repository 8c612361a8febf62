#include "ui/distribution/selection_text.h"

#include <QCoreApplication>

#include "ui/session/session.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::ThresholdBar)
};

}  // namespace

QString selection_text(const Session& session) {
    if (session.model() == nullptr) return {};
    if (session.included_count() == 0) return Text::tr("No layer is included.");
    const auto highest = session.highest_similarity();
    if (!highest) return Text::tr("The KV policy allows no pair of these layers.");
    if (session.summary().pairs == 0) {
        return Text::tr("Nothing is selected: the highest similarity is %1.")
            .arg(similarity_text(*highest));
    }
    int layers = 0;
    for (int layer = 0; layer < session.model()->layers(); ++layer) {
        if (session.included(layer) && session.layer_summary(layer).pairs > 0) ++layers;
    }
    return Text::tr("%n pair(s) in %1 of %2 layers", nullptr,
                    static_cast<int>(session.summary().pairs))
        .arg(count_text(layers), count_text(session.included_count()));
}

}  // namespace headscope::ui
