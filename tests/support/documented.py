"""The commands that the documents show, as they are typed."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

_BLOCKS = re.DOTALL | re.MULTILINE
BLOCK = re.compile(r"^```sh\n(.*?)^```", _BLOCKS)


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a block of commands."""

    text: str
    """Without its comment."""
    at: str
    """File and line."""

    @property
    def words(self) -> list[str]:
        """What the shell makes of it, operators too."""
        words = shlex.shlex(self.text, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        return list(words)


def pages() -> list[Path]:
    """The documents for users."""
    return [Path("README.md"), *sorted(Path("docs").rglob("*.md"))]


def commands(page: Path) -> list[Command]:
    """All lines of all `sh` blocks; one that ends in a backslash goes on in the next."""
    text = page.read_text("utf-8")
    found = []
    for block in BLOCK.finditer(text):
        number = text.count("\n", 0, block.start(1)) + 1
        whole = ""
        for offset, line in enumerate(block[1].splitlines()):
            whole += line.removesuffix("\\")
            if line.endswith("\\"):
                continue
            if bare := without_comment(whole).strip():
                found.append(Command(bare, f"{page}:{number + offset}"))
            whole = ""
    return found


def files(page: Path) -> dict[str, str]:
    """What stands in the page's YAML blocks that begin with a file's name, by that name."""
    blocks = re.findall(r"^```yaml\n# (\S+\.yaml)\n(.*?)^```", page.read_text("utf-8"), _BLOCKS)
    return dict(blocks)


def without_comment(line: str) -> str:
    """A line of shell without its comment; a `#` within quotes or a word begins none."""
    quote = ""
    for place, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#" and (not place or line[place - 1].isspace()):
            return line[:place]
    return line
