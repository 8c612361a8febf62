#pragma once

#include <QDialog>
#include <cstdint>
#include <map>

#include "ui/window/model_saver.h"

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace headscope::ui {

class Session;

/// Where the merged model is saved, for which programs, and whether duplicate heads are removed.
/// Modal; folder(), format() and compact() after it was accepted. A folder that is not empty is
/// accepted once the user has agreed to replace it.
class SaveModelDialog : public QDialog {
    Q_OBJECT

  public:
    /// `parent_folder`: where a new folder is proposed.
    SaveModelDialog(const Session& session, const QString& parent_folder,
                    QWidget* parent = nullptr);

    [[nodiscard]] QString folder() const;
    [[nodiscard]] SavedFormat format() const;
    [[nodiscard]] bool compact() const;
    /// Whether the folder holds files that are to be replaced.
    [[nodiscard]] bool replaces() const { return replaces_; }

    void accept() override;

  private:
    QWidget* build_folder_choice();
    QWidget* build_format_choice();
    [[nodiscard]] std::int64_t needed_bytes();
    void browse();
    void validate();

    Checkpoint checkpoint_;
    std::map<SavedFormat, std::int64_t> needed_bytes_;  ///< that were asked for
    QLineEdit* folder_;
    QComboBox* format_;
    QComboBox* type_;
    QCheckBox* compact_;
    QLabel* verdict_;
    QDialogButtonBox* buttons_;
    bool replaces_ = false;
};

}  // namespace headscope::ui
