#include "ui/style/corpus_filter.h"

#include <QCoreApplication>

namespace headscope::ui {

QString corpus_filter() {
    const QString names =
        QStringLiteral("*.txt *.raw *.tokens *.json *.jsonl *.ndjson *.json.gz *.gz");
    return QCoreApplication::translate("headscope::ui::CorpusFilter", "Text (%1);;All files (*)")
        .arg(names);
}

}  // namespace headscope::ui
