#pragma once

#include <cstddef>
#include <span>
#include <stop_token>

namespace headscope {

/// Brings mapped bytes into memory in their order. A disk reads that several times as fast as the
/// many places at once that the kernels touch; bytes that are in the page cache cost next to
/// nothing. It is only a hint: whatever fails here is left to the first touch. Returns early on a
/// stop.
void read_ahead(std::span<const std::byte> mapped, const std::stop_token& stop);

}  // namespace headscope
