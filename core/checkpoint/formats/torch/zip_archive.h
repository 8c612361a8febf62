#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/checkpoint/mapped_file.h"

namespace headscope {

/// One file of a zip archive. Both refer to the mapped archive.
struct ZipRecord {
    std::string_view name;
    std::span<const std::byte> bytes;
};

/// The records of a zip archive (APPNOTE.TXT, with zip64), sorted by name. All of them must be
/// stored as they are, as PyTorch does, so that nothing is copied or unpacked; their data stay
/// untouched. Throws Error(bad_input) where the directory, a record's own header and the file do
/// not agree, where a record stands twice or lies in another, and Error(unsupported) where one is
/// compressed or encrypted.
std::vector<ZipRecord> read_zip(const MappedFile& file);

/// Null where there is no such record.
const ZipRecord* find_record(const std::vector<ZipRecord>& records, std::string_view name);

}  // namespace headscope
