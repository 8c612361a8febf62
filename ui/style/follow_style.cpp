#include "ui/style/follow_style.h"

#include <QEvent>
#include <QWidget>
#include <utility>

namespace headscope::ui {
namespace {

class StyleFollower : public QObject {
  public:
    StyleFollower(QWidget& widget, std::function<void()> restyle)
        : QObject(&widget), restyle_(std::move(restyle)) {
        widget.installEventFilter(this);
    }

    bool eventFilter(QObject* watched, QEvent* event) override {
        const QEvent::Type type = event->type();
        if (watched == parent() && (type == QEvent::PaletteChange || type == QEvent::FontChange ||
                                    type == QEvent::StyleChange)) {
            restyle_();
        }
        return false;
    }

  private:
    std::function<void()> restyle_;
};

}  // namespace

void follow_style(QWidget& widget, std::function<void()> restyle) {
    new StyleFollower(widget, std::move(restyle));
}

}  // namespace headscope::ui
