#include "core/export/export_folder.h"

#include <algorithm>
#include <fstream>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/base/output_file.h"

namespace headscope {

void ExportFolder::step() const {
    throw_if_stopped(stop_);
    if (system_.before_step) system_.before_step();
}

void ExportFolder::add(std::int64_t bytes) {
    bytes_ += bytes;
    report();
}

void ExportFolder::write(std::string_view name, std::string_view text) {
    step();
    OutputFile file(path_ / name);
    file.write(text);
    file.finish();
    bytes_ += file.size();
}

void ExportFolder::copy(const std::filesystem::path& from) {
    std::ifstream source(from, std::ios::binary);
    OutputFile file(path_ / from.filename());
    std::vector<char> buffer(std::size_t{1} << 20);
    while (source) {
        step();
        source.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        file.write({buffer.data(), static_cast<std::size_t>(source.gcount())});
    }
    if (!source.eof()) {
        fail(ErrorCode::bad_input, "{}: cannot be read, so it cannot be copied", from.string());
    }
    file.finish();
    add(file.size());
}

void ExportFolder::report(bool finished) {
    constexpr std::int64_t kMegabyte = 1'000'000;
    const std::int64_t total = total_ / kMegabyte + 1;
    const std::int64_t done = finished ? total : std::min(bytes_ / kMegabyte, total - 1);
    progress_.report({"writing", done, total, "MB"});
}

}  // namespace headscope
