#include "core/checkpoint/formats/torch/pickle_reader.h"

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "core/base/utf8.h"
#include "core/checkpoint/byte_reader.h"
#include "core/checkpoint/formats/torch/pickle_stack.h"

namespace headscope {
namespace {

/// Far more than a model needs: Llama 3.1 405B has 1,138 tensors, of about 120 bytes each.
constexpr std::size_t kMaxPickleBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxDimensions = 8;
constexpr std::uint8_t kNewestProtocol = 5;

using pickle::Dictionary;
using pickle::None;
using pickle::Ref;
using pickle::Sequence;
using pickle::Storage;
using pickle::Tensor;

class Unpickler {
  public:
    Unpickler(std::span<const std::byte> pickle, const std::filesystem::path& file)
        : reader_(pickle, "data.pkl", file), file_(file), stack_(file) {}

    std::vector<PickledTensor> run() {
        for (;;) {
            const std::uint8_t operation = reader_.u8();
            if (operation == '.') return result();
            const bool known = read_frame(operation) || read_scalar(operation) ||
                               read_text(operation) || use_memo(operation) || build(operation) ||
                               call(operation);
            if (!known) refuse_operation(operation);
        }
    }

  private:
    // --- Operations. Each function does its kind of operation and says whether it was one.

    bool read_frame(std::uint8_t operation) {
        switch (operation) {
            case 0x80:  // PROTO
                if (const auto protocol = reader_.u8(); protocol > kNewestProtocol) {
                    malformed("has the protocol {}, which is newer than {}", protocol,
                              kNewestProtocol);
                }
                return true;
            case 0x95:  // FRAME: only says how much follows
                if (reader_.u64() > reader_.left()) malformed("has a frame that ends outside");
                return true;
            case '(':
                return stack_.mark();
            default:
                return false;
        }
    }

    bool read_scalar(std::uint8_t operation) {
        switch (operation) {
            case 'N':
                return stack_.push(None{});
            case 0x88:
                return stack_.push(true);
            case 0x89:
                return stack_.push(false);
            case 'J':
                return stack_.push(std::int64_t{static_cast<std::int32_t>(reader_.u32())});
            case 'K':
                return stack_.push(std::int64_t{reader_.u8()});
            case 'M':
                return stack_.push(std::int64_t{reader_.u16()});
            case 0x8a:  // LONG1
                return stack_.push(read_long(reader_.u8()));
            case 0x8b:  // LONG4
                return stack_.push(read_long(reader_.u32()));
            case 'G':  // only seen among other things than tensors: its value does not matter
                reader_.take(8);
                return stack_.push(0.0);
            default:
                return false;
        }
    }

    /// A number in two's complement of `bytes` bytes.
    std::int64_t read_long(std::size_t bytes) {
        if (bytes > 8) malformed("has a whole number of {} bytes", bytes);
        const std::uint64_t number = reader_.number(bytes);
        const bool negative = bytes > 0 && bytes < 8 && (number >> (8 * bytes - 1)) != 0;
        return static_cast<std::int64_t>(
            negative ? number | std::numeric_limits<std::uint64_t>::max() << 8 * bytes : number);
    }

    bool read_text(std::uint8_t operation) {
        switch (operation) {
            case 'X':
                return stack_.push(utf8(reader_.text(reader_.u32())));
            case 0x8c:  // SHORT_BINUNICODE
                return stack_.push(utf8(reader_.text(reader_.u8())));
            case 0x8d:  // BINUNICODE8
                return stack_.push(utf8(reader_.text(reader_.u64())));
            default:
                return false;
        }
    }

    std::string_view utf8(std::string_view text) const {
        if (valid_utf8_prefix(text) != text.size()) malformed("has a text that is not UTF-8");
        return text;
    }

    bool use_memo(std::uint8_t operation) {
        switch (operation) {
            case 'q':
                return stack_.remember(reader_.u8());
            case 'r':
                return stack_.remember(reader_.u32());
            case 0x94:  // MEMOIZE
                return stack_.remember_as_next();
            case 'h':
                return stack_.recall(reader_.u8());
            case 'j':
                return stack_.recall(reader_.u32());
            default:
                return false;
        }
    }

    bool build(std::uint8_t operation) {
        switch (operation) {
            case ']':
            case ')':
                return stack_.push(Sequence{});
            case '}':
                return stack_.push(Dictionary{});
            case 't':
                return stack_.push(Sequence{stack_.pop_to_mark()});
            case 0x85:
            case 0x86:
            case 0x87:  // TUPLE1 to TUPLE3
                return stack_.push(Sequence{stack_.pop_last(operation - 0x84U)});
            case 'a':
                append(stack_.pop_last(1));
                return true;
            case 'e':
                append(stack_.pop_to_mark());
                return true;
            case 's':
                set_items(stack_.pop_last(2));
                return true;
            case 'u':
                set_items(stack_.pop_to_mark());
                return true;
            default:
                return false;
        }
    }

    void append(const std::vector<Ref>& items) {
        auto& list = stack_.container<Sequence>("a list").items;
        list.insert(list.end(), items.begin(), items.end());
    }

    void set_items(const std::vector<Ref>& items) {
        auto& entries = stack_.container<Dictionary>("a dictionary").items;
        if (items.size() % 2 != 0) malformed("has a key without a value");
        for (std::size_t i = 0; i < items.size(); i += 2)
            entries.emplace_back(items[i], items[i + 1]);
    }

    bool call(std::uint8_t operation) {
        switch (operation) {
            case 'c': {
                const std::string_view module = read_line();
                return stack_.push(global(module, read_line()));
            }
            case 0x93: {  // STACK_GLOBAL
                const std::string_view name = stack_.as<std::string_view>(stack_.pop(), "a name");
                return stack_.push(
                    global(stack_.as<std::string_view>(stack_.pop(), "a module's name"), name));
            }
            case 'Q':
                return stack_.push(storage());
            case 'R':
                reduce();
                return true;
            case 'b':
                set_state();
                return true;
            default:
                return false;
        }
    }

    std::string_view read_line() {
        const std::string_view rest = ByteReader(reader_).text(reader_.left());
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) malformed("breaks off in a name");
        reader_.take(end + 1);
        return rest.substr(0, end);
    }

    PickleGlobal global(std::string_view module, std::string_view name) const {
        if (const auto known = find_pickle_global(module, name)) return *known;
        fail(ErrorCode::unsupported,
             "{}: its pickle asks for {}.{}, which tensors do not need, and Headscope runs nothing "
             "that a file names; take a file that holds the weights alone (a state_dict)",
             file_.string(), printable(module), printable(name));
    }

    /// ("storage", type, record, device, elements): the only thing that PyTorch keeps outside the
    /// pickle.
    Storage storage() {
        const auto items = stack_.as<Sequence>(stack_.pop(), "the place of a storage").items;
        if (items.size() != 5 || stack_.as<std::string_view>(items[0], "a text") != "storage") {
            malformed("refers to something that is no storage");
        }
        const auto type = stack_.as<PickleGlobal>(items[1], "a type of storage");
        if (type.role != PickleGlobal::Role::storage) malformed("has a storage of no type");
        return {type.type, stack_.as<std::string_view>(items[2], "a storage's name"),
                whole(items[4], "a storage's size")};
    }

    std::uint64_t whole(Ref ref, const char* what) const {
        const std::int64_t number = stack_.as<std::int64_t>(ref, what);
        if (number < 0) malformed("has the negative number {} as {}", number, what);
        return static_cast<std::uint64_t>(number);
    }

    void reduce() {
        const auto arguments = stack_.as<Sequence>(stack_.pop(), "arguments").items;
        const auto function = stack_.as<PickleGlobal>(stack_.pop(), "a function");
        using Role = PickleGlobal::Role;
        switch (function.role) {
            case Role::rebuild_tensor:
                stack_.push(rebuild(arguments, false));
                return;
            case Role::rebuild_typed:
                stack_.push(rebuild(arguments, true));
                return;
            case Role::rebuild_parameter:
                if (arguments.size() != 3) malformed("rebuilds a parameter from too little");
                stack_.as<Tensor>(arguments[0], "a parameter's tensor");
                stack_.push_again(arguments[0]);
                return;
            case Role::ordered_dict:
                if (!arguments.empty()) malformed("makes an OrderedDict of something");
                stack_.push(Dictionary{});
                return;
            case Role::storage:
            case Role::dtype:
                malformed("calls a type");
        }
    }

    /// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks[, metadata]);
    /// v3 has the dtype before the metadata.
    Tensor rebuild(const std::vector<Ref>& arguments, bool typed) {
        const std::size_t least = typed ? 7 : 6;
        if (arguments.size() < least || arguments.size() > least + 1) {
            malformed("rebuilds a tensor from {} arguments", arguments.size());
        }
        const auto& storage = stack_.as<Storage>(arguments[0], "a tensor's storage");
        PickledTensor tensor;
        tensor.storage = storage.record;
        tensor.type = storage.type;
        if (typed) {
            const auto dtype = stack_.as<PickleGlobal>(arguments[6], "a dtype");
            if (dtype.role != PickleGlobal::Role::dtype) malformed("has a tensor of no dtype");
            tensor.type = dtype.type;
        }
        if (tensor.type == nullptr) malformed("has a tensor without a dtype");
        const auto unit = static_cast<std::uint64_t>(storage.type ? storage.type->bytes : 1);
        if (storage.elements > std::numeric_limits<std::uint64_t>::max() / unit) {
            malformed("has a storage of {} elements", storage.elements);
        }
        tensor.storage_bytes = storage.elements * unit;
        tensor.offset = whole(arguments[1], "an offset");
        tensor.shape = extents(arguments[2], "a shape");
        tensor.strides = extents(arguments[3], "strides");
        if (tensor.shape.size() != tensor.strides.size()) {
            malformed("has a tensor whose shape and strides differ in length");
        }
        tensors_.push_back(std::move(tensor));
        return {tensors_.size() - 1};
    }

    std::vector<std::int64_t> extents(Ref ref, const char* what) const {
        const auto& items = stack_.as<Sequence>(ref, what).items;
        if (items.size() > kMaxDimensions) {
            malformed("has a tensor of {} dimensions", items.size());
        }
        std::vector<std::int64_t> numbers;
        for (const Ref item : items)
            numbers.push_back(static_cast<std::int64_t>(whole(item, what)));
        return numbers;
    }

    /// The state_dict of a module has a version number for each module as an attribute, which no
    /// weight depends on. Nothing else may have attributes.
    void set_state() {
        stack_.as<Dictionary>(stack_.pop(), "attributes");
        stack_.as<Dictionary>(stack_.top(), "a dictionary that may have attributes");
    }

    // --- The end

    std::vector<PickledTensor> result() {
        const Ref all = stack_.pop_only();
        const auto* dictionary = std::get_if<Dictionary>(&stack_.at(all));
        if (dictionary == nullptr) {
            fail(ErrorCode::unsupported,
                 "{}: holds {}, not a dictionary of tensors; save the model's state_dict alone",
                 file_.string(), stack_.kind(all));
        }
        std::vector<PickledTensor> named;
        std::set<std::string_view> names;
        for (const auto& [key, value] : dictionary->items) {
            const auto* name = std::get_if<std::string_view>(&stack_.at(key));
            const auto* tensor = std::get_if<Tensor>(&stack_.at(value));
            if (name == nullptr || tensor == nullptr) continue;  // an epoch, a version
            if (!names.insert(*name).second) malformed("has tensor {} twice", printable(*name));
            named.push_back(tensors_[tensor->index]);
            named.back().name = *name;
        }
        if (named.empty() && !dictionary->items.empty()) refuse_without_tensors(*dictionary);
        return named;
    }

    /// A dictionary in which no tensor lies directly.
    [[noreturn]] void refuse_without_tensors(const Dictionary& dictionary) const {
        for (const auto& [key, value] : dictionary.items) {
            const auto* name = std::get_if<std::string_view>(&stack_.at(key));
            const auto* inner = std::get_if<Dictionary>(&stack_.at(value));
            if (name == nullptr || inner == nullptr) continue;
            fail(ErrorCode::unsupported,
                 "{}: holds no tensors but a dictionary \"{}\"; it is a training checkpoint: save "
                 "the model's state_dict alone",
                 file_.string(), printable(*name));
        }
        fail(ErrorCode::unsupported,
             "{}: holds no tensors; choose a file that holds the model's weights", file_.string());
    }

    /// An operation that weights do not need. Those that name or make foreign objects say so.
    [[noreturn]] void refuse_operation(std::uint8_t operation) {
        if (operation == 'i') {  // INST: a global and a call at once
            const std::string_view module = read_line();
            global(module, read_line());
        }
        const std::string_view name = unwanted_operation(operation);
        fail(ErrorCode::unsupported,
             "{}: its pickle has the operation {} at byte {}, which tensors do not need; take a "
             "file that holds the weights alone (a state_dict)",
             file_.string(), name.empty() ? fmt::format("0x{:02x}", operation) : std::string(name),
             reader_.position() - 1);
    }

    template <typename... Args>
    [[noreturn]] void malformed(fmt::format_string<Args...> text, Args&&... args) const {
        pickle::malformed(file_, text, std::forward<Args>(args)...);
    }

    ByteReader reader_;
    const std::filesystem::path& file_;
    pickle::Stack stack_;
    std::vector<PickledTensor> tensors_;
};

}  // namespace

std::vector<PickledTensor> read_pickled_tensors(std::span<const std::byte> pickle,
                                                const std::filesystem::path& file) {
    if (pickle.size() > kMaxPickleBytes) {
        fail(ErrorCode::unsupported,
             "{}: data.pkl has {} bytes, more than the {} that the weights of a model take",
             file.string(), pickle.size(), kMaxPickleBytes);
    }
    return Unpickler(pickle, file).run();
}

}  // namespace headscope
