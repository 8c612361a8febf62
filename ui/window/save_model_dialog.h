#pragma once

#include <QDialog>
#include <cstdint>

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace headscope::ui {

class Session;

/// Where the merged model is saved, and whether duplicate heads are removed. Modal; folder() and
/// compact() after it was accepted. A folder that is not empty is accepted once the user has agreed
/// to replace it.
class SaveModelDialog : public QDialog {
    Q_OBJECT

  public:
    /// `parent_folder`: where a new folder is proposed.
    SaveModelDialog(const Session& session, const QString& parent_folder,
                    QWidget* parent = nullptr);

    [[nodiscard]] QString folder() const;
    [[nodiscard]] bool compact() const;
    /// Whether the folder holds files that are to be replaced.
    [[nodiscard]] bool replaces() const { return replaces_; }

    void accept() override;

  private:
    QWidget* build_folder_choice();
    void browse();
    void validate();

    std::int64_t needed_bytes_;
    QLineEdit* folder_;
    QCheckBox* compact_;
    QLabel* verdict_;
    QDialogButtonBox* buttons_;
    bool replaces_ = false;
};

}  // namespace headscope::ui
