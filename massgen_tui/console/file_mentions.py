"""Files that a prompt names: `@./notes.md` becomes the text of that file, as a fenced block.

A file is only read, once the prompt is sent, and what it costs is told before.
"""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from massgen_tui.session.mentions import Mention, file_mentions
from massgen_tui.text import clean, one_line

LIMIT = 1_000_000
"""Bytes that the files of one prompt may hold together."""
ASKED_FROM = 10_000
"""Tokens from which enter is to be pressed twice."""
_BYTES_A_TOKEN = 4
"""Of English text and of code, by rule of thumb; UTF-8 makes it fair to other scripts."""
_MOST = 50
"""Files that are told of while one types."""
_LISTED = 200
"""Names that completion looks at, at most."""
_PUNCTUATION = ".,;:!?)]}'\""
_LANGUAGES = {
    "bash": "bash", "cjs": "javascript", "htm": "html", "js": "javascript", "jsx": "jsx",
    "kt": "kotlin", "md": "markdown", "mjs": "javascript", "pl": "perl", "py": "python",
    "pyi": "python", "rb": "ruby", "rs": "rust", "sh": "bash", "ts": "typescript", "txt": "text",
    "yml": "yaml", "zsh": "zsh",
}  # fmt: skip
"""What a fence calls the language, where that is not the suffix."""

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
"""What has become a pipe must not hold the keys up."""

Signature = tuple[int, int, int]
"""Inode, size and time of change: another one is another text."""


class FileProblemError(ValueError):
    """Why a prompt is not sent as it stands, as a sentence."""


class _Found(NamedTuple):
    mention: Mention
    path: Path
    signature: Signature

    @property
    def size(self) -> int:
        """Bytes."""
        return self.signature[1]


class FileMentions:
    """The files that prompts name, and what was told of them."""

    def __init__(self) -> None:
        """Nothing was named yet."""
        self._shown: dict[Path, Signature] = {}
        self._asked: dict[Path, Signature] = {}
        self._pasted: set[str] = set()

    def pasted(self, text: str) -> None:
        """Ask about the files that this text names: whoever pasted it may not have read it."""
        self._pasted.update(one.name for one in file_mentions(text) if not one.plain)

    def note(self, text: str) -> str:
        """What is to be told of the files that a draft names; empty: nothing."""
        found = []
        for mention in file_mentions(text)[:_MOST]:
            if not mention.plain:
                try:
                    found.append(_find(text, mention))
                except FileProblemError:
                    continue  # it may be that it is still being typed
        for one in found:
            self._shown[one.path] = one.signature
        return _told(found) if found else ""

    def insert(self, text: str) -> str:
        """A prompt with the files that it names as fenced blocks.

        One that stands alone on its line is put there; of others the name stays, and the block
        comes at the end.

        Raises:
            FileProblemError: it cannot be sent so, or is not to be without another enter.
        """
        mentions = file_mentions(text)
        if not mentions:
            return text
        found = [_find(text, mention) for mention in mentions if not mention.plain]
        size = sum(one.size for one in {one.path: one for one in found}.values())
        if size > LIMIT:
            raise FileProblemError(
                f"not sent: {_told(found)} is too much: the files of a prompt may have"
                f" {_bytes(LIMIT)} together"
            )
        blocks = {one.path: _block(one) for one in found}
        self._ask_about(found)
        return _joined(text, mentions, {one.mention.start: one for one in found}, blocks)

    def completions(self, typed: str) -> list[str]:
        """The paths that what was typed behind `@` may become; folders end in `/`."""
        folder, _, begun = typed.rpartition("/")
        folder += "/" if "/" in typed else ""
        try:
            with os.scandir(Path(folder or ".").expanduser()) as entries:
                names = [
                    f"{folder}{entry.name}{'/' if _is_folder(entry) else ''}"
                    for entry in entries
                    if entry.name.startswith(begun)
                    and (begun or not entry.name.startswith("."))
                    # without a slash the word could be an agent's, or a dot file's
                    and (folder or begun.startswith(".") or _is_folder(entry))
                ]
        except (OSError, ValueError, RuntimeError):
            return []
        # what a prompt cannot hold, or no word of it could name
        return sorted(name for name in names if clean(name) == name and not set(name) & set('\n"'))[
            :_LISTED
        ]

    def _ask_about(self, found: Sequence[_Found]) -> None:
        """Let files that came with a paste, are large or changed be sent at the second enter."""
        changed = [
            one for one in found if self._shown.get(one.path, one.signature) != one.signature
        ]
        large = _tokens(found) >= ASKED_FROM
        asked = [
            one
            for one in found
            if (large or one.mention.name in self._pasted)
            and self._asked.get(one.path) != one.signature
        ]
        for one in found:
            self._shown[one.path] = self._asked[one.path] = one.signature
        if changed:
            name = _shown_name(changed[0].mention.name)
            raise FileProblemError(
                f"not sent yet: {name} has changed since you named it; {_told(found)} now:"
                " enter sends it"
            )
        if asked:
            raise FileProblemError(f"not sent yet: {_told(found)}: enter sends it")


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _find(text: str, mention: Mention) -> _Found:
    """The file that is meant: a sentence's full stop behind a name is none of it.

    Raises:
        FileProblemError: there is none that can be sent.
    """
    short = mention.name.rstrip(_PUNCTUATION)
    if text[mention.end - 1] != '"' and short != mention.name and not _there(mention.name):
        cut = len(mention.name) - len(short)
        mention = mention._replace(end=mention.end - cut, name=short)
    name = _shown_name(mention.name)
    try:
        path = Path(mention.name).expanduser()
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError, RuntimeError):
        raise FileProblemError(
            f"not sent: there is no file {name}; @@{name} is plain text"
        ) from None
    except OSError as error:
        raise FileProblemError(f"not sent: {name} cannot be read: {error.strerror}") from None
    if stat.S_ISDIR(status.st_mode):
        raise FileProblemError(
            f"not sent: {name} is a directory: name a file in it, tab lists them;"
            f" @@{name} is plain text"
        )
    if not stat.S_ISREG(status.st_mode):
        raise FileProblemError(f"not sent: {name} is a device or a pipe, not a file of text")
    return _Found(mention, path, _signature(status))


def _there(name: str) -> bool:
    try:
        return Path(name).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _block(found: _Found) -> str:
    """A file as a fenced block under its name.

    Raises:
        FileProblemError: it cannot be read as text.
    """
    name = _shown_name(found.mention.name)
    try:
        with os.fdopen(os.open(found.path, _READ), "rb") as file:
            data = file.read(LIMIT + 1)
            after = _signature(os.fstat(file.fileno()))
    except OSError as error:
        raise FileProblemError(f"not sent: {name} cannot be read: {error.strerror}") from None
    if data and not found.size and after == found.signature:
        raise FileProblemError(
            f"not sent: {name} tells no size, as files of the system do: copy it to another one"
        )
    if after != found.signature or len(data) != found.size:
        raise FileProblemError(f"not sent: {name} changed while it was read: enter tries again")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise FileProblemError(f"not sent: {name} is no text in UTF-8")
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{name}:\n{fence}{_language(found.path)}\n{text}{end}{fence}"


def _joined(
    text: str,
    mentions: Sequence[Mention],
    found: dict[int, _Found],
    blocks: dict[Path, str],
) -> str:
    """The text with each block once: in its place, or at the end."""
    parts, at, left = [], 0, dict(blocks)
    for mention in mentions:
        one = found.get(mention.start)
        start, end = mention.start, one.mention.end if one else mention.end
        parts.append(text[at:start])
        if one is None:
            parts.append(text[start + 1 : end])
        elif _alone(text, start, end) and one.path in left:
            parts.append(left.pop(one.path))
        else:
            parts.append(_shown_name(one.mention.name))
        at = end
    whole = "".join([*parts, text[at:]]).rstrip()
    return "\n\n".join([whole, *left.values()])


def _alone(text: str, start: int, end: int) -> bool:
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return not (before + text[end:].partition("\n")[0]).strip()


def _language(path: Path) -> str:
    suffix = path.suffix[1:].lower() or path.name.lower()
    language = _LANGUAGES.get(suffix, suffix)
    return language if re.fullmatch(r"[a-z0-9+#-]{1,20}", language) else ""


def _told(found: Sequence[_Found]) -> str:
    """The files and how many tokens they are, about."""
    names = list(dict.fromkeys(_shown_name(one.mention.name) for one in found))
    named = names[0] if len(names) == 1 else f"{len(names)} files"
    return f"{named} ({_bytes(_size(found))}, about {_tokens(found):,} tokens)"


def _size(found: Sequence[_Found]) -> int:
    return sum({one.path: one.size for one in found}.values())


def _tokens(found: Sequence[_Found]) -> int:
    return -(-_size(found) // _BYTES_A_TOKEN)


def _bytes(size: int) -> str:
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _shown_name(name: str) -> str:
    return one_line(name, 80)


def _signature(status: os.stat_result) -> Signature:
    return status.st_ino, status.st_size, status.st_mtime_ns
