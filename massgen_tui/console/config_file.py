"""The agents of a session to a new config file, and never over another one unasked."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from massgen_tui.config.as_file import AsFile, as_file
from massgen_tui.config.model import Config
from massgen_tui.text import one_line

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of it."""

    told: str
    question: str = ""
    """What is asked before it is written over what is there; empty: it is written, or cannot be."""


def usual_name(config: Config) -> str:
    """A name that is free, beside the config, or where one is when there is none."""
    folder = config.path.parent if config.path is not None else Path()
    stem = config.path.stem if config.path is not None else "agents"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return str(next(path for name in names if not (path := folder / f"{name}.yaml").exists()))


def path_of(name: str) -> Path:
    """The file that a typed name means.

    Raises:
        ValueError: it names a folder.
    """
    path = Path(name).expanduser()
    if not name.rpartition("/")[2].strip(". ") or name == "~":
        raise ValueError(f"{one_line(name, 80)} is a folder, and a file is to have a name")
    return path if path.suffix in _ENDINGS else path.with_name(f"{path.name}.yaml")


def save_as(config: Config, name: str, *, over: bool = False, known: Collection[str] = ()) -> Saved:
    """Write a config to a file; with `over` in the place of what is there.

    Args:
        config: what is written.
        name: as it was typed.
        over: the user was asked.
        known: the variables that there are.
    """
    try:
        path, made = path_of(name), as_file(config, known)
        if over:
            _replace(path, made.text)
        else:
            with path.open("x", encoding="utf-8") as file:
                file.write(made.text)
    except FileExistsError:
        if not path.is_file():
            return Saved(f"not saved: {path} is no file")
        return Saved("", _question(path, config))
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Saved(f"not saved: {why}")
    return Saved(_told(path, made))


def _question(path: Path, config: Config) -> str:
    own = config.path is not None and path.resolve() == config.path.resolve()
    gone = (
        "It is the config that this session was opened with:\n"
        "its comments, and what is of no use here, would be gone."
        if own
        else "What it holds would be gone."
    )
    return f"{path} is there already.\n{gone}\n\ny write over it    n leave it as it is"


def _replace(path: Path, text: str) -> None:
    """Put a text in the place of a file, which stays whole until all of it is written.

    Raises:
        OSError: it cannot be written.
    """
    path = path.resolve()  # a link stays one
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        shutil.copymode(path, name)
        Path(name).replace(path)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)


def _told(path: Path, made: AsFile) -> str:
    lines = [f"saved: {path}"]
    if made.variables:
        names = ", ".join(made.variables)
        lines.append(f"no key is written: set {names} in the environment or in .env beside it")
    if made.left_out:
        lines.append(f"without {', '.join(made.left_out)}: not known whole")
    return "\n".join(lines)
