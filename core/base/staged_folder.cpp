#include "core/base/staged_folder.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNew = ".tmp";
constexpr const char* kOld = ".old";
/// Of the target's name, so that the longer one still is a file name.
constexpr std::size_t kMostOfName = 150;

std::string reason(int error) {
    return std::generic_category().message(error);
}

int open_folder(const fs::path& path) {
    return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// A rename survives a power cut only once the folder that it happened in is on the disk.
void sync_folder(const fs::path& path) {
    const int folder = open_folder(path);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

/// Whether the locked folder still has its name: before the lock was taken, another process could
/// have removed it as left behind.
bool is_still_there(int folder, const fs::path& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(folder, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// Whether no living process fills the folder. A file system without locks cannot tell: then it is
/// left alone.
bool is_left_behind(const fs::path& path) {
    const int folder = open_folder(path);
    if (folder < 0) return false;
    const bool is_free = ::flock(folder, LOCK_EX | LOCK_NB) == 0;
    ::close(folder);
    return is_free;
}

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

[[noreturn]] void fail_to_make(const fs::path& path, const std::string& why) {
    fail(ErrorCode::bad_input, "{}: cannot be written to ({}); choose a folder that can",
         path.string(), why);
}

}  // namespace

fs::path StagedFolder::resolve(const fs::path& target) {
    std::error_code error;
    if (is_there(target)) {
        const fs::path found = fs::canonical(target, error);
        if (error) fail_to_make(target, error.message());
        return found;
    }
    fs::path clean = fs::absolute(target).lexically_normal();
    if (!clean.has_filename()) clean = clean.parent_path();  // "folder/"
    const fs::path parent = fs::weakly_canonical(clean.parent_path(), error);
    if (error) fail_to_make(target, error.message());
    return parent / clean.filename();
}

void StagedFolder::check_target(const fs::path& target, bool replace) {
    std::error_code error;
    if (!fs::exists(target, error)) return;
    if (!fs::is_directory(target, error)) {
        fail(ErrorCode::bad_input, "{}: a file is there already; choose another folder",
             target.string());
    }
    bool empty = true;
    bool folders = false;
    for (auto it = fs::directory_iterator(target, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        empty = false;
        folders = folders || it->symlink_status().type() == fs::file_type::directory;
    }
    if (error) fail_to_make(target, error.message());
    if (!empty && !replace) {
        fail(ErrorCode::bad_input,
             "{}: this folder is not empty; choose another, or replace it with --force",
             target.string());
    }
    if (folders) {
        fail(ErrorCode::bad_input,
             "{}: there are folders in it, which would be lost; remove it yourself or choose "
             "another folder",
             target.string());
    }
}

StagedFolder::StagedFolder(fs::path target)
    : target_(std::move(target)),
      prefix_("." + target_.filename().string().substr(0, kMostOfName) + ".headscope-") {
    std::error_code error;
    fs::create_directories(target_.parent_path(), error);
    if (error) fail_to_make(target_.parent_path(), error.message());
    clean_up();
    make_and_lock();
}

StagedFolder::~StagedFolder() {
    if (!committed_ && !path_.empty()) {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    if (lock_ >= 0) ::close(lock_);
}

fs::path StagedFolder::beside(const char* ending) const {
    static std::atomic<unsigned> serial = 0;
    return target_.parent_path() /
           (prefix_ + std::to_string(::getpid()) + "-" + std::to_string(serial++) + ending);
}

/// Takes away what killed processes left. An old folder that was moved aside, and whose successor
/// did not come, is put back.
void StagedFolder::clean_up() const {
    std::error_code error;
    for (auto it = fs::directory_iterator(target_.parent_path(), error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        const fs::path path = it->path();
        const std::string name = path.filename().string();
        if (!name.starts_with(prefix_) || !is_left_behind(path)) continue;
        std::error_code ignored;
        if (name.ends_with(kOld) && !is_there(target_)) {
            fs::rename(path, target_, ignored);
        } else if (name.ends_with(kOld) || name.ends_with(kNew)) {
            fs::remove_all(path, ignored);
        }
    }
}

void StagedFolder::make_and_lock() {
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
        const fs::path path = beside(kNew);
        if (::mkdir(path.c_str(), 0777) != 0) {
            if (errno == EEXIST) continue;  // of a process with the same number before this one
            fail_to_make(target_.parent_path(), reason(errno));
        }
        const int folder = open_folder(path);
        if (folder < 0) fail_to_make(path, reason(errno));
        // Where there are no locks, nobody takes the folder for left behind either.
        const bool is_taken = ::flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!is_taken && is_still_there(folder, path)) {
            path_ = path;
            lock_ = folder;
            return;
        }
        ::close(folder);
    }
    fail_to_make(target_.parent_path(), "others take away the new folder");
}

bool StagedFolder::exchange() {
    return ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
}

void StagedFolder::move_aside() {
    const fs::path old = beside(kOld);
    if (::rename(target_.c_str(), old.c_str()) != 0) fail_to_make(target_, reason(errno));
    if (::rename(path_.c_str(), target_.c_str()) != 0) {
        const int error = errno;
        ::rename(old.c_str(), target_.c_str());
        fail_to_make(target_, reason(error));
    }
    path_ = old;
}

void StagedFolder::commit(bool replace, Replace way) {
    ::fsync(lock_);
    check_target(target_, replace);
    if (::rename(path_.c_str(), target_.c_str()) == 0) {  // nothing there, or an empty folder
        path_.clear();
    } else if (const int error = errno; error != ENOTEMPTY && error != EEXIST) {
        fail_to_make(target_, reason(error));
    } else if (way == Replace::move_aside || !exchange()) {
        move_aside();
    }
    committed_ = true;
    sync_folder(target_.parent_path());
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);  // the old one, under this name now
}

}  // namespace headscope
