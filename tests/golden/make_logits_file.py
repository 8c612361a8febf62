"""Writes logits_file.json: a small file of log-probabilities as llama-perplexity lays it out.

    pip install numpy
    python3 make_logits_file.py > logits_file.json

"file" is the whole file (hexadecimal digits) of "logits" [windows][predictions][vocabulary], float32;
"other" are the logits of a second model, compared with the file as --kl-divergence does, in float64.
"""

import json
import struct
import sys

import numpy as np

WINDOW, VOCAB, WINDOWS = 8, 11, 2
PREDICTIONS = WINDOW - 1 - WINDOW // 2


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def pack(logits: np.ndarray) -> bytes:
    highest = np.float32(logits.max())
    lowest = max(np.float32(logits.min()), np.float32(highest - 16))
    log_sum = np.float32(np.log(np.exp(logits - highest, dtype=np.float32).astype(np.float64).sum()))
    scale = np.float32((highest - lowest) / np.float32(65535))
    words = np.zeros(2 * ((VOCAB + 1) // 2), np.uint16)
    if scale:
        inverse = np.float32(1) / scale
        steps = np.rint(inverse * (logits - lowest)).astype(np.int64)
        words[:VOCAB] = np.where(logits > lowest, steps, 0).astype(np.uint16)
    return struct.pack("<ff", scale, np.float32(lowest - highest - log_sum)) + words.tobytes()


def compare(packed: bytes, logits: np.ndarray, target: int) -> dict:
    scale, lowest = struct.unpack("<ff", packed[:8])
    words = np.frombuffer(packed[8:], np.uint16)[:VOCAB].astype(np.float64)
    base = scale * words + lowest
    log_q = log_softmax(logits)
    counted = base > -16
    kl = float((np.exp(base) * (base - log_q))[counted].sum())
    return {
        "kl": kl,
        "nll": float(-log_q[target]),
        "base_nll": float(-base[target]),
        "same_top": bool(base.argmax() == log_q.argmax()),
    }


def main() -> None:
    random = np.random.default_rng(18)
    tokens = random.integers(0, VOCAB, (WINDOWS, WINDOW), dtype=np.int32)
    logits = (random.standard_normal((WINDOWS, PREDICTIONS, VOCAB)) * 3).astype(np.float32)
    logits[0, 0, 4] = -40  # below the floor
    logits[0, 1] = 2.5  # all the same
    other = (logits + random.standard_normal(logits.shape) * 0.5).astype(np.float32)
    data = b"_logits_" + struct.pack("<Iii", WINDOW, VOCAB, WINDOWS) + tokens.tobytes()
    compared = []
    for window in range(WINDOWS):
        for i in range(PREDICTIONS):
            packed = pack(logits[window, i])
            data += packed
            target = int(tokens[window, WINDOW // 2 + 1 + i])
            compared.append(compare(packed, other[window, i], target))
    result = {
        "file": data.hex(),
        "tokens": tokens.tolist(),
        "logits": logits.tolist(),
        "other": other.tolist(),
        "compared": compared,
    }
    json.dump(result, sys.stdout, indent=0)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
