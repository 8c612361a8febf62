#include "core/base/file.h"

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace headscope {
namespace {

/// A POSIX file descriptor that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const { return fd_; }

    /// close(2) reports errors that write(2) postponed (NFS, quotas); 0 where there was none.
    int close() { return fd_ < 0 ? 0 : ::close(std::exchange(fd_, -1)); }

  private:
    int fd_;
};

std::string reason(int error) {
    return std::generic_category().message(error);
}

/// The number of the first error, 0 where all bytes reached the disk.
int write_all(Descriptor& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0) return errno;
    return file.close() == 0 ? 0 : errno;
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::size_t max_bytes) {
    // Without O_NONBLOCK, opening a named pipe waits for somebody to write to it.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            fail(ErrorCode::bad_input, "{}: there is no such file", path.string());
        fail(ErrorCode::bad_input, "{}: cannot be opened ({})", path.string(), reason(errno));
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        fail(ErrorCode::bad_input, "{}: {}, not a regular file", path.string(),
             S_ISDIR(status.st_mode) ? "a folder" : "a device or a pipe");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > max_bytes) {
        fail(ErrorCode::bad_input, "{}: {} bytes, more than the {} that such a file may have",
             path.string(), size, max_bytes);
    }
    std::string text(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t got = ::read(file.get(), text.data() + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            fail(ErrorCode::bad_input, "{}: cannot be read ({})", path.string(), reason(errno));
        }
        if (got == 0) break;  // the file became shorter while it was read
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
}

void make_folder(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    std::error_code none;
    if (error || !std::filesystem::is_directory(path, none)) {
        fail(ErrorCode::bad_input, "{}: cannot be made a folder for results ({})", path.string(),
             error ? error.message() : "it is a file");
    }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
    static std::atomic<unsigned> serial = 0;
    std::filesystem::path temporary = path;
    temporary.replace_filename(
        fmt::format(".{}.{}-{}.tmp", path.filename().string(), ::getpid(), serial++));

    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.get() < 0) {
        fail(ErrorCode::bad_input, "{}: cannot be written ({}); choose a folder that can",
             path.string(), reason(errno));
    }
    int error = write_all(file, bytes);
    if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) {
        file.close();
        ::unlink(temporary.c_str());
        fail(
            ErrorCode::bad_input,
            "{}: could not be written ({}); nothing was changed, make room or choose another place",
            path.string(), reason(error));
    }
    // The rename itself survives a power cut only once the folder is on the disk as well.
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        directory.get() >= 0) {
        ::fsync(directory.get());
    }
}

}  // namespace headscope
