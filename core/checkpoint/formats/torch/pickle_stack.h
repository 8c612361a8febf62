#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/checkpoint/file_errors.h"
#include "core/checkpoint/formats/torch/pickle_names.h"

/// What the machine of read_pickled_tensors works on.
namespace headscope::pickle {

/// A value is known by its place among all values, since a pickle may use one several times.
using Ref = std::uint32_t;

struct None {};
struct Sequence {  // a tuple or a list
    std::vector<Ref> items;
};
struct Dictionary {
    std::vector<std::pair<Ref, Ref>> items;
};
struct Storage {
    const ElementType* type = nullptr;  // null: bytes
    std::string_view record;
    std::uint64_t elements = 0;
};
struct Tensor {
    std::size_t index = 0;  // among the tensors
};
using Value = std::variant<None, bool, std::int64_t, double, std::string_view, Sequence, Dictionary,
                           PickleGlobal, Storage, Tensor>;

/// For messages, in the order of Value.
inline constexpr std::array kKinds{"nothing",
                                   "true or false",
                                   "a number",
                                   "a number",
                                   "a text",
                                   "a list",
                                   "a dictionary",
                                   "a function or a type",
                                   "a storage without a tensor",
                                   "a tensor"};
static_assert(kKinds.size() == std::variant_size_v<Value>);

template <typename... Args>
[[noreturn]] void malformed(const std::filesystem::path& file, fmt::format_string<Args...> text,
                            Args&&... args) {
    damaged(file, "data.pkl {}", fmt::format(text, std::forward<Args>(args)...));
}

/// The stack of a pickle, its marks and its memo. Throws Error(bad_input) for what no pickle does.
class Stack {
  public:
    explicit Stack(const std::filesystem::path& file) : file_(file) {}

    template <typename T>
    bool push(T value) {
        values_.emplace_back(std::move(value));
        return push_again(static_cast<Ref>(values_.size() - 1));
    }

    bool push_again(Ref ref) {
        stack_.push_back(ref);
        return true;
    }

    bool mark() {
        marks_.push_back(stack_.size());
        return true;
    }

    /// What is on top, which may not lie below the last mark.
    [[nodiscard]] Ref top() const {
        if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) {
            malformed(file_, "takes a value that is not there");
        }
        return stack_.back();
    }

    Ref pop() {
        const Ref ref = top();
        stack_.pop_back();
        return ref;
    }

    std::vector<Ref> pop_last(std::size_t count) {
        std::vector<Ref> items(count);
        for (std::size_t i = count; i-- > 0;)
            items[i] = pop();
        return items;
    }

    std::vector<Ref> pop_to_mark() {
        if (marks_.empty()) malformed(file_, "goes back to a mark that is not there");
        const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        std::vector<Ref> items(from, stack_.end());
        stack_.erase(from, stack_.end());
        marks_.pop_back();
        return items;
    }

    /// The value that the pickle ends with, which must be all that is left.
    Ref pop_only() {
        const Ref ref = pop();
        if (!stack_.empty() || !marks_.empty()) malformed(file_, "leaves something behind");
        return ref;
    }

    bool remember(std::uint32_t key) {
        memo_[key] = top();
        return true;
    }

    bool remember_as_next() { return remember(static_cast<std::uint32_t>(memo_.size())); }

    bool recall(std::uint32_t key) {
        const auto found = memo_.find(key);
        if (found == memo_.end()) malformed(file_, "asks for a value that it never kept");
        return push_again(found->second);
    }

    [[nodiscard]] const Value& at(Ref ref) const { return values_[ref]; }
    [[nodiscard]] const char* kind(Ref ref) const { return kKinds[values_[ref].index()]; }

    template <typename T>
    const T& as(Ref ref, const char* wanted) const {
        const T* value = std::get_if<T>(&values_[ref]);
        if (value == nullptr) malformed(file_, "has {} in place of {}", kind(ref), wanted);
        return *value;
    }

    /// The list or dictionary on top, to be added to.
    template <typename T>
    T& container(const char* wanted) {
        const Ref ref = top();
        as<T>(ref, wanted);
        return std::get<T>(values_[ref]);
    }

  private:
    const std::filesystem::path& file_;
    std::vector<Value> values_;
    std::vector<Ref> stack_;
    std::vector<std::size_t> marks_;  ///< heights of the stack
    std::unordered_map<std::uint32_t, Ref> memo_;
};

}  // namespace headscope::pickle
