#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace headscope::ui {

struct PanelServices;

/// A value of each head of the model, such as a map shows: [layer][head]. NaN where there is none.
struct HeadValues {
    std::vector<std::vector<double>> of_layers;
    QString missing;          ///< why there are none yet, a sentence; empty where there are
    bool computable = false;  ///< they can be asked for
};

/// What a head can be coloured by.
struct HeadMeasure {
    const char* id;  ///< in settings
    QString (*title)(const PanelServices& services);
    QString (*explanation)();
    HeadValues (*values)(const PanelServices& services);
    void (*want)(const PanelServices& services);  ///< begins to compute them; may be null
};

/// All of them. To add one: an entry.
[[nodiscard]] const std::vector<HeadMeasure>& head_measures();

}  // namespace headscope::ui
