"""Environment, `.env` files and `${VAR}`: an empty variable counts as unset everywhere."""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotenv.parser import parse_stream

_REFERENCE = re.compile(r"\$(\$)?\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_UNESCAPED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}")
_SECRET = re.compile(
    r"(?:^|_)(?:api_?key|key|token|secret|password|passwd|credentials?)(?:_?\d+)?$", re.I
)
"""`HF_TOKEN` and `DB_PASSWORD_2` are secrets, `MAX_TOKENS` and `KEYMAP` are none."""
_MAX_BYTES = 1_000_000


def substitute(text: str, variables: Mapping[str, str]) -> tuple[str, list[str]]:
    """Fill in `${VAR}` and `${VAR:-default}`; gives also the names that are unset without one.

    `$${VAR}` stands for a literal `${VAR}`.
    """
    unset: list[str] = []

    def fill(match: re.Match[str]) -> str:
        escaped, name, default = match.groups()
        if escaped:
            return match.group()[1:]
        if value := variables.get(name):
            return value
        if default is None:
            unset.append(name)
            return ""
        return str(default)

    return _REFERENCE.sub(fill, text), unset


def literal(text: str) -> str:
    """A text that `substitute` gives back as this one: its `${VAR}` are no references."""
    return _UNESCAPED.sub(lambda match: f"${match[0]}", text)


def references(text: str) -> list[tuple[str, str]]:
    """The references in a text, in order: each as it is written, and the variable's name."""
    found = _REFERENCE.finditer(text)
    return [(match[0], match[2]) for match in found if not match[1]]


def secrets_in(text: str, variables: Mapping[str, str]) -> dict[str, str]:
    """What a text is filled in with by variables whose name says that they hold a secret."""
    return {
        name: value
        for reference, name in references(text)
        if _SECRET.search(name) and (value := substitute(reference, variables)[0])
    }


def gather(environ: Mapping[str, str], folders: Sequence[Path]) -> tuple[dict[str, str], list[str]]:
    """All variables: the environment's, then those of `.env` in each folder, first one wins.

    Gives also what could not be read, for people; never a value.
    """
    variables = {name: value for name, value in environ.items() if value}
    warnings: list[str] = []
    for file in dict.fromkeys(folder.resolve() / ".env" for folder in folders):
        text = _read(file, warnings)
        for binding in parse_stream(io.StringIO(text)):
            if binding.error:
                warnings.append(f"{file}:{binding.original.line}: not understood, skipped")
            elif binding.key and binding.value and binding.key not in variables:
                variables[binding.key] = substitute(binding.value, variables)[0]
    return variables, warnings


def _read(file: Path, warnings: list[str]) -> str:
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as opened:
            return opened.read(_MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        warnings.append(f"{file}: cannot be read: {(error.strerror or '').lower()}")
    except UnicodeDecodeError:
        warnings.append(f"{file}: is not UTF-8, skipped")
    return ""
