#pragma once

#include <filesystem>
#include <string>

namespace headscope {

/// A folder that appears under its name whole or not at all. It is filled under another name beside
/// its target, on the same file system, and takes its name in one step; until then, and wherever
/// something fails or the process is killed, the target stays as it was.
///
/// The folder that is being filled is hidden and locked (flock(2)). What a killed process left is
/// not locked any more: the next StagedFolder of the same target takes it away.
class StagedFolder {
  public:
    /// The place that `target` means: absolute, with links followed, also where it is not there
    /// yet. Throws Error(bad_input) where it leads through a file or is a link to nothing.
    static std::filesystem::path resolve(const std::filesystem::path& target);

    /// Throws Error(bad_input) that says why where the target may not be replaced by a folder of
    /// files: it is a file; it holds something, and `replace` is not set; it holds folders, which
    /// no folder that was made like this does. `target` as resolve() gives it.
    static void check_target(const std::filesystem::path& target, bool replace);

    /// Makes the folder, and the folders that its target lies in. `target` as resolve() gives it.
    /// Throws Error(bad_input).
    explicit StagedFolder(std::filesystem::path target);
    /// Removes the folder unless it has its name.
    ~StagedFolder();
    StagedFolder(const StagedFolder&) = delete;
    StagedFolder& operator=(const StagedFolder&) = delete;

    /// Where files are to be written.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Two names can be exchanged in one step on most of Linux's file systems. Elsewhere the old
    /// folder is moved aside first: were the process killed right then, the next StagedFolder of
    /// the same target would put it back.
    enum class Replace { exchange, move_aside };

    /// Gives the folder its name. The files must be on the disk already. A folder of that name is
    /// removed where `replace` allows it, once this one has taken its place.
    /// Throws Error(bad_input).
    void commit(bool replace, Replace way = Replace::exchange);

  private:
    [[nodiscard]] std::filesystem::path beside(const char* ending) const;
    void clean_up() const;
    void make_and_lock();
    bool exchange();
    void move_aside();

    std::filesystem::path target_;
    std::filesystem::path path_;
    std::string prefix_;  ///< what the names of all folders beside this target begin with
    int lock_ = -1;
    bool committed_ = false;
};

}  // namespace headscope
