#pragma once

#include <QAbstractListModel>
#include <QImage>
#include <optional>
#include <vector>

#include "ui/layers/layer_thumbnail.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// The layers of the opened model, one row each. Checking a row includes its layer in the merge,
/// which can be undone.
class LayerModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Role {
        LayerRole = Qt::UserRole + 1,  ///< int: the layer's number
        ThumbnailRole,                 ///< QImage: one pixel for each two heads
        HighestRole,                   ///< double: the similarity of its two most alike heads
        PairsRole,                     ///< qlonglong: pairs at the present threshold
        FocusedRole,                   ///< bool: whether it is the session's focused layer
        ThresholdRole,                 ///< double: its own; nothing where there is one for all
    };

    explicit LayerModel(Session& session, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    /// Of the thumbnails, which are made anew when they are next asked for.
    void set_color_scheme(ColorScheme scheme);

  private:
    /// What is shown of a layer.
    struct Row {
        double highest = -1.0;
        std::int64_t pairs = 0;
        bool included = true;
        std::optional<double> own_threshold;
        mutable QImage thumbnail;  ///< made when it is first painted
    };

    void reset();
    void follow_plan();
    [[nodiscard]] std::optional<double> own_threshold(int layer) const;
    void follow_focus(int layer);
    [[nodiscard]] const QImage& thumbnail(int layer) const;
    [[nodiscard]] QString description(int layer) const;

    Session& session_;
    ColorScheme scheme_ = ColorScheme::automatic;
    ValueRange range_;
    std::vector<Row> rows_;
    int focused_ = 0;
};

}  // namespace headscope::ui
