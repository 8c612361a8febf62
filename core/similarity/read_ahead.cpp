#include "core/similarity/read_ahead.h"

#include <algorithm>
#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace headscope {

namespace {

/// Small enough for a slow disk to let a stop through between two pieces.
constexpr std::size_t kPieceBytes = std::size_t{4} << 20;

#ifdef MADV_POPULATE_READ
constexpr int kAdvice = MADV_POPULATE_READ;  // Linux 5.14: reads, waits and maps
#else
constexpr int kAdvice = MADV_WILLNEED;
#endif

}  // namespace

void read_ahead(std::span<const std::byte> mapped, const std::stop_token& stop) {
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    while (!mapped.empty() && !stop.stop_requested()) {
        const std::span<const std::byte> piece = mapped.first(std::min(mapped.size(), kPieceBytes));
        mapped = mapped.subspan(piece.size());
        // madvise wants the start of a page, which belongs to the same mapping.
        const auto begin = reinterpret_cast<std::uintptr_t>(piece.data());
        const std::uintptr_t aligned = begin / page * page;
        const std::size_t bytes = piece.size() + (begin - aligned);
        auto* start = const_cast<std::byte*>(piece.data()) - (begin - aligned);
        if (::madvise(start, bytes, kAdvice) != 0 && ::madvise(start, bytes, MADV_WILLNEED) != 0) {
            return;
        }
    }
}

}  // namespace headscope
