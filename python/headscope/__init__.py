"""Headscope from Python: how similar attention heads are, what merging them costs, as arrays and dicts.

    import headscope

    model = headscope.open("path/to/model")      # a folder, a GGUF file, or nothing for the demo model
    matrices = model.similarity("qk-circuit")    # {layer: array of [heads, heads]}
    plan = model.plan(0.98)                      # what merging at this threshold changes
    result = model.evaluate([0.98, 0.99], max_windows=20)
    sweep = model.run("batch", thresholds=[0.98, 0.99], output_dir="results")

Every call starts the `headscope` program and reads its JSON lines; arguments are the program's options.
"""

from importlib.metadata import PackageNotFoundError, version

from headscope.errors import (
    BadInput,
    Cancelled,
    DeviceError,
    Error,
    InternalError,
    OutOfMemory,
    ProgramMissing,
    Unsupported,
    UsageError,
)
from headscope.model import Model, open
from headscope.program import events, program_path, run

try:
    __version__ = version("headscope")
except PackageNotFoundError:  # a source tree on the path
    __version__ = "0"

__all__ = [
    "BadInput",
    "Cancelled",
    "DeviceError",
    "Error",
    "InternalError",
    "Model",
    "OutOfMemory",
    "ProgramMissing",
    "Unsupported",
    "UsageError",
    "__version__",
    "events",
    "open",
    "program_path",
    "run",
]
