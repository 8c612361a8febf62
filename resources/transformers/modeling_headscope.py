"""Models whose layers have different numbers of heads, or no attention.

Headscope puts this file next to the weights of such a model; `auto_map` in config.json names its
classes, so that AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True) opens it. The
numbers stand in `per_layer_config`:

    {"5": {"num_attention_heads": 6, "num_key_value_heads": 2}, "7": {"skip": ["attention"]}}

Everything else is what transformers (5.17 or later) has for the family.
"""

import torch
from torch import nn
from transformers import Cache, PreTrainedConfig
from transformers.models.gemma3.configuration_gemma3 import Gemma3TextConfig
from transformers.models.gemma3.modeling_gemma3 import Gemma3ForCausalLM
from transformers.models.llama.configuration_llama import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaForCausalLM
from transformers.models.mistral.configuration_mistral import MistralConfig
from transformers.models.mistral.modeling_mistral import MistralForCausalLM
from transformers.models.qwen2.configuration_qwen2 import Qwen2Config
from transformers.models.qwen2.modeling_qwen2 import Qwen2ForCausalLM
from transformers.models.qwen3.configuration_qwen3 import Qwen3Config
from transformers.models.qwen3.modeling_qwen3 import Qwen3ForCausalLM
from transformers.models.smollm3.configuration_smollm3 import SmolLM3Config
from transformers.models.smollm3.modeling_smollm3 import SmolLM3ForCausalLM


class NoHeads(nn.Module):
    """Writes nothing. The cache gets one number a token: it counts the tokens of its layers."""

    def __init__(self, layer_idx: int) -> None:
        super().__init__()
        self.layer_idx = layer_idx

    def forward(
        self, hidden_states: torch.Tensor, past_key_values: Cache | None = None, **kwargs: object
    ) -> tuple[torch.Tensor, None]:
        if past_key_values is not None:
            nothing = hidden_states.new_zeros(hidden_states.shape[0], 1, hidden_states.shape[1], 1)
            past_key_values.update(nothing, nothing, self.layer_idx)
        return torch.zeros_like(hidden_states), None


class LayersOfTheirOwn:
    """For a ...ForCausalLM of transformers: gives each layer the attention that its config says."""

    def __init__(self, config: PreTrainedConfig) -> None:
        overrides = config.__dict__.pop("_heterogeneity_spec", None)
        super().__init__(config)
        if overrides is None:
            return
        self.config._heterogeneity_spec = overrides
        for index in overrides.per_layer_overrides:
            layer = self.model.layers[index]
            own = self.config.per_layer_config[index]
            if "attention" in own.skip:
                layer.self_attn = NoHeads(index)
                layer.input_layernorm = nn.Identity()
                if hasattr(layer, "pre_feedforward_layernorm"):  # a norm behind the attention, too
                    layer.post_attention_layernorm = nn.Identity()
                continue
            layer.self_attn = type(layer.self_attn)(own, layer_idx=index)
            layer.self_attn.config = self.config  # so that a change of the implementation arrives
        self.post_init()


class AnyHeads:
    """For a config: a head has its own size, so that no number of heads must divide another."""

    def validate(self) -> None:
        for validator in self.__class_validators__:
            if validator.__name__ != "validate_architecture":
                validator(self)


class HeadscopeLlamaConfig(AnyHeads, LlamaConfig):
    pass


class HeadscopeLlamaForCausalLM(LayersOfTheirOwn, LlamaForCausalLM):
    config_class = HeadscopeLlamaConfig


class HeadscopeMistralConfig(AnyHeads, MistralConfig):
    pass


class HeadscopeMistralForCausalLM(LayersOfTheirOwn, MistralForCausalLM):
    config_class = HeadscopeMistralConfig


class HeadscopeQwen2Config(AnyHeads, Qwen2Config):
    pass


class HeadscopeQwen2ForCausalLM(LayersOfTheirOwn, Qwen2ForCausalLM):
    config_class = HeadscopeQwen2Config


class HeadscopeQwen3Config(AnyHeads, Qwen3Config):
    pass


class HeadscopeQwen3ForCausalLM(LayersOfTheirOwn, Qwen3ForCausalLM):
    config_class = HeadscopeQwen3Config


class HeadscopeSmolLM3Config(AnyHeads, SmolLM3Config):
    pass


class HeadscopeSmolLM3ForCausalLM(LayersOfTheirOwn, SmolLM3ForCausalLM):
    config_class = HeadscopeSmolLM3Config


class HeadscopeGemma3Config(AnyHeads, Gemma3TextConfig):
    pass


class HeadscopeGemma3ForCausalLM(LayersOfTheirOwn, Gemma3ForCausalLM):
    config_class = HeadscopeGemma3Config
