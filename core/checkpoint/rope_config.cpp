#include "core/checkpoint/rope_config.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/config_fields.h"

namespace headscope {
namespace {

constexpr std::int64_t kMaxContext = (std::int64_t{1} << 31) - 1;

constexpr std::array kTypes{RopeType::standard, RopeType::linear, RopeType::dynamic,
                            RopeType::llama3, RopeType::yarn};

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
    if (name == "longrope" || name == "su") {
        fail(ErrorCode::unsupported,
             "{} \"{}\" is not supported: LongRoPE scales each frequency by a factor of its own; "
             "supported: {}",
             place, name, supported);
    }
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}", place, name,
         supported);
}

void refuse_partial_rotation(const ConfigFields& fields) {
    if (fields.positive("partial_rotary_factor").value_or(1.0) != 1.0) {
        fail(ErrorCode::unsupported, "{} other than 1 is not supported",
             fields.place("partial_rotary_factor"));
    }
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
    }
    return {};
}

RopeConfig read_rope_config(const ConfigFields& fields, std::int64_t head_dim,
                            std::int64_t max_position_embeddings) {
    RopeConfig rope;
    rope.theta = fields.positive("rope_theta").value_or(rope.theta);
    refuse_partial_rotation(fields);

    const auto older = fields.object("rope_scaling");
    const bool is_older = older && !older->empty();
    const auto scaling = is_older ? older : fields.object("rope_parameters");
    if (!scaling || scaling->empty()) return rope;

    refuse_nested(*scaling);
    refuse_partial_rotation(*scaling);
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
    }
    return rope;
}

}  // namespace headscope
