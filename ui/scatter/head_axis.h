#pragma once

#include <QComboBox>
#include <QString>

#include "ui/map/head_values.h"

namespace headscope::ui {

struct PanelServices;

/// A choice of a value of single heads: the measures of the map, and the layer.
class HeadAxis : public QComboBox {
    Q_OBJECT

  public:
    explicit HeadAxis(const PanelServices& services, QWidget* parent = nullptr);

    /// In settings and tables.
    [[nodiscard]] QString id() const;
    /// Stays where there is no such value.
    void set_id(const QString& id);
    [[nodiscard]] QString title(const PanelServices& services) const;
    /// Of an open model.
    [[nodiscard]] HeadValues values(const PanelServices& services) const;
    /// Begins to compute them, where they can be asked for.
    void want(const PanelServices& services) const;
    /// The titles follow what is open.
    void refresh_titles(const PanelServices& services);

  private:
    /// Null for the layer.
    [[nodiscard]] const HeadMeasure* measure() const;
};

}  // namespace headscope::ui
