#pragma once

#include <memory>

class QApplication;

namespace headscope::ui {

/// What drawing needs where there is no window: a QApplication that opens no display. Does nothing
/// where the program has one already.
class OffscreenApplication {
  public:
    OffscreenApplication();
    ~OffscreenApplication();
    OffscreenApplication(const OffscreenApplication&) = delete;
    OffscreenApplication& operator=(const OffscreenApplication&) = delete;

  private:
    std::unique_ptr<QApplication> application_;
};

}  // namespace headscope::ui
