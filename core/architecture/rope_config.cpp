#include "core/architecture/rope_config.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/architecture/architecture_spec.h"
#include "core/architecture/config_fields.h"
#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::int64_t kMaxContext = (std::int64_t{1} << 31) - 1;

constexpr std::array kTypes{RopeType::standard, RopeType::linear, RopeType::dynamic,
                            RopeType::llama3,   RopeType::yarn,   RopeType::longrope};

/// What the scaling's object is read with besides its own fields.
struct Context {
    const ConfigFields& whole;
    std::int64_t head_dim;
    std::int64_t max_position_embeddings;
};

RopeType rope_type_of(const std::string& name, const std::string& place) {
    std::string supported;
    for (const RopeType type : kTypes) {
        if (name == name_of(type)) return type;
        supported += (supported.empty() ? "" : ", ") + std::string(name_of(type));
    }
    if (name == "su") return RopeType::longrope;     // the name before it was published
    if (name == "mrope") return RopeType::standard;  // of images; over text it is the usual one
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}", place, name,
         supported);
}

/// Leading elements of a head that are rotated; 0: all. `scaling` is of the newer style, where the
/// field may stand too.
std::int64_t read_rotary_dim(const ConfigFields& fields, const ConfigFields* scaling,
                             const ArchitectureSpec& architecture, std::int64_t head_dim) {
    constexpr const char* kKey = "partial_rotary_factor";
    const ConfigFields& holder = scaling != nullptr && scaling->has(kKey) ? *scaling : fields;
    const bool is_read = architecture.partial_rotary_factor > 0.0;
    const double share =
        holder.positive(kKey).value_or(is_read ? architecture.partial_rotary_factor : 1.0);
    if (!is_read && share != 1.0) {
        fail(ErrorCode::unsupported, "{} other than 1 is not supported in a model of type {}",
             holder.place(kKey), architecture.model_type);
    }
    const auto dim = static_cast<std::int64_t>(share * static_cast<double>(head_dim));
    if (share > 1.0 || dim < 2 || dim % 2 != 0) {
        fail(ErrorCode::bad_input,
             "{} is {}, but must be at most 1 and give an even number of the {} elements of a head",
             holder.place(kKey), share, head_dim);
    }
    return dim == head_dim ? 0 : dim;
}

/// The newer style can hold one object for each type of layer; the supported models have but one.
void refuse_nested(const ConfigFields& scaling) {
    for (const char* layer_type : {"full_attention", "sliding_attention"}) {
        if (scaling.has(layer_type)) {
            fail(ErrorCode::unsupported,
                 "{}: rotary parameters for each type of layer are not supported; supported: the "
                 "same for all layers",
                 scaling.place(layer_type));
        }
    }
}

double at_least_one(const ConfigFields& scaling, const char* key, double value) {
    if (value < 1.0) {
        fail(ErrorCode::bad_input, "{} is {}, but must be at least 1", scaling.place(key), value);
    }
    return value;
}

double required_factor(const ConfigFields& scaling) {
    return at_least_one(scaling, "factor", scaling.required_positive("factor"));
}

void read_dynamic(const ConfigFields& scaling, const Context& context, RopeConfig& rope) {
    rope.factor = required_factor(scaling);
    rope.original_max_position_embeddings = context.max_position_embeddings;
    if (context.head_dim <= 2) {
        fail(ErrorCode::unsupported,
             "{}: dynamic scaling of heads of {} elements is not supported; its formula divides by "
             "head_dim - 2",
             scaling.place("rope_type"), context.head_dim);
    }
}

void read_llama3(const ConfigFields& scaling, RopeConfig& rope) {
    rope.factor = required_factor(scaling);
    rope.low_freq_factor = scaling.required_positive("low_freq_factor");
    rope.high_freq_factor = scaling.required_positive("high_freq_factor");
    rope.original_max_position_embeddings =
        scaling.required_integer("original_max_position_embeddings", 1, kMaxContext);
    if (rope.high_freq_factor <= rope.low_freq_factor) {
        // Between the two the frequencies are interpolated over their difference.
        fail(ErrorCode::bad_input, "{} is {}, but must be above low_freq_factor ({})",
             scaling.place("high_freq_factor"), rope.high_freq_factor, rope.low_freq_factor);
    }
}

/// YaRN's factor on attention for a stretch of `scale`: arXiv:2309.00071, equation 22; `weight` is
/// DeepSeek's mscale.
double yarn_attention_factor(double scale, double weight = 1.0) {
    return scale <= 1.0 ? 1.0 : 0.1 * weight * std::log(scale) + 1.0;
}

void read_yarn(const ConfigFields& scaling, const Context& context, RopeConfig& rope) {
    // Some models keep the original context beside the object; that one counts first.
    const char* original = "original_max_position_embeddings";
    const auto beside = context.whole.integer(original, 1, kMaxContext);
    const auto inside = scaling.integer(original, 1, kMaxContext);
    rope.original_max_position_embeddings =
        beside ? *beside : inside.value_or(context.max_position_embeddings);
    if (scaling.has("factor")) {
        rope.factor = required_factor(scaling);
    } else if (beside || inside) {
        rope.factor = static_cast<double>(context.max_position_embeddings) /
                      static_cast<double>(rope.original_max_position_embeddings);
        at_least_one(scaling, "factor (max_position_embeddings over the original)", rope.factor);
    } else {
        scaling.fail_missing("factor");
    }
    if (rope.theta <= 1.0) {
        fail(ErrorCode::bad_input, "{} is {}, but must be above 1 for yarn",
             context.whole.place("rope_theta"), rope.theta);
    }
    // Zero stands for the default, as in transformers.
    if (const double fast = scaling.non_negative("beta_fast").value_or(0.0); fast > 0.0)
        rope.beta_fast = fast;
    if (const double slow = scaling.non_negative("beta_slow").value_or(0.0); slow > 0.0)
        rope.beta_slow = slow;
    if (rope.beta_fast < rope.beta_slow) {
        fail(ErrorCode::bad_input, "{} is {}, but must be at least beta_slow ({})",
             scaling.place("beta_fast"), rope.beta_fast, rope.beta_slow);
    }
    rope.truncate = scaling.flag("truncate").value_or(true);
    const double mscale = scaling.non_negative("mscale").value_or(0.0);
    const double mscale_all_dim = scaling.non_negative("mscale_all_dim").value_or(0.0);
    const double implied = mscale > 0.0 && mscale_all_dim > 0.0
                               ? yarn_attention_factor(rope.factor, mscale) /
                                     yarn_attention_factor(rope.factor, mscale_all_dim)
                               : yarn_attention_factor(rope.factor);
    rope.attention_factor = scaling.positive("attention_factor").value_or(implied);
}

/// LongRoPE as in transformers: the factor of the attention follows from the stretch, the lists of
/// divisors are the file's.
void read_longrope(const ConfigFields& scaling, const Context& context, RopeConfig& rope) {
    const char* original = "original_max_position_embeddings";
    const auto beside = context.whole.integer(original, 1, kMaxContext);
    const auto inside = scaling.integer(original, 1, kMaxContext);
    rope.original_max_position_embeddings =
        beside ? *beside : inside.value_or(context.max_position_embeddings);
    rope.factor = scaling.positive("factor").value_or(
        static_cast<double>(context.max_position_embeddings) /
        static_cast<double>(rope.original_max_position_embeddings));
    const std::int64_t dim = rope.rotary_dim > 0 ? rope.rotary_dim : context.head_dim;
    const auto factors = [&](const char* key) {
        const auto list = scaling.numbers(key);
        if (!list) scaling.fail_missing(key);
        if (list->size() != static_cast<std::size_t>(dim / 2)) {
            fail(ErrorCode::bad_input,
                 "{} has {} entries, but must have {}, one for each frequency", scaling.place(key),
                 list->size(), dim / 2);
        }
        return *list;
    };
    rope.short_factors = factors("short_factor");
    rope.long_factors = factors("long_factor");
    const double implied =
        rope.factor <= 1.0
            ? 1.0
            : std::sqrt(1.0 + std::log(rope.factor) / std::log(static_cast<double>(
                                                          rope.original_max_position_embeddings)));
    rope.attention_factor = scaling.positive("attention_factor").value_or(implied);
}

}  // namespace

std::string_view name_of(RopeType type) {
    switch (type) {
        case RopeType::standard:
            return "default";
        case RopeType::linear:
            return "linear";
        case RopeType::dynamic:
            return "dynamic";
        case RopeType::llama3:
            return "llama3";
        case RopeType::yarn:
            return "yarn";
        case RopeType::longrope:
            return "longrope";
    }
    return {};
}

RopeConfig read_rope_config(const ConfigFields& fields, const ArchitectureSpec& architecture,
                            std::int64_t head_dim, std::int64_t max_position_embeddings) {
    RopeConfig rope;
    rope.theta = fields.positive("rope_theta").value_or(architecture.rope_theta);

    const auto older = fields.object("rope_scaling");
    const bool is_older = older && !older->empty();
    const auto newer = fields.object("rope_parameters");
    const bool by_type = architecture.sliding_rope_theta > 0.0 && newer && !is_older;
    const auto of_full = by_type ? newer->object("full_attention") : std::nullopt;
    const auto& scaling = is_older ? older : of_full ? of_full : newer;
    rope.rotary_dim =
        read_rotary_dim(fields, scaling ? &*scaling : nullptr, architecture, head_dim);
    if (!scaling || scaling->empty()) return rope;

    refuse_nested(*scaling);
    rope.theta = scaling->positive("rope_theta").value_or(rope.theta);
    const char* key = !scaling->has("rope_type") && scaling->has("type") ? "type" : "rope_type";
    const auto type = scaling->text(key);
    if (!type && is_older) scaling->fail_missing(key);
    rope.type = rope_type_of(type.value_or("default"), scaling->place(key));

    const Context context{fields, head_dim, max_position_embeddings};
    switch (rope.type) {
        case RopeType::standard:
            break;
        case RopeType::linear:
            rope.factor = required_factor(*scaling);
            rope.original_max_position_embeddings = max_position_embeddings;
            break;
        case RopeType::dynamic:
            read_dynamic(*scaling, context, rope);
            break;
        case RopeType::llama3:
            read_llama3(*scaling, rope);
            break;
        case RopeType::yarn:
            read_yarn(*scaling, context, rope);
            break;
        case RopeType::longrope:
            read_longrope(*scaling, context, rope);
            break;
    }
    return rope;
}

RopeConfig read_sliding_rope_config(const ConfigFields& fields,
                                    const ArchitectureSpec& architecture) {
    RopeConfig rope;
    rope.theta = fields.positive("rope_local_base_freq").value_or(architecture.sliding_rope_theta);
    const auto parameters = fields.object("rope_parameters");
    const auto sliding = parameters ? parameters->object("sliding_attention") : std::nullopt;
    if (!sliding) return rope;
    rope.theta = sliding->positive("rope_theta").value_or(rope.theta);
    if (const auto type = sliding->text("rope_type").value_or("default"); type != "default")
        sliding->refuse("rope_type", type, "default");
    return rope;
}

}  // namespace headscope
