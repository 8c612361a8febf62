#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/display.h"
#include "app/options.h"

/// What the program does, one function a command. Each throws headscope::Error.
namespace headscope::app {

void run_batch(const Options& options, Display& display, const std::stop_token& stop);
void run_similarity(const Options& options, Display& display, const std::stop_token& stop);
void run_plan(const Options& options, Display& display, const std::stop_token& stop);
void run_evaluate(const Options& options, Display& display, const std::stop_token& stop);
void run_export(const Options& options, Display& display, const std::stop_token& stop);
void run_compress(const Options& options, Display& display, const std::stop_token& stop);
void run_search(const Options& options, Display& display, const std::stop_token& stop);
void run_damage(const Options& options, Display& display, const std::stop_token& stop);
void run_heads(const Options& options, Display& display, const std::stop_token& stop);
void run_analyze(const Options& options, Display& display, const std::stop_token& stop);
/// What tells two models apart.
void run_compare(const Options& options, Display& display, const std::stop_token& stop);
/// How fast models read a prompt.
void run_speed(const Options& options, Display& display, const std::stop_token& stop);
/// Which protocol gives a perplexity that somebody quoted.
void run_protocols(const Options& options, Display& display, const std::stop_token& stop);

/// What quantization costs the model, as a ladder on which plans are put.
void run_yardstick(const Options& options, Display& display, const std::stop_token& stop);

/// A command that works on a model.
struct ModelCommand {
    std::string name;
    bool needs_tokenizer = false;
};

/// `commands`: all of the program, of which those are named that this model allows.
void run_info(const Options& options, const std::vector<ModelCommand>& commands, Display& display);

}  // namespace headscope::app
