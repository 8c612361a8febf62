"""Starts the `headscope` program and reads its JSON lines."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from headscope.errors import Error, InternalError, ProgramMissing, error_of

Event = dict[str, Any]
"""One JSON line of the program: `event` names its kind, such as `progress`, `similarity` or `result`."""

_BUNDLED = Path(__file__).parent / "native"
_WITHOUT_RESULT = {"progress", "note", "partial"}
_SECONDS_TO_STOP = 20.0


def bundled_program() -> Path:
    """The program in this package."""
    bundled = _BUNDLED / "bin" / "headscope"
    if not bundled.is_file():
        raise ProgramMissing(
            f"{bundled}: the program is not in this package; install a wheel of Headscope that has it, "
            "or set HEADSCOPE_PROGRAM to a build",
            3,
        )
    return bundled


def program_path() -> Path:
    """The program that calls start: $HEADSCOPE_PROGRAM, or the one in this package."""
    named = os.environ.get("HEADSCOPE_PROGRAM")
    if not named:
        return bundled_program()
    found = shutil.which(named)
    if found is None:
        raise ProgramMissing(f"{named}: no such program; correct the variable HEADSCOPE_PROGRAM", 3)
    return Path(found)


def program_environment() -> dict[str, str]:
    """The environment of the program: one that comes in this package finds the torch of this Python."""
    environment = dict(os.environ)
    if "HEADSCOPE_TORCH" not in environment and "HEADSCOPE_PROGRAM" not in environment:
        torch = find_spec("torch")
        if torch is not None and torch.origin is not None:
            environment["HEADSCOPE_TORCH"] = str(Path(torch.origin).parent)
    return environment


def option_text(value: Any) -> str:  # noqa: ANN401 - whatever an option can be given
    """A value as the command line takes it: lists with commas, mappings as key:value or NAME=FILE."""
    if isinstance(value, Mapping):
        return ",".join(
            f"{key}{'=' if isinstance(key, str) else ':'}{option_text(item)}" for key, item in value.items()
        )
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if hasattr(value, "tolist"):  # numpy's arrays and scalars
        value = value.tolist()
    if isinstance(value, (list, tuple, range)):
        return ",".join(option_text(item) for item in value)
    return str(value)


def arguments_of(options: Mapping[str, Any]) -> list[str]:
    """`max_windows=20` as `--max_windows=20`; True as a flag; None and False as nothing."""
    arguments = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        arguments.append(f"--{name}" if value is True else f"--{name}={option_text(value)}")
    return arguments


def events(command: str, *values: object, **options: object) -> Iterator[Event]:
    """Runs a command and yields its JSON lines as they come, progress included.

    `values` are what the command takes without a name; `options` are its options, underscores as in the
    command-line reference. Raises a headscope.Error with the program's text where it fails. Closing the
    iterator early, as `break` does, stops the program as Ctrl-C would.
    """
    # Text that looks like an option stays a value: what has no name comes last.
    tail = ["--", *(option_text(value) for value in values)] if values else []
    line = [str(program_path()), command, "--json", *arguments_of(options), *tail]
    with tempfile.TemporaryFile() as standard_error:
        process = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=standard_error,
            env=program_environment(),
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C reaches it once, through _stop
        )
        try:
            failure = yield from _lines(process)
            process.wait()
        finally:
            _stop(process)
        if process.returncode != 0:
            raise _failure(failure, standard_error, process.returncode)


def run(
    command: str, *values: object, progress: Callable[[Event], None] | None = None, **options: object
) -> Event:
    """Runs a command to its end and returns its last line, which for most commands is the result.

    `progress` is called with each line as it comes. What has a line for each layer, such as `similarity`,
    is read with `events`, or with the methods of a Model.
    """
    last: Event | None = None
    for event in events(command, *values, **options):
        if progress is not None:
            progress(event)
        if event.get("event") not in _WITHOUT_RESULT:
            last = event
    if last is None:
        raise InternalError(f"headscope {command} ended without a result")
    return last


def _lines(process: "subprocess.Popen[str]") -> Iterator[Event]:
    """Yields all lines but errors; returns the error line, if one came."""
    failure: Event = {}
    assert process.stdout is not None
    for text in process.stdout:
        event = json.loads(text)
        if event.get("event") in {"error", "cancelled"}:
            failure = event
        else:
            yield event
    return failure


def _stop(process: "subprocess.Popen[str]") -> None:
    """Ends what still runs, first as Ctrl-C does: finished work stays in the output folder."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _failure(line: Event, standard_error: IO[bytes], exit_code: int) -> Error:
    standard_error.seek(0)
    printed = standard_error.read().decode("utf-8", "replace").strip()
    text = line.get("message") or printed or f"the headscope program ended with status {exit_code}"
    code = "cancelled" if line.get("event") == "cancelled" else line.get("code")
    return error_of(code, text, exit_code)
