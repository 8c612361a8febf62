#pragma once

#include <stop_token>
#include <thread>

namespace headscope::app {

/// Turns Ctrl-C (SIGINT) and SIGTERM into a stop request, for as long as it lives; a second signal
/// ends the process at once. One at a time.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    std::thread listener_;
};

}  // namespace headscope::app
