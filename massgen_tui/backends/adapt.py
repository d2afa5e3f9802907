"""The one correction a request gets: what a server says it does not take is left out. Pure."""

import re
from collections.abc import Mapping
from dataclasses import field

from massgen_tui.data_class import dataclass

_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_NEEDED = frozenset({"model", "messages", "stream", "continue_final_message"})
_UNKNOWN = re.compile(
    r"un(?:known|recogni[sz]ed|expected|supported)"
    r"|not (?:supported|permitted|allowed|recogni[sz]ed)"
    r"|extra (?:input|field)s?|additional propert|invalid (?:field|parameter|argument)|forbidden",
    re.I,
)
_VALUE = re.compile(r"unsupported value|invalid value|does not support \S+ with", re.I)


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What an agent's server has shown that it does not take."""

    dropped: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def apply(self, body: Mapping[str, object]) -> dict[str, object]:
        """Give the body without what is not taken; the body itself is not changed."""
        return {
            self.renamed.get(key, key): value
            for key, value in body.items()
            if key not in self.dropped
        }


@dataclass(frozen=True, slots=True)
class Correction:
    """A next try: what is known now, and what the user is told."""

    adaptation: Adaptation
    told: str


def correct(
    status: int, said: str, body: Mapping[str, object], known: Adaptation
) -> Correction | None:
    """How to answer a refusal of `body`; None when it names nothing that we could leave out.

    Only a 400 or 422 is one. The token limit is renamed, anything else is left out; all that the
    message names at once.
    """
    if status not in (400, 422) or _VALUE.search(said):
        return None
    named = [key for key in body if key not in _NEEDED and _names(said, key)]
    if not _UNKNOWN.search(said):
        named = [key for key in named if key == "stream_options"]
    renamed = {
        name: other
        for name, other in _LIMITS.items()
        if name in named and other not in body and name not in known.renamed
    }
    dropped = [key for key in named if key not in renamed]
    if not named:
        return None
    parts = [f"sent again without {_list(dropped)}, and so from now on"] if dropped else []
    parts += [f"`{name}` sent as `{other}`" for name, other in renamed.items()]
    told = f"the server refused {_list(named)} ({status}): {'; '.join(parts)}"
    return Correction(Adaptation(known.dropped.union(dropped), {**known.renamed, **renamed}), told)


def _list(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _names(said: str, key: str) -> bool:
    """Whether a message names a parameter; an ordinary word must stand in quotes or in a path."""
    word = re.escape(key)
    if "_" in key:
        return re.search(rf"(?<![\w-]){word}(?![\w-])", said) is not None
    quoted = rf"[\"'`]{word}[\"'`]"
    path = rf"(?:body\.|(?:field|parameter|argument|supplied|property)s?:? ){word}(?![\w-])"
    return re.search(f"{quoted}|{path}", said, re.I) is not None
