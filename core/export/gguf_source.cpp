#include "core/export/gguf_source.h"

#include "core/checkpoint/formats/checkpoint_format.h"

namespace headscope {

std::unique_ptr<const GgufSource> GgufSource::open(const Checkpoint& checkpoint) {
    if (checkpoint.format().id != "gguf") return nullptr;
    auto source = std::make_unique<GgufSource>();
    for (const std::filesystem::path& path : checkpoint.tensor_files())
        source->files_.push_back(std::make_unique<const GgufFile>(path));
    source->architecture_ =
        find_gguf_architecture(source->values().text("general.architecture").value_or(""));
    return source;
}

GgufStored GgufSource::find(std::string_view name) const {
    for (const auto& file : files_) {
        for (std::size_t i = 0; i < file->tensors().size(); ++i) {
            if (file->tensors()[i].name == name)
                return {&file->tensors()[i], file->types()[i], file.get()};
        }
    }
    return {};
}

}  // namespace headscope
