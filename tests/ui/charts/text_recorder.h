#pragma once

#include <QPaintDevice>
#include <QPaintEngine>
#include <QTransform>
#include <vector>

namespace headscope::testing {

/// A piece of text that was painted, and where.
struct PaintedText {
    QString text;
    QPolygonF place;
    bool cut = false;  ///< parts lie outside the painter's clip
};

/// A paper that remembers the texts that are painted on it, and nothing else.
class TextRecorder : public QPaintDevice {
  public:
    explicit TextRecorder(QSize size) : size_(size), engine_(*this) {}

    [[nodiscard]] QPaintEngine* paintEngine() const override { return &engine_; }
    [[nodiscard]] const std::vector<PaintedText>& texts() const { return texts_; }

  protected:
    [[nodiscard]] int metric(PaintDeviceMetric metric) const override {
        switch (metric) {
            case PdmWidth:
                return size_.width();
            case PdmHeight:
                return size_.height();
            case PdmDepth:
                return 32;
            case PdmDpiX:
            case PdmDpiY:
            case PdmPhysicalDpiX:
            case PdmPhysicalDpiY:
                return 96;
            case PdmDevicePixelRatio:
                return 1;
            case PdmDevicePixelRatioScaled:
                return static_cast<int>(QPaintDevice::devicePixelRatioFScale());
            case PdmWidthMM:
                return qRound(size_.width() * 25.4 / 96.0);
            case PdmHeightMM:
                return qRound(size_.height() * 25.4 / 96.0);
            default:
                return 0;
        }
    }

  private:
    class Engine : public QPaintEngine {
      public:
        explicit Engine(TextRecorder& paper) : QPaintEngine(AllFeatures), paper_(paper) {}

        bool begin(QPaintDevice*) override { return true; }
        bool end() override { return true; }
        [[nodiscard]] Type type() const override { return User; }
        void updateState(const QPaintEngineState&) override {}
        void drawPath(const QPainterPath&) override {}
        void drawPolygon(const QPointF*, int, PolygonDrawMode) override {}
        void drawPixmap(const QRectF&, const QPixmap&, const QRectF&) override {}
        void drawImage(const QRectF&, const QImage&, const QRectF&,
                       Qt::ImageConversionFlags) override {}
        void drawTextItem(const QPointF& at, const QTextItem& item) override {
            if (item.text().trimmed().isEmpty()) return;
            // Digits and capitals, without the room for accents and the line's spacing.
            const double ascent = 0.75 * item.ascent();
            const QRectF box(at.x(), at.y() - ascent, item.width(), ascent + 0.5 * item.descent());
            // A letter may be a pixel wider than its advance.
            const QRectF narrow = box.adjusted(1, 1, -1, -1);
            const bool cut = painter()->hasClipping() &&
                             !painter()->clipBoundingRect().adjusted(-1, -1, 1, 1).contains(narrow);
            paper_.texts_.push_back({item.text(), painter()->transform().map(QPolygonF(box)), cut});
        }

      private:
        TextRecorder& paper_;
    };

    QSize size_;
    mutable Engine engine_;
    std::vector<PaintedText> texts_;
};

/// What is wrong with painted texts: two that overlap, or one that is cut off or leaves the paper.
/// Empty where nothing is.
inline QString unreadable(const TextRecorder& paper) {
    const QRectF edge(0, 0, paper.width(), paper.height());
    const auto& texts = paper.texts();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!edge.contains(texts[i].place.boundingRect())) {
            return QStringLiteral("\"%1\" leaves the paper").arg(texts[i].text);
        }
        if (texts[i].cut) return QStringLiteral("\"%1\" is cut off").arg(texts[i].text);
        for (std::size_t j = 0; j < i; ++j) {
            if (!texts[i].place.intersected(texts[j].place).isEmpty()) {
                return QStringLiteral("\"%1\" and \"%2\" overlap")
                    .arg(texts[i].text, texts[j].text);
            }
        }
    }
    return {};
}

}  // namespace headscope::testing
