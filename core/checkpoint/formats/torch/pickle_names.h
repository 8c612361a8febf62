#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/checkpoint/element_type.h"

namespace headscope {

/// What a name in a pickle of PyTorch may stand for.
struct PickleGlobal {
    enum class Role {
        rebuild_tensor,     ///< torch._utils._rebuild_tensor_v2
        rebuild_typed,      ///< torch._utils._rebuild_tensor_v3, which has the dtype as well
        rebuild_parameter,  ///< torch._utils._rebuild_parameter
        ordered_dict,       ///< collections.OrderedDict
        storage,            ///< torch.FloatStorage and its kin
        dtype,              ///< torch.float32 and its kin
    };
    Role role = Role::storage;
    const ElementType* type = nullptr;  ///< storage, dtype; null for a storage of bytes
};

namespace pickle_detail {

struct TypeName {
    std::string_view torch;
    std::string_view element_type;
};

inline constexpr std::array kStorages{
    TypeName{"BFloat16Storage", "BF16"},    TypeName{"HalfStorage", "F16"},
    TypeName{"FloatStorage", "F32"},        TypeName{"DoubleStorage", "F64"},
    TypeName{"LongStorage", "I64"},         TypeName{"IntStorage", "I32"},
    TypeName{"ShortStorage", "I16"},        TypeName{"CharStorage", "I8"},
    TypeName{"ByteStorage", "U8"},          TypeName{"BoolStorage", "BOOL"},
    TypeName{"ComplexFloatStorage", "C64"},
};

/// Only types that have no storage of their own are named this way.
inline constexpr std::array kDtypes{
    TypeName{"float8_e4m3fn", "F8_E4M3"},
    TypeName{"float8_e5m2", "F8_E5M2"},
    TypeName{"float8_e8m0fnu", "F8_E8M0"},
    TypeName{"uint16", "U16"},
    TypeName{"uint32", "U32"},
    TypeName{"uint64", "U64"},
};

}  // namespace pickle_detail

/// Nothing where the name is none of those that tensors need.
constexpr std::optional<PickleGlobal> find_pickle_global(std::string_view module,
                                                         std::string_view name) {
    using Role = PickleGlobal::Role;
    if (module == "collections" && name == "OrderedDict") return PickleGlobal{Role::ordered_dict};
    if (module == "torch._utils") {
        if (name == "_rebuild_tensor_v2") return PickleGlobal{Role::rebuild_tensor};
        if (name == "_rebuild_tensor_v3") return PickleGlobal{Role::rebuild_typed};
        if (name == "_rebuild_parameter") return PickleGlobal{Role::rebuild_parameter};
    }
    if (module == "torch.storage" && name == "UntypedStorage") return PickleGlobal{Role::storage};
    if (module != "torch") return std::nullopt;
    for (const auto& [torch, type] : pickle_detail::kStorages) {
        if (name == torch) return PickleGlobal{Role::storage, find_element_type(type)};
    }
    for (const auto& [torch, type] : pickle_detail::kDtypes) {
        if (name == torch) return PickleGlobal{Role::dtype, find_element_type(type)};
    }
    return std::nullopt;
}

/// The name that Python's pickletools has for an operation that no tensor needs; empty where it has
/// none.
constexpr std::string_view unwanted_operation(unsigned char operation) {
    switch (operation) {
        case 'P':
            return "PERSID";
        case 'i':
            return "INST";
        case 'o':
            return "OBJ";
        case 0x81:
            return "NEWOBJ";
        case 0x92:
            return "NEWOBJ_EX";
        case 0x82:
            return "EXT1";
        case 0x83:
            return "EXT2";
        case 0x84:
            return "EXT4";
        case '0':
            return "POP";
        case '1':
            return "POP_MARK";
        case '2':
            return "DUP";
        case 'B':
            return "BINBYTES";
        case 'C':
            return "SHORT_BINBYTES";
        case 0x8e:
            return "BINBYTES8";
        case 0x96:
            return "BYTEARRAY8";
        case 'I':
            return "INT";
        case 'L':
            return "LONG";
        case 'S':
            return "STRING";
        case 'V':
            return "UNICODE";
        default:
            return {};
    }
}

}  // namespace headscope
