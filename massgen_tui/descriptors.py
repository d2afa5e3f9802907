"""How many files and sockets this process may have open, and what it means to run out of them.

Each request is a socket; a shell often gives 1024, some containers far less.
"""

import contextlib
import errno
import os
import socket
from collections.abc import Iterator, Sequence

try:
    import resource
except ImportError:  # Windows has no such limit
    _NAME, _limit = None, None
else:
    _NAME, _limit = resource.RLIMIT_NOFILE, resource

_ENOUGH = (1 << 20, 1 << 16, 10_240, 4096)
"""What is tried where the system takes not all that it promises (macOS: 10,240)."""
_OURS = {errno.EMFILE: "here", errno.ENFILE: "on this machine"}
HINT = "let this program open more files (ulimit -n), or ask fewer agents at once"
_CHAIN = 8
"""Exceptions that are looked at, each the cause of the one before."""


class _Before:
    """The limit that this process was started with."""

    soft: int | None = None


def raise_limit() -> None:
    """Let this process open as many files as the system lets; `as_before` spares its children."""
    if _limit is None or _NAME is None:
        return
    soft, hard = _limit.getrlimit(_NAME)
    for wanted in (hard, *_ENOUGH):
        higher = soft != _limit.RLIM_INFINITY and (wanted == _limit.RLIM_INFINITY or wanted > soft)
        if not higher:
            continue
        with contextlib.suppress(OSError, ValueError):
            _limit.setrlimit(_NAME, (wanted, hard))
            _Before.soft = soft
            return


def as_before(command: Sequence[str]) -> list[str]:
    """The command, to be run with the limit that we were given: some programs rely on a low one."""
    if _Before.soft is None:
        return list(command)
    lower = f'ulimit -S -n {_Before.soft}; exec "$@"'
    return ["/bin/sh", "-c", lower, "sh", *command]


def exhausted(error: BaseException) -> str:
    """Say that we ran out of files, if that is what the error comes from; else nothing."""
    where = next((_OURS[number] for number in map(_number, _chain(error)) if number in _OURS), "")
    if not where and any(map(_hidden, _chain(error))):
        where = _none_left()
    return f"too many open files {where}{_told()}" if where else ""


def _told() -> str:
    if _limit is None or _NAME is None:
        return ""
    soft, _ = _limit.getrlimit(_NAME)
    return "" if soft == _limit.RLIM_INFINITY else f", ulimit -n is {soft}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], 0
    while waiting and seen < _CHAIN:
        one = waiting.pop(0)
        seen += 1
        yield one
        inner = (getattr(one, "os_error", None), one.__cause__, one.__context__)
        several = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [each for each in (*inner, *several) if isinstance(each, BaseException)]


def _number(error: BaseException) -> int | None:
    if isinstance(error, socket.gaierror) or not isinstance(error, OSError):
        # a name that is not found has numbers of its own
        return None
    return error.errno


def _hidden(error: BaseException) -> bool:
    """It may come from a file that could not be opened, and does not say so (names, imports)."""
    return isinstance(error, (socket.gaierror, ImportError))


def _none_left() -> str:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return _OURS.get(error.errno or 0, "")
    return ""
