"""Running out of files: the limit is raised, children keep theirs, and it is told as ours."""

import errno
import json
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from massgen_tui.backends.errors.network import cause_of
from massgen_tui.backends.events import ErrorKind
from massgen_tui.descriptors import as_before, exhausted
from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.looking import pulse_of
from massgen_tui.monitor.status import ServerState
from massgen_tui.session.outcome import may_wait
from massgen_tui.session.session import Session
from tests.support.fakes import Backends, config_of

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")


def limited(soft: int, hard: int, body: str) -> list[object]:
    """What a few lines tell in a process that may have so many files open."""
    limits = f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$@"'
    done = subprocess.run(
        ["/bin/sh", "-c", limits, "sh", sys.executable, "-c", textwrap.dedent(body)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("soft", "hard"), [(64, 300), (300, 300)])
def test_the_limit_is_raised_as_far_as_it_goes_and_children_keep_theirs(
    soft: int, hard: int
) -> None:
    told = limited(
        soft,
        hard,
        """
        import resource, subprocess
        from massgen_tui.descriptors import as_before, raise_limit
        raise_limit()
        raise_limit()
        print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], flush=True)
        subprocess.run(as_before(["/bin/sh", "-c", 'ulimit -Sn; ulimit -Hn; echo "[\\\\"$1\\\\"]"',
                                  "sh", "a b"]), check=True)
        """,
    )
    assert told == [hard, soft, hard, ["a b"]]


def test_a_command_stays_as_it_is_where_nothing_was_raised() -> None:
    assert as_before(["a", "b c"]) == ["a", "b c"]


KEY = ConnectionKey("h", 1, False, True, None, None, None)
MANY = OSError(errno.EMFILE, "Too many open files")


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MANY, "too many open files here, ulimit -n is "),
        (aiohttp.ClientConnectorError(KEY, MANY), "too many open files here, ulimit -n is "),
        (caused(ImportError("no module"), MANY), "too many open files here, ulimit -n is "),
        (ExceptionGroup("all", [ConnectionRefusedError(), MANY]), "too many open files here"),
        (OSError(errno.ENFILE, "Too many open files in system"), "too many open files on this mac"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), ""),
        (socket.gaierror(socket.EAI_NONAME, "no such host"), ""),
        (socket.gaierror(errno.EMFILE, "a number of its own"), ""),
        (ImportError("no module"), ""),
    ],
)
def test_what_says_that_there_are_too_many_files(error: BaseException, words: str) -> None:
    told = exhausted(error)
    assert told.startswith(words)
    assert bool(told) == bool(words)


def test_a_request_that_got_no_socket_is_not_the_server_s_fault() -> None:
    cause = cause_of(aiohttp.ClientConnectorError(KEY, MANY), "http://h:1/v1", opened=False)
    assert (cause.kind, cause.retried) == (ErrorKind.UNREACHABLE, True)
    assert cause.message.startswith("too many open files here")
    assert "ulimit" in cause.hint


async def test_a_prompt_that_got_no_socket_waits_for_no_server() -> None:
    cause = cause_of(aiohttp.ClientConnectorError(KEY, MANY), "http://h:1/v1", opened=False)
    refused = cause_of(
        ConnectionRefusedError(errno.ECONNREFUSED, ""), "http://h:1/v1", opened=False
    )
    waits = []
    for one in (cause, refused):
        session = Session(config_of("a"), backend_for=Backends(a=[[one.error()]]))
        session.ask("hi")
        await session.wait()
        attempt = session.agents[0].current
        assert attempt is not None
        waits.append(may_wait(attempt))
        await session.aclose()
    assert waits == [False, True]


def test_a_look_that_got_no_socket_says_nothing_of_the_server() -> None:
    pulse = pulse_of(Answer(fault=Fault.OURS, words="too many open files here"))
    assert (pulse.state, pulse.unanswered, pulse.refused) == (ServerState.UNKNOWN, False, False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/health", "http://localhost:9/health"])
def test_probes_and_names_without_any_file_left_are_told_as_ours(url: str) -> None:
    (told,) = limited(
        64,
        64,
        f"""
        import asyncio, json, os
        from massgen_tui.monitor.fetch import Fetcher
        async def main():
            fetcher = Fetcher()
            await fetcher.get({url!r})
            taken = []
            try:
                while True:
                    taken.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                pass
            answer = await fetcher.get({url!r})
            for one in taken:
                os.close(one)
            await fetcher.aclose()
            print(json.dumps([answer.fault, answer.words]))
        asyncio.run(main())
        """,
    )
    assert told == ["ours", "too many open files here, ulimit -n is 64"]
