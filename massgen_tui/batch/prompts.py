"""A file of prompts: checked whole, line by line, and read again one prompt at a time."""

import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import BinaryIO, TypeVar

from massgen_tui.backends.call import Message, Role
from massgen_tui.text import one_line

_T = TypeVar("_T")
ROLES: tuple[Role, ...] = ("system", "user", "assistant")
LONGEST_ID = 200
_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SHOWN = 60
"""Characters of what is wrong that are told."""


class PromptsError(ValueError):
    """A file of prompts cannot be used; says where, and why."""


@dataclass(frozen=True)
class Prompt:
    """One prompt."""

    id: str
    messages: tuple[Message, ...]
    expect: str | None = None
    """What the answer is to hold."""
    expect_regex: re.Pattern[str] | None = None
    """What is to be found in the answer."""

    @property
    def text(self) -> str:
        """What is asked last, for people."""
        return self.messages[-1].content

    @cached_property
    def digest(self) -> str:
        """Names what is asked: another prompt has another one."""
        said = json.dumps([(one.role, one.content) for one in self.messages])
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def judged(self) -> bool:
        """It says what the answer is to be like."""
        return self.expect is not None or self.expect_regex is not None

    def passes(self, answer: str) -> bool:
        """Whether an answer is what is expected."""
        if self.expect is not None and self.expect not in answer:
            return False
        return self.expect_regex is None or self.expect_regex.search(answer) is not None


class Prompts:
    """The prompts of a file, of which one is in memory at a time."""

    def __init__(self, file: BinaryIO, *, named: str = "", as_json: bool | None = None) -> None:
        """Read the file once, and check each line of it.

        Args:
            file: can be read from any place; stays open as long as prompts are wanted.
            named: what the file is called in errors.
            as_json: whether each line is an object of JSON; None: its first line tells.

        Raises:
            PromptsError: it holds no prompt, or one that cannot be used.
        """
        self._file = file
        self._named = named or "the file of prompts"
        self._offsets = array("q")
        self._numbers = array("l")
        self._json = as_json
        self.places: dict[str, int] = {}
        """Where each id stands among the prompts, from 0."""
        self.judged = False
        """Some prompt says what its answer is to be like."""
        for offset, number, line in self._lines():
            self._take(offset, number, line)
        if not self.places:
            raise PromptsError(f"{self._named} holds no prompt")

    def __len__(self) -> int:
        return len(self._offsets)

    def __getitem__(self, place: int) -> Prompt:
        self._file.seek(self._offsets[place])
        return self._parsed(self._file.readline(), self._numbers[place])

    def __iter__(self) -> Iterator[Prompt]:
        return (self[place] for place in range(len(self)))

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        self._file.seek(0)
        start = self._file.read(3)
        if start.startswith(_WIDE):
            raise PromptsError(f"{self._named} is in UTF-16: it must be UTF-8")
        offset = len(_BOM) if start == _BOM else 0
        self._file.seek(offset)
        number = 0
        while line := self._file.readline():
            number += 1
            if line.strip():
                yield offset, number, line
            offset += len(line)

    def _take(self, offset: int, number: int, line: bytes) -> None:
        if self._json is None:
            self._json = _is_prompt(line)
        prompt = self._parsed(line, number)
        if (place := self.places.get(prompt.id)) is not None:
            first = self._numbers[place]
            shown = one_line(prompt.id, _SHOWN)
            raise self._error(number, f"the id {shown!r} is that of line {first} too")
        self.places[prompt.id] = len(self._offsets)
        self._offsets.append(offset)
        self._numbers.append(number)
        self.judged = self.judged or prompt.judged

    def _parsed(self, line: bytes, number: int) -> Prompt:
        try:
            text = line.decode("utf-8").removesuffix("\n").removesuffix("\r")
            if not self._json:
                return Prompt(f"line:{number}", (Message("user", text),))
            return prompt_of(json.loads(text), f"line:{number}")
        except UnicodeDecodeError as error:
            raise self._error(number, f"byte {error.start + 1} is not UTF-8") from None
        except json.JSONDecodeError as error:
            raise self._error(number, f"no JSON: {error.msg}, column {error.colno}") from None
        except RecursionError:
            raise self._error(number, "it is nested too deeply") from None
        except ValueError as error:
            raise self._error(number, str(error)) from None

    def _error(self, number: int, words: str) -> PromptsError:
        return PromptsError(f"{self._named}: line {number}: {words}")


class OnePrompt:
    """A prompt of the command line, as if it were a file's only one."""

    ID = "prompt"

    def __init__(self, text: str) -> None:
        """Hold this one."""
        self._prompt = Prompt(self.ID, (Message("user", text),))
        self.places = {self.ID: 0}
        self.judged = False

    def __len__(self) -> int:
        return 1

    def __getitem__(self, place: int) -> Prompt:
        return self._prompt


def _is_prompt(line: bytes) -> bool:
    """Whether a file's first line is an object that holds a prompt."""
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and not {"prompt", "messages"}.isdisjoint(first)


def prompt_of(value: object, otherwise: str) -> Prompt:
    """A prompt of what a line says; `otherwise` is its id where it names none.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, dict):
        raise ValueError("an object with `prompt` or `messages` is expected")
    prompt, messages = value.get("prompt"), value.get("messages")
    if (prompt is None) == (messages is None):
        raise ValueError("either `prompt` or `messages` is expected")
    said = (_asked(prompt),) if messages is None else tuple(_messages(messages))
    expect = _of(value, "expect", str)
    regex = _of(value, "expect_regex", _pattern)
    return Prompt(_id(value.get("id"), otherwise), said, expect, regex)


def _asked(prompt: object) -> Message:
    if not isinstance(prompt, str) or not prompt.strip():
        raise ValueError("`prompt` must be a text that is not empty")
    return Message("user", prompt)


def _id(value: object, otherwise: str) -> str:
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("`id` must be a text or a whole number")
    id = str(value)
    if not id.strip() or len(id) > LONGEST_ID or one_line(id, LONGEST_ID) != id:
        raise ValueError(f"`id` must be one line of 1 to {LONGEST_ID} characters")
    return id


def _messages(value: object) -> Iterator[Message]:
    if not isinstance(value, list) or not value:
        raise ValueError("`messages` must be a list that is not empty")
    for number, one in enumerate(value, 1):
        if not isinstance(one, Mapping) or one.get("role") not in ROLES:
            raise ValueError(f"message {number}: `role` must be one of {', '.join(ROLES)}")
        if unknown := set(one) - {"role", "content"}:
            raise ValueError(f"message {number}: `{sorted(unknown)[0]}` is not taken")
        yield Message(one["role"], _content(one.get("content"), number))


def _content(value: object, number: int) -> str:
    if isinstance(value, list):
        texts = [one.get("text") for one in value if isinstance(one, Mapping)]
        kinds = {one.get("type") for one in value if isinstance(one, Mapping)}
        if len(texts) == len(value) and kinds <= {"text"}:
            value = "".join(text for text in texts if isinstance(text, str))
    if not isinstance(value, str) or not value:
        raise ValueError(f"message {number}: `content` must be a text that is not empty")
    return value


def _of(value: Mapping[str, object], key: str, made: Callable[[str], _T]) -> _T | None:
    said = value.get(key)
    if said is None:
        return None
    if not isinstance(said, str):
        raise ValueError(f"`{key}` must be a text")
    return made(said)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"`expect_regex` is no regular expression: {error}") from None
