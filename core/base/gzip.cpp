#include "core/base/gzip.h"

#include <algorithm>
#include <limits>

#include <zlib.h>

#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::string_view kMagic = "\x1F\x8B";

/// One inflate stream over bytes in memory.
class Inflater {
  public:
    Inflater(std::string_view bytes, std::string_view source) : rest_(bytes), source_(source) {
        constexpr int kGzipOnly = 16 + MAX_WBITS;
        if (inflateInit2(&stream_, kGzipOnly) != Z_OK)
            fail(ErrorCode::internal, "{}: zlib does not start", source);
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Appends at most `max_bytes` more of one member; false at its end.
    bool read(std::string& text, std::size_t max_bytes) {
        const std::size_t before = text.size();
        const std::size_t room = std::min(max_bytes, kChunk);
        text.resize(before + room);
        const std::size_t given =
            std::min<std::size_t>(rest_.size(), std::numeric_limits<uInt>::max());
        // zlib does not write to its input, but its type says that it might.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
        stream_.avail_in = static_cast<uInt>(given);
        stream_.next_out = reinterpret_cast<Bytef*>(text.data() + before);
        stream_.avail_out = static_cast<uInt>(room);
        const int status = inflate(&stream_, Z_NO_FLUSH);
        rest_.remove_prefix(given - stream_.avail_in);
        text.resize(text.size() - stream_.avail_out);
        if (status == Z_STREAM_END) return false;
        if (status == Z_BUF_ERROR || (status == Z_OK && rest_.empty() && stream_.avail_out > 0)) {
            fail(ErrorCode::bad_input,
                 "{}: the gzip file ends too early, after {} bytes of text; copy or download it "
                 "again",
                 source_, text.size());
        }
        if (status != Z_OK) {
            fail(ErrorCode::bad_input,
                 "{}: the gzip file is damaged after {} bytes of text; copy or download it again",
                 source_, text.size());
        }
        return true;
    }

    /// Prepares for the next member; false where nothing but padding is left.
    bool next_member() {
        if (rest_.find_first_not_of('\0') == std::string_view::npos) return false;
        inflateReset(&stream_);
        return true;
    }

  private:
    static constexpr std::size_t kChunk = std::size_t{1} << 22;

    z_stream stream_{};
    std::string_view rest_;
    std::string_view source_;
};

}  // namespace

bool is_gzip(std::string_view bytes) {
    return bytes.starts_with(kMagic);
}

std::string unpack_gzip(std::string_view bytes, std::size_t max_bytes, std::string_view source) {
    Inflater inflater(bytes, source);
    std::string text;
    bool more = true;
    while (more) {
        // One byte beyond what is allowed shows that there is more.
        more = inflater.read(text, max_bytes + 1 - text.size()) || inflater.next_member();
        if (text.size() <= max_bytes) continue;
        fail(ErrorCode::bad_input,
             "{}: unpacks to more than the {} bytes that such a file may have", source, max_bytes);
    }
    return text;
}

}  // namespace headscope
