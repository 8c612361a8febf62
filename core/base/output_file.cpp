#include "core/base/output_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/error.h"

namespace headscope {
namespace {

/// So much waits in memory for the disk: twice this at most.
constexpr std::int64_t kWriteBackBytes = std::int64_t{32} << 20;

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (file_ < 0) fail_to_write(errno);
}

OutputFile::~OutputFile() {
    if (file_ >= 0) ::close(file_);
}

void OutputFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_to_write(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        size_ += written;
        if (size_ - started_ >= kWriteBackBytes) start_write_back();
    }
}

void OutputFile::write(std::string_view text) {
    write(std::as_bytes(std::span(text)));
}

/// Starts to write what is new to the disk, and waits for what was started before. A file system
/// that cannot do it does everything in finish().
void OutputFile::start_write_back() {
    constexpr unsigned kWait =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    const auto sync = [&](std::int64_t begin, std::int64_t end, unsigned how) {
        // An error of the disk is told once: fsync(2) would not hear of it again.
        if (end > begin && ::sync_file_range(file_, begin, end - begin, how) != 0 &&
            (errno == EIO || errno == ENOSPC || errno == EDQUOT)) {
            fail_to_write(errno);
        }
    };
    sync(started_, size_, SYNC_FILE_RANGE_WRITE);
    sync(waited_, started_, kWait);
    waited_ = started_;
    started_ = size_;
}

void OutputFile::finish() {
    if (::fsync(file_) != 0) fail_to_write(errno);
    // close(2) reports errors that write(2) postponed (NFS, quotas).
    if (::close(std::exchange(file_, -1)) != 0) fail_to_write(errno);
}

void OutputFile::fail_to_write(int error) const {
    fail(ErrorCode::bad_input, "{}: could not be written ({}); make room or choose another place",
         path_.string(), std::generic_category().message(error));
}

}  // namespace headscope
