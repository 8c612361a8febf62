#include "core/checkpoint/mapped_file.h"

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace headscope {
namespace {

std::string reason(int error) {
    return std::generic_category().message(error);
}

[[noreturn]] void fail_to_open(const std::filesystem::path& path, int error) {
    std::error_code ignored;
    if (error == ENOENT && std::filesystem::is_symlink(path, ignored)) {
        fail(ErrorCode::bad_input, "{}: a link to a file that does not exist; download it again",
             path.string());
    }
    if (error == ENOENT) {
        fail(ErrorCode::bad_input, "{}: no such file; download it as well", path.string());
    }
    fail(ErrorCode::bad_input, "{}: cannot be opened ({})", path.string(), reason(error));
}

std::span<const std::byte> map(int fd, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) fail_to_open(path, errno);
    if (S_ISDIR(status.st_mode)) {
        fail(ErrorCode::bad_input, "{}: a directory, not a file", path.string());
    }
    if (!S_ISREG(status.st_mode)) {
        fail(ErrorCode::bad_input, "{}: not a regular file", path.string());
    }
    if (status.st_size == 0) {
        fail(ErrorCode::bad_input, "{}: the file is empty; download it again", path.string());
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) {
        const int error = errno;
        const auto code = error == ENOMEM ? ErrorCode::out_of_memory : ErrorCode::bad_input;
        fail(code, "{}: cannot be mapped ({})", path.string(), reason(error));
    }
    return {static_cast<const std::byte*>(address), size};
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
    // Without O_NONBLOCK, opening a named pipe waits for somebody to write to it.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) fail_to_open(path, errno);
    try {
        bytes_ = map(fd, path);
    } catch (...) {
        ::close(fd);
        throw;
    }
    ::close(fd);  // the mapping stays
}

MappedFile::~MappedFile() {
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::prefetch(std::span<const std::byte> part) const noexcept {
    advise(part, MADV_WILLNEED);  // only a hint: what fails here is read when it is touched
}

void MappedFile::release(std::span<const std::byte> part) const noexcept {
    advise(part, MADV_DONTNEED);
}

bool MappedFile::contains(std::span<const std::byte> part) const noexcept {
    const auto address = [](const std::byte* at) { return reinterpret_cast<std::uintptr_t>(at); };
    return address(part.data()) >= address(bytes_.data()) &&
           address(part.data()) + part.size() <= address(bytes_.data()) + bytes_.size();
}

void MappedFile::advise(std::span<const std::byte> part, int advice) const noexcept {
    static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto offset = static_cast<std::size_t>(part.data() - bytes_.data());
    const std::size_t begin = offset / page * page;  // madvise wants the start of a page
    ::madvise(const_cast<std::byte*>(bytes_.data()) + begin, offset - begin + part.size(), advice);
}

}  // namespace headscope
