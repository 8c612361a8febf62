#include "core/tokenizer/added_tokens.h"

#include <algorithm>
#include <utility>

namespace headscope {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
    std::stable_sort(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) {
        return a.content.size() > b.content.size();
    });
    for (std::size_t i = 0; i < tokens_.size(); ++i)
        from_[static_cast<unsigned char>(tokens_[i].content.front())].push_back(i);
}

const AddedToken* AddedTokens::match(std::string_view text) const {
    for (const std::size_t i : from_[static_cast<unsigned char>(text.front())]) {
        if (text.starts_with(tokens_[i].content)) return &tokens_[i];
    }
    return nullptr;
}

void AddedTokens::split(std::string_view text, const Sink& sink) const {
    std::size_t done = 0;
    for (std::size_t at = 0; !tokens_.empty() && at < text.size();) {
        const AddedToken* const token = match(text.substr(at));
        if (token == nullptr) {
            ++at;
            continue;
        }
        if (done < at) sink(text.substr(done, at - done), nullptr);
        sink(text.substr(at, token->content.size()), token);
        at += token->content.size();
        done = at;
    }
    if (done < text.size()) sink(text.substr(done), nullptr);
}

}  // namespace headscope
