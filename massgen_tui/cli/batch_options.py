"""The options of `run` that ask many prompts, or one of them many times."""

import importlib
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

from massgen_tui.cli.kept import session_named
from massgen_tui.config.model import Config
from massgen_tui.store.locks import is_locked
from massgen_tui.store.reader import NoSessionError

ALONE = ("table", "csv", "md")
"""Formats of many answers."""
TEXT = "text"
"""The format of one."""
_Command = TypeVar("_Command", bound=Callable[..., int])
_LINES = (".jsonl", ".ndjson")
"""Endings of files whose every line is JSON."""


@dataclass(frozen=True, slots=True)
class Many:
    """What the command line says of many answers."""

    prompts: str | None
    concurrency: int | None
    repeat: int | None
    cold: bool
    continued: str | None
    retry_failed: bool

    @property
    def wanted(self) -> bool:
        """Many answers are wanted."""
        return self.prompts is not None or self.repeat is not None

    def check(self, shape: str | None, *, one: bool, coordinate: bool, save: bool) -> None:
        """Refuse what does not go together.

        Args:
            shape: the format; None: none was named.
            one: whether a prompt is given, as a word or by a file.
            coordinate: whether the agents are to agree on an answer.
            save: whether the answers are to be kept.

        Raises:
            click.UsageError: it does not.
        """
        if self.prompts is not None and one:
            raise click.UsageError("--prompts takes the place of PROMPT and --file")
        if not self.wanted:
            self._check_one(shape)
        elif shape == TEXT:
            raise click.UsageError("--format text is for one answer of each agent")
        elif coordinate:
            raise click.UsageError("--coordinate is for one prompt, asked once")
        if self.retry_failed and self.continued is None:
            raise click.UsageError("--retry-failed goes with --continue")
        if self.continued is not None and not save:
            raise click.UsageError("--continue writes to the session: --no-save cannot be")

    def _check_one(self, shape: str | None) -> None:
        if shape in ALONE:
            raise click.UsageError(f"--format {shape} is for --prompts or --repeat")
        if self.concurrency is not None or self.continued is not None:
            raise click.UsageError("--concurrency and --continue go with --prompts or --repeat")


def with_many(command: _Command) -> _Command:
    """Give a command the options of many answers: the fields of `Many`."""
    options = (
        click.option(
            "--prompts", metavar="FILE", help="Ask each prompt of this file: one a line, or JSONL."
        ),
        click.option(
            "--concurrency",
            type=click.IntRange(min=1),
            metavar="N",
            help="With --prompts or --repeat: so many at once, a server; 4 without.",
        ),
        click.option(
            "--repeat", type=click.IntRange(min=1), metavar="N", help="Ask so many times."
        ),
        click.option("--cold", is_flag=True, help="Make no use of the server's prefix cache."),
        click.option(
            "--continue",
            "continued",
            metavar="ID",
            help="Go on in this session: ask what has no answer.",
        ),
        click.option("--retry-failed", is_flag=True, help="With --continue: what failed too."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Common:
    """What one answer and many have in common."""

    shape: str | None
    """The format; None: the default."""
    wait: float | None
    """Seconds that servers may be away; None: the default."""
    agents: tuple[str, ...]
    """Ask these only; empty: all."""
    strict: bool
    """An answer that is not whole counts as one that failed."""
    save: bool


def run_many(config: Config, many: Many, prompt: str, common: Common) -> int:
    """Ask many prompts, or one many times, and give the exit code.

    Args:
        config: with the agents.
        many: what is wanted.
        prompt: the only one, where no file is named.
        common: what else is wanted.

    Raises:
        click.ClickException: the file of prompts or the session cannot be used.
    """
    room = importlib.import_module("massgen_tui.batch.runner")
    rooms = importlib.import_module("massgen_tui.batch.prompts")
    options = room.Options(
        format=common.shape or "table",
        concurrency=many.concurrency or room.CONCURRENCY,
        wait=room.WAIT if common.wait is None else common.wait,
        repeat=many.repeat or 1,
        cold=many.cold,
        agents=common.agents,
        onto=_session(many.continued),
        retry_failed=many.retry_failed,
        strict=common.strict,
        save=common.save,
        again=_again(),
    )
    try:
        if many.prompts is None:
            return int(room.run(config, rooms.OnePrompt(prompt), options))
        with _opened(many.prompts) as file:
            as_json = True if Path(many.prompts).suffix in _LINES else None
            prompts = rooms.Prompts(file, named=many.prompts, as_json=as_json)
            return int(room.run(config, prompts, options))
    except (rooms.PromptsError, NoSessionError) as error:
        raise click.ClickException(str(error)) from None


def _session(name: str | None) -> Path | None:
    if name is None:
        return None
    path = session_named(name)
    if is_locked(path):
        raise click.ClickException(f"session {name} is running: it is being written")
    return path


def _opened(name: str) -> BinaryIO:
    """The file of prompts; what can be read but once is copied to one without a name.

    Raises:
        click.UsageError: it cannot be read.
    """
    try:
        if name != "-" and Path(name).is_file():
            return Path(name).open("rb")
        return _copied(sys.stdin.buffer if name == "-" else Path(name).open("rb"))
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}") from None


def _copied(stream: BinaryIO) -> BinaryIO:
    with stream, ExitStack() as stack:
        copy = stack.enter_context(tempfile.TemporaryFile())
        shutil.copyfileobj(stream, copy)
        stack.pop_all()
        return copy


def _again() -> str:
    """The command line, without the session in which it went on."""
    kept, words = ["massgen-tui"], iter(sys.argv[1:])
    for word in words:
        if word == "--continue":
            next(words, None)
        elif not word.startswith("--continue=") and word != "--retry-failed":
            kept.append(word)
    return shlex.join(kept)
