#include "core/checkpoint/file_listing.h"

#include <algorithm>
#include <functional>

#include "core/checkpoint/skipped_attention.h"

namespace headscope {

std::vector<FileListing> list_files(const std::vector<std::shared_ptr<const TensorFile>>& files,
                                    const std::vector<TensorSource>& table) {
    std::vector<FileListing> listings;
    for (const auto& file : files) {
        std::vector<const TensorSource*> own;
        for (const TensorSource& source : table) {
            if (!is_made_up(source) && source.parts.front().file == file) own.push_back(&source);
        }
        if (own.empty()) continue;
        // A file's tensors stand in the order of its bytes, in one vector.
        std::sort(own.begin(), own.end(), [](const TensorSource* a, const TensorSource* b) {
            return std::less<>()(&a->first(), &b->first());
        });
        const auto* header = reinterpret_cast<const char*>(file->header().data());
        FileListing listing{file->path(), {header, file->header().size()}, file->metadata(), {}};
        listing.header_describes_it = own.size() == file->tensors().size();
        for (const TensorSource* source : own) {
            if (!is_stored_as_it_is(*source) || source->name != source->first().name)
                listing.header_describes_it = false;
            listing.tensors.push_back({source->name, std::string(source->stored_dtype()),
                                       source->shape,
                                       static_cast<std::int64_t>(byte_size(*source))});
        }
        listings.push_back(std::move(listing));
    }
    return listings;
}

}  // namespace headscope
