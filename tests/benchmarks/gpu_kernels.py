"""What PyTorch's own kernels take on a GPU for the shapes of Llama-3.1-8B: the choices of docs/performance.md.

    python3 gpu_kernels.py

Matrix products by the number of rows, with and without the residual added; attention kernels with grouped
and with expanded keys and values; the rate of copies from pinned memory.
"""

from collections.abc import Callable

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import linear, scaled_dot_product_attention

HIDDEN, FFN, HEADS, KV_HEADS, DIM, WINDOW = 4096, 14336, 32, 8, 128, 2048


def milliseconds(call: Callable[[], object], times: int = 20, warm: int = 5) -> float:
    for _ in range(warm):
        call()
    torch.cuda.synchronize()
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(times):
        call()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / times


def matrix(rows: int, columns: int, scale: float = 0.02) -> torch.Tensor:
    return torch.randn(rows, columns, device="cuda", dtype=torch.bfloat16) * scale


def products() -> None:
    shapes = {
        "qkv": (6144, HIDDEN),
        "o": (HIDDEN, HIDDEN),
        "gate_up": (2 * FFN, HIDDEN),
        "down": (HIDDEN, FFN),
    }
    weights = {name: matrix(*shape) for name, shape in shapes.items()}
    for rows in (2048, 4096, 6144, 8192, 12288, 16384):
        for name, weight in weights.items():
            x = matrix(rows, weight.shape[1], 1.0)
            time = milliseconds(lambda: linear(x, weight))
            rate = 2 * rows * weight.numel() / time / 1e9
            line = f"{rows:6} rows {name:8} {time:.3f} ms {rate:.0f} TFLOP/s"
            if name in ("o", "down"):
                residual = torch.zeros(rows, HIDDEN, device="cuda", dtype=torch.bfloat16)
                time = milliseconds(lambda: torch.addmm(residual, x, weight.t(), out=residual))
                line += f"; with the residual added {time:.3f} ms"
            print(line)


def attention() -> None:
    for windows in (1, 4, 8):
        qkv = torch.randn(windows, WINDOW, HEADS + 2 * KV_HEADS, DIM, device="cuda", dtype=torch.bfloat16)
        q, k, v = (part.transpose(1, 2) for part in qkv.split((HEADS, KV_HEADS, KV_HEADS), 2))
        shared = HEADS // KV_HEADS
        calls = {
            "grouped": lambda: scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True),
            "expanded": lambda: scaled_dot_product_attention(
                q, k.repeat_interleave(shared, 1), v.repeat_interleave(shared, 1), is_causal=True
            ),
        }
        for backend in (SDPBackend.FLASH_ATTENTION, SDPBackend.CUDNN_ATTENTION):
            for name, call in calls.items():
                with sdpa_kernel(backend):
                    print(f"{windows} windows {backend.name} {name}: {milliseconds(call):.3f} ms")
        print(f"{windows} windows by default, grouped: {milliseconds(calls['grouped']):.3f} ms")


def copies() -> None:
    host = torch.empty(1 << 30, dtype=torch.uint8, pin_memory=True)
    device = torch.empty(1 << 30, dtype=torch.uint8, device="cuda")
    time = milliseconds(lambda: device.copy_(host, non_blocking=True), 5, 1)
    print(f"from pinned memory {(1 << 30) / time / 1e6:.1f} GB/s")


if __name__ == "__main__":
    print(torch.__version__, torch.cuda.get_device_name())
    with torch.inference_mode():
        products()
        attention()
        copies()
