#include "core/tokenizer/sentencepiece_library.h"

#include <array>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include <dlfcn.h>

#include "core/base/error.h"
#include "core/base/locations.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

using ErrorText = std::array<char, 512>;

// SentencePiece counts with int in places, and a text may grow threefold inside (a space becomes
// the three bytes of U+2581).
constexpr std::size_t max_text_bytes = std::numeric_limits<std::int32_t>::max() / 4;

#ifdef HEADSCOPE_SANITIZED
/// AddressSanitizer refuses RTLD_DEEPBIND, and without it the module's protobuf gets mixed with one
/// that is already there, which crashes before it can be reported.
void refuse_a_second_protobuf() {
    if (::dlsym(RTLD_DEFAULT, "_ZN6google8protobuf8internal13VerifyVersionEiiPKc") == nullptr)
        return;
    fail(ErrorCode::unsupported,
         "a sanitizer build cannot run SentencePiece beside libtorch; take the ids from the token "
         "cache, "
         "which the program test_tokenizer fills");
}
constexpr int module_scope = RTLD_NOW | RTLD_LOCAL;
#else
// RTLD_DEEPBIND: the module sees its own protobuf before that of the program.
constexpr int module_scope = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

/// Opens the module. It is never closed: protobuf does not expect to be unloaded, and opening it
/// again only counts.
const SentencePieceApi* open_module() {
    const fs::path path = module_file("headscope_sentencepiece.so");
    std::error_code error;
    if (!fs::exists(path, error)) {
        fail(
            ErrorCode::bad_input,
            "{}: Headscope's SentencePiece module is not there; install Headscope whole or set the "
            "variable HEADSCOPE_MODULES to the folder that holds it",
            path.string());
    }
#ifdef HEADSCOPE_SANITIZED
    refuse_a_second_protobuf();
#endif
    void* const module = ::dlopen(path.c_str(), module_scope);
    if (module == nullptr) {
        const char* const reason = ::dlerror();
        fail(ErrorCode::bad_input,
             "{}: Headscope's SentencePiece module cannot be loaded ({}); install "
             "libsentencepiece, or "
             "Headscope anew",
             path.string(), reason != nullptr ? reason : "no reason given");
    }
    void* const symbol = ::dlsym(module, sentencepiece_api_symbol);
    const SentencePieceApi* const api =
        symbol != nullptr ? reinterpret_cast<SentencePieceApiFunction*>(symbol)() : nullptr;
    if (api == nullptr || api->version != sentencepiece_api_version) {
        fail(ErrorCode::bad_input,
             "{}: this module belongs to another version of Headscope; install Headscope anew",
             path.string());
    }
    return api;
}

}  // namespace

SentencePieceModel::SentencePieceModel(std::string_view bytes, std::string file)
    : file_(std::move(file)), api_(open_module()), handle_(nullptr, api_->close) {
    ErrorText error{};
    handle_.reset(api_->open(bytes.data(), bytes.size(), error.data(), error.size()));
    if (!handle_) {
        fail(ErrorCode::bad_input,
             "{}: SentencePiece refuses this model ({}); it is damaged, download it again", file_,
             error.data());
    }
}

std::int32_t SentencePieceModel::piece_count() const {
    return api_->piece_count(handle_.get());
}

std::int32_t SentencePieceModel::bos_id() const {
    return api_->bos_id(handle_.get());
}

std::vector<std::int32_t> SentencePieceModel::encode(std::string_view text) const {
    if (text.size() > max_text_bytes) {
        fail(
            ErrorCode::bad_input,
            "a text of {} bytes is more than the {} that SentencePiece can take; use a shorter one",
            text.size(), max_text_bytes);
    }
    ErrorText error{};
    std::size_t count = 0;
    const std::unique_ptr<std::int32_t, void (*)(std::int32_t*)> ids(
        api_->encode(handle_.get(), text.data(), text.size(), &count, error.data(), error.size()),
        api_->free_ids);
    if (!ids) {
        fail(ErrorCode::bad_input, "{}: SentencePiece could not encode the text ({})", file_,
             error.data());
    }
    return {ids.get(), ids.get() + count};
}

}  // namespace headscope
