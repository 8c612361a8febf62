#pragma once

#include <filesystem>
#include <string_view>

namespace headscope {

/// The folder of resources: `$HEADSCOPE_RESOURCES` where it is set, otherwise `share/headscope`
/// beside the `bin` folder of the running program; the build tree and an installed prefix both have
/// it there. Throws Error(bad_input) when it is missing.
std::filesystem::path resources_dir();

/// The demo model's folder.
std::filesystem::path demo_model_dir();

/// The test split of WikiText-2, raw.
std::filesystem::path wikitext2_test_file();

/// Lines of its train split: text that measures of behaviour may look at, and no test does.
std::filesystem::path wikitext2_calibration_file();

/// A module of ours that is opened at run time, by file name: in `$HEADSCOPE_MODULES` where it is
/// set, otherwise in `lib/headscope` beside the `bin` folder of the running program.
std::filesystem::path module_file(std::string_view file_name);

/// Where things that can be made again are kept: `$HEADSCOPE_CACHE`, `$XDG_CACHE_HOME/headscope`,
/// or
/// `~/.cache/headscope`. Not created here. Empty when no home is known: then nothing is cached.
std::filesystem::path cache_dir();

}  // namespace headscope
