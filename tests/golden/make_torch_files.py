"""Writes small files with PyTorch's own torch.save for tests/checkpoint/test_torch_file.cpp.

    python3 tests/golden/make_torch_files.py      (made with torch 2.11)

Every tensor's elements are 0, 1, 2, ... in its dtype.
"""

import pathlib

import torch

folder = pathlib.Path(__file__).parent.parent / "fixtures" / "torch"
folder.mkdir(parents=True, exist_ok=True)


def numbers(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    count = 1
    for extent in shape:
        count *= extent
    return torch.arange(count).to(dtype).reshape(shape)


# A module's state_dict carries the versions of its parts as an attribute.
module = torch.nn.Linear(3, 2).to(torch.bfloat16)
module.weight.data = numbers(2, 3, dtype=torch.bfloat16)
module.bias.data = numbers(2, dtype=torch.bfloat16)
torch.save(module.state_dict(), folder / "state_dict.bin")

# Parameters, views into one storage, a scalar, and nothing at all.
base = numbers(4, 3)
torch.save(
    {
        "parameter": torch.nn.Parameter(numbers(2, 2, dtype=torch.float16)),
        "base": base,
        "rows": base[1:3],
        "scalar": torch.tensor(0.0),
        "nothing": torch.empty(0, 3),
    },
    folder / "views.bin",
)

dtypes = [
    torch.float64,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
    torch.complex64,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
    torch.uint16,
]
torch.save({str(dtype): numbers(2, dtype=dtype) for dtype in dtypes}, folder / "dtypes.bin")

# A newer pickle protocol than torch.save takes by itself.
torch.save({"w": numbers(2, 3)}, folder / "protocol_5.bin", pickle_protocol=5)

# What is refused.
torch.save({"w": numbers(2, 3).t()}, folder / "transposed.bin")
torch.save({"w": numbers(2)}, folder / "before_1_6.bin", _use_new_zipfile_serialization=False)
torch.save(module, folder / "module.bin")
torch.save({"model": module.state_dict(), "epoch": 3}, folder / "training.bin")
torch.jit.save(torch.jit.script(module), str(folder / "script.bin"))
