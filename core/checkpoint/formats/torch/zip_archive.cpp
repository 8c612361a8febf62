#include "core/checkpoint/formats/torch/zip_archive.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/checkpoint/byte_reader.h"

namespace headscope {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kMaxCommentBytes = 65535;

// A field with this value says that the number is in the zip64 extension.
constexpr std::uint64_t kElsewhere16 = 0xffff;
constexpr std::uint64_t kElsewhere32 = 0xffffffff;

constexpr std::uint16_t kEncrypted = 1U << 0;
constexpr std::uint16_t kSizesFollow = 1U << 3;

/// Where the directory lies.
struct Directory {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
    std::uint64_t end = 0;  ///< where what follows it begins
};

/// An entry of the directory.
struct Entry {
    std::string_view name;
    std::uint16_t flags = 0;
    std::uint64_t size = 0;
    std::uint64_t header_offset = 0;
};

/// A record and the place that it and its header take up.
struct PlacedRecord {
    ZipRecord record;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

ByteReader reader_at(const MappedFile& file, std::uint64_t offset, const char* what) {
    ByteReader reader(file.bytes(), what, file.path());
    reader.take(offset);
    return reader;
}

/// The record that ends the archive: the last place that looks like one and whose comment ends the
/// file.
std::size_t find_end(const MappedFile& file) {
    const std::size_t size = file.bytes().size();
    const std::size_t last = std::min(size, kEndBytes + kMaxCommentBytes);
    for (std::size_t back = kEndBytes; back <= last; ++back) {
        ByteReader reader = reader_at(file, size - back, "its end");
        if (reader.u32() != kEndSignature) continue;
        reader.take(16);
        if (reader.u16() == back - kEndBytes) return size - back;
    }
    damaged(file.path(), "it has no zip directory at its end, as where a download broke off");
}

/// What the zip64 extension says, where there is one.
std::optional<Directory> read_end64(const MappedFile& file, std::size_t end) {
    if (end < kLocator64Bytes) return std::nullopt;
    ByteReader locator = reader_at(file, end - kLocator64Bytes, "its zip64 locator");
    if (locator.u32() != kLocator64Signature) return std::nullopt;
    locator.take(4);
    const std::uint64_t offset = locator.u64();
    ByteReader reader = reader_at(file, offset, "its zip64 end");
    if (reader.u32() != kEnd64Signature || offset >= end) {
        damaged(file.path(), "its zip64 locator points at something else");
    }
    reader.take(28);  // size of this record, versions, disks, entries on this disk
    Directory directory;
    directory.entries = reader.u64();
    directory.bytes = reader.u64();
    directory.offset = reader.u64();
    directory.end = offset;
    return directory;
}

Directory find_directory(const MappedFile& file) {
    const std::size_t end = find_end(file);
    ByteReader reader = reader_at(file, end + 4, "its end");
    if (reader.u16() != 0 || reader.u16() != 0) {
        damaged(file.path(), "a zip archive in several parts");
    }
    reader.take(2);
    Directory directory;
    directory.entries = reader.u16();
    directory.bytes = reader.u32();
    directory.offset = reader.u32();
    directory.end = end;
    if (const auto wide = read_end64(file, end)) {
        const auto agrees = [](std::uint64_t value, std::uint64_t wide_value, std::uint64_t mark) {
            return value == wide_value || value == mark;
        };
        if (!agrees(directory.entries, wide->entries, kElsewhere16) ||
            !agrees(directory.bytes, wide->bytes, kElsewhere32) ||
            !agrees(directory.offset, wide->offset, kElsewhere32)) {
            damaged(file.path(), "its zip directory is described twice, and differently");
        }
        directory = *wide;
    }
    if (directory.bytes > directory.end || directory.offset != directory.end - directory.bytes) {
        damaged(file.path(), "its zip directory does not end where it should");
    }
    return directory;
}

/// Puts the numbers in that an entry has in its zip64 field, in their fixed order.
void read_extra(std::string_view extra, const MappedFile& file, std::uint64_t& size,
                std::uint64_t& packed_size, std::uint64_t& header_offset) {
    ByteReader fields(std::as_bytes(std::span(extra)), "a zip entry's extra field", file.path());
    while (fields.left() >= 4) {
        const std::uint16_t id = fields.u16();
        const auto body = fields.take(fields.u16());
        if (id != 1) continue;
        ByteReader wide(body, "a zip64 field", file.path());
        for (std::uint64_t* number : {&size, &packed_size, &header_offset}) {
            if (*number == kElsewhere32) *number = wide.u64();
        }
        return;
    }
}

Entry read_entry(ByteReader& reader, const MappedFile& file) {
    if (reader.u32() != kEntrySignature) damaged(file.path(), "its zip directory is damaged");
    reader.take(4);
    Entry entry;
    entry.flags = reader.u16();
    const std::uint16_t method = reader.u16();
    reader.take(8);  // time, date, checksum
    std::uint64_t packed_size = reader.u32();
    entry.size = reader.u32();
    const std::uint16_t name_bytes = reader.u16();
    const std::uint16_t extra_bytes = reader.u16();
    const std::uint16_t comment_bytes = reader.u16();
    reader.take(8);  // disk, attributes
    entry.header_offset = reader.u32();
    entry.name = reader.text(name_bytes);
    read_extra(reader.text(extra_bytes), file, entry.size, packed_size, entry.header_offset);
    reader.take(comment_bytes);
    if (method != 0 || (entry.flags & kEncrypted) != 0) {
        fail(ErrorCode::unsupported,
             "{}: its record {} is {}, as in a TorchScript program or an archive that was packed "
             "again; save the model's state_dict with torch.save",
             file.path().string(), printable(entry.name), method != 0 ? "compressed" : "encrypted");
    }
    if (packed_size != entry.size) {
        damaged(file.path(), "its record {} has two sizes", printable(entry.name));
    }
    return entry;
}

std::vector<Entry> read_entries(const Directory& directory, const MappedFile& file) {
    const auto bytes = file.bytes().subspan(static_cast<std::size_t>(directory.offset),
                                            static_cast<std::size_t>(directory.bytes));
    file.prefetch(bytes);
    ByteReader reader(bytes, "its zip directory", file.path());
    std::vector<Entry> entries;
    while (reader.left() > 0)
        entries.push_back(read_entry(reader, file));
    if (entries.size() != directory.entries) {
        damaged(file.path(), "its zip directory has {} entries, but should have {}", entries.size(),
                directory.entries);
    }
    return entries;
}

/// The bytes of a record, once its own header says the same as the directory.
PlacedRecord place(const Entry& entry, const Directory& directory, const MappedFile& file) {
    const auto differs = [&] {
        damaged(file.path(), "the header of its record {} differs from the zip directory",
                printable(entry.name));
    };
    if (entry.header_offset >= directory.offset) differs();
    ByteReader reader = reader_at(file, entry.header_offset, "a record");
    if (reader.u32() != kLocalSignature) differs();
    reader.take(2);
    const std::uint16_t flags = reader.u16();
    const std::uint16_t method = reader.u16();
    reader.take(8);
    for (int i = 0; i < 2; ++i) {
        const std::uint64_t size = reader.u32();
        const bool unknown = size == kElsewhere32 || ((flags & kSizesFollow) != 0 && size == 0);
        if (!unknown && size != entry.size) differs();
    }
    const std::uint16_t name_bytes = reader.u16();
    const std::uint16_t extra_bytes = reader.u16();
    if (method != 0 || (flags & kEncrypted) != 0 || reader.text(name_bytes) != entry.name) {
        differs();
    }
    reader.take(extra_bytes);
    const std::size_t begin = reader.position();
    if (begin > directory.offset || entry.size > directory.offset - begin) {
        damaged(file.path(), "its record {} runs into the zip directory", printable(entry.name));
    }
    return {{entry.name, file.bytes().subspan(begin, static_cast<std::size_t>(entry.size))},
            entry.header_offset,
            begin + entry.size};
}

void check_apart(std::vector<PlacedRecord>& records, const MappedFile& file) {
    std::sort(records.begin(), records.end(),
              [](const auto& a, const auto& b) { return a.begin < b.begin; });
    const auto overlap =
        std::adjacent_find(records.begin(), records.end(),
                           [](const auto& a, const auto& b) { return b.begin < a.end; });
    if (overlap != records.end()) {
        damaged(file.path(), "its records {} and {} overlap", printable(overlap->record.name),
                printable(std::next(overlap)->record.name));
    }
}

bool by_name(const ZipRecord& a, const ZipRecord& b) {
    return a.name < b.name;
}

}  // namespace

std::vector<ZipRecord> read_zip(const MappedFile& file) {
    const Directory directory = find_directory(file);
    const std::vector<Entry> entries = read_entries(directory, file);
    for (const Entry& entry : entries) {
        // Headers lie far apart: without this hint each costs a slow disk several MB.
        if (entry.header_offset < directory.offset) {
            const auto from = file.bytes().subspan(static_cast<std::size_t>(entry.header_offset));
            file.prefetch(from.first(std::min(from.size(), kLocalBytes + entry.name.size())));
        }
    }
    std::vector<PlacedRecord> placed;
    placed.reserve(entries.size());
    for (const Entry& entry : entries)
        placed.push_back(place(entry, directory, file));
    check_apart(placed, file);

    std::vector<ZipRecord> records;
    records.reserve(placed.size());
    for (const PlacedRecord& record : placed)
        records.push_back(record.record);
    std::sort(records.begin(), records.end(), by_name);
    const auto twice =
        std::adjacent_find(records.begin(), records.end(),
                           [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != records.end()) {
        damaged(file.path(), "its record {} stands twice", printable(twice->name));
    }
    return records;
}

const ZipRecord* find_record(const std::vector<ZipRecord>& records, std::string_view name) {
    const auto found =
        std::lower_bound(records.begin(), records.end(), ZipRecord{name, {}}, by_name);
    return found == records.end() || found->name != name ? nullptr : &*found;
}

}  // namespace headscope
