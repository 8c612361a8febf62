#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/checkpoint/safetensors_writer.h"

/// Writes files as torch.save does, valid ones and broken ones, without PyTorch: a pickle of
/// protocol 2 and a zip archive of stored records.
namespace headscope::testing {

inline std::string little_endian(std::uint64_t number, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i, number >>= 8)
        text += static_cast<char>(number & 0xff);
    return text;
}

/// Pieces of a pickle.
namespace pickle {

inline std::string text(std::string_view value) {
    return "X" + little_endian(value.size(), 4) + std::string(value);
}
inline std::string number(std::int64_t value) {
    return "\x8a\x08" + little_endian(static_cast<std::uint64_t>(value), 8);
}
inline std::string global(const std::string& module, const std::string& name) {
    return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::int64_t>& numbers) {
    std::string items;
    for (const std::int64_t value : numbers)
        items += number(value);
    return "(" + items + "t";
}
inline std::string storage(const std::string& type, const std::string& key, std::int64_t elements) {
    return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") +
           number(elements) + "tQ";
}
inline std::string no_hooks() {
    return global("collections", "OrderedDict") + ")R";
}
inline std::string tensor(const std::string& from, std::int64_t offset,
                          const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
    return global("torch._utils", "_rebuild_tensor_v2") + "(" + from + number(offset) +
           tuple(shape) + tuple(strides) + "\x89" + no_hooks() + "tR";
}
/// A whole pickle of a dictionary with these entries (keys and values in turn).
inline std::string dictionary(const std::string& entries) {
    return "\x80\x02}(" + entries + "u.";
}

}  // namespace pickle

inline std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;)
        strides[i - 1] = strides[i] * shape[i];
    return strides;
}

inline std::string storage_type(const std::string& dtype) {
    static const std::map<std::string, std::string> types{
        {"BF16", "BFloat16Storage"}, {"F16", "HalfStorage"},        {"F32", "FloatStorage"},
        {"F64", "DoubleStorage"},    {"I64", "LongStorage"},        {"I32", "IntStorage"},
        {"I16", "ShortStorage"},     {"I8", "CharStorage"},         {"U8", "ByteStorage"},
        {"BOOL", "BoolStorage"},     {"C64", "ComplexFloatStorage"}};
    return types.at(dtype);
}

/// data.pkl of tensors each of which has a storage of its own, named by its number.
inline std::string pickle_of(const std::vector<TensorSpec>& tensors) {
    std::string entries;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const TensorSpec& spec = tensors[i];
        std::int64_t elements = 1;
        for (const std::int64_t extent : spec.shape)
            elements *= extent;
        entries +=
            pickle::text(spec.name) +
            pickle::tensor(pickle::storage(storage_type(spec.dtype), std::to_string(i), elements),
                           0, spec.shape, row_major_strides(spec.shape));
    }
    return pickle::dictionary(entries);
}

/// A record of an archive. What is given behind the bytes breaks it.
struct RecordSpec {
    std::string name;
    std::string bytes;
    std::optional<std::uint64_t> size =
        {};  ///< more than the bytes: the rest is a hole in the file
    std::uint16_t method = 0;
    std::string local_name = {};  ///< in the record's own header
    std::optional<std::uint32_t> local_size = {};
};

/// Writes an archive with zip64 fields where a number needs them, as they come from torch.save:
/// data begin at multiples of 64 bytes.
class ZipWriter {
  public:
    explicit ZipWriter(const std::filesystem::path& path)
        : file_(path, std::ios::binary | std::ios::trunc) {}

    void add(const RecordSpec& record) {
        const std::uint64_t size = record.size.value_or(record.bytes.size());
        const std::string name = record.local_name.empty() ? record.name : record.local_name;
        const bool wide = size >= 0xffffffff || at_ >= 0xffffffff;
        const std::string small_size = little_endian(wide ? 0xffffffff : size, 4);
        const std::string local_size =
            record.local_size ? little_endian(*record.local_size, 4) : small_size;
        const std::uint64_t begin = at_ + 30 + name.size() + 4;
        const std::string padding((64 - begin % 64) % 64, 'Z');
        central_ += "PK\x01\x02" + little_endian(45, 2) + little_endian(45, 2) +
                    little_endian(0, 2) + little_endian(record.method, 2) + little_endian(0, 8) +
                    small_size + small_size + little_endian(record.name.size(), 2) +
                    little_endian(wide ? 28 : 0, 2) + little_endian(0, 10) +
                    little_endian(wide ? 0xffffffff : at_, 4) + record.name;
        if (wide) {
            central_ += little_endian(1, 2) + little_endian(24, 2) + little_endian(size, 8) +
                        little_endian(size, 8) + little_endian(at_, 8);
        }
        put("PK\x03\x04" + little_endian(45, 2) + little_endian(0, 2) +
            little_endian(record.method, 2) + little_endian(0, 8) + local_size + local_size +
            little_endian(name.size(), 2) + little_endian(4 + padding.size(), 2) + name + "FB" +
            little_endian(padding.size(), 2) + padding + record.bytes);
        at_ += size - record.bytes.size();
        file_.seekp(static_cast<std::streamoff>(at_));
        ++count_;
    }

    void finish() {
        const std::uint64_t directory = at_;
        const std::uint64_t bytes = central_.size();
        put(central_);
        const std::uint64_t end64 = at_;
        put("PK\x06\x06" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
            little_endian(0, 8) + little_endian(count_, 8) + little_endian(count_, 8) +
            little_endian(bytes, 8) + little_endian(directory, 8));
        put("PK\x06\x07" + little_endian(0, 4) + little_endian(end64, 8) + little_endian(1, 4));
        put("PK\x05\x06" + little_endian(0, 4) + little_endian(count_, 2) +
            little_endian(count_, 2) + little_endian(bytes, 4) +
            little_endian(std::min<std::uint64_t>(directory, 0xffffffff), 4) + little_endian(0, 2));
        file_.close();
        if (!file_) throw std::runtime_error("the archive cannot be written");
    }

  private:
    void put(const std::string& bytes) {
        file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        at_ += bytes.size();
    }

    std::ofstream file_;
    std::string central_;
    std::uint64_t at_ = 0;
    std::uint64_t count_ = 0;
};

inline void write_zip(const std::filesystem::path& path, const std::vector<RecordSpec>& records) {
    ZipWriter writer(path);
    for (const RecordSpec& record : records)
        writer.add(record);
    writer.finish();
}

/// A file of torch.save with this pickle and these storages, named by their number.
inline void write_torch_file(const std::filesystem::path& path, const std::string& data_pkl,
                             const std::vector<std::string>& storages) {
    std::vector<RecordSpec> records{{"archive/data.pkl", data_pkl},
                                    {"archive/byteorder", "little"}};
    for (std::size_t i = 0; i < storages.size(); ++i)
        records.push_back({"archive/data/" + std::to_string(i), storages[i]});
    records.push_back({"archive/version", "3\n"});
    write_zip(path, records);
}

/// A valid file of these tensors. Those without bytes are holes in the file that read as zero.
inline void write_torch_file(const std::filesystem::path& path,
                             const std::vector<TensorSpec>& tensors) {
    ZipWriter writer(path);
    writer.add({"archive/data.pkl", pickle_of(tensors)});
    writer.add({"archive/byteorder", "little"});
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        writer.add(
            {"archive/data/" + std::to_string(i), tensors[i].bytes, size_in_bytes(tensors[i])});
    }
    writer.add({"archive/version", "3\n"});
    writer.finish();
}

}  // namespace headscope::testing
