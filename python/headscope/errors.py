"""What the program reports, as exceptions. Each carries the program's own sentence."""


class Error(RuntimeError):
    """A command failed. `str(error)` is the program's text; `exit_code` what it returned to the shell."""

    exit_code: int

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class BadInput(Error, ValueError):
    """A file, a tensor or a setting is wrong; the text names it."""


class Unsupported(Error, NotImplementedError):
    """The model is of a kind that Headscope does not read or compute."""


class DeviceError(Error):
    """The device that was asked for is missing or failed."""


class OutOfMemory(Error, MemoryError):
    """The memory of the CPU or the GPU does not suffice."""


class Cancelled(Error):
    """The program was interrupted from outside."""


class UsageError(Error, TypeError):
    """An option is unknown, misses its value, or has one of another kind."""


class InternalError(Error):
    """A fault of Headscope itself, or the program was killed."""


class ProgramMissing(Error, FileNotFoundError):
    """The `headscope` program, or the torch that it needs, is not installed."""


_OF_CODE: dict[str, type[Error]] = {
    "bad_input": BadInput,
    "unsupported": Unsupported,
    "device": DeviceError,
    "out_of_memory": OutOfMemory,
    "cancelled": Cancelled,
    "internal": InternalError,
}
_OF_EXIT: dict[int, type[Error]] = {2: UsageError, 3: BadInput, 4: DeviceError, 130: Cancelled}


def error_of(code: str | None, text: str, exit_code: int) -> Error:
    """The exception for an `error` line with this code, or for an exit code alone."""
    kind = _OF_CODE.get(code or "") or _OF_EXIT.get(exit_code, InternalError)
    return kind(text, exit_code)
