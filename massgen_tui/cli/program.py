"""Runs a command line, and tells in an exit code how it ended."""

import errno
import gc
import importlib
import os
import sys
import threading
from io import TextIOWrapper

from massgen_tui.cli.opening import is_plain, open_file
from massgen_tui.config.errors import ConfigError
from massgen_tui.exit_codes import CLOSED_PIPE

INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def run() -> None:
    """Run the command line and leave with its exit code; wrong usage and configs are 1."""
    _open_closed()
    _speak_utf_8()
    try:
        code = _run(sys.argv[1:])
    except ConfigError as error:
        print(f"Error: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = CLOSED_PIPE
    except OSError as error:
        code = _unwritten(error)
    _leave(code)


def _unwritten(error: OSError) -> int:
    """The exit code where standard output takes nothing; other faults are raised again."""
    if error.filename is None and error.errno in FULL:
        print(f"standard output cannot be written: {error.strerror}", file=sys.stderr)
    elif error.errno != errno.EIO:  # the terminal has gone: there is nobody to tell
        raise error
    return 1


def _run(words: list[str]) -> int:
    if is_plain(words):
        return open_file(*words)
    gc.enable()
    importlib.import_module("massgen_tui.descriptors").raise_limit()
    run_command = importlib.import_module("massgen_tui.cli.commands").run
    return int(run_command(words))


def _open_closed() -> None:
    """Let streams that were closed before the start (`>&-`, some services) lead nowhere.

    Python has None in their place. `sys.__stderr__` stays None: no console is drawn without it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _speak_utf_8() -> None:
    """Print in UTF-8 whatever the locale says: answers and frames are in no other encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _leave(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            # Its reader has gone: what is left must not be tried again when Python exits.
            _forget(stream.fileno())
    if code > 128 and threading.active_count() > 1:
        # Interrupted: Python would wait for threads that look up names or import.
        os._exit(code)
    sys.exit(code)


def _forget(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
