#pragma once

#include <stop_token>

#include "app/display.h"
#include "app/options.h"

/// What the program does, one function a command. Each throws headscope::Error.
namespace headscope::app {

void run_batch(const Options& options, Display& display, const std::stop_token& stop);
void run_similarity(const Options& options, Display& display, const std::stop_token& stop);
void run_plan(const Options& options, Display& display, const std::stop_token& stop);
void run_evaluate(const Options& options, Display& display, const std::stop_token& stop);
void run_export(const Options& options, Display& display, const std::stop_token& stop);
void run_search(const Options& options, Display& display, const std::stop_token& stop);
void run_damage(const Options& options, Display& display, const std::stop_token& stop);
void run_analyze(const Options& options, Display& display, const std::stop_token& stop);
void run_info(const Options& options, Display& display);

}  // namespace headscope::app
