"""The one correction a request gets: what a server says it does not take is left out. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_NEEDED = frozenset({"model", "messages", "stream"})
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

    Only a 400 or 422 is one. The token limit is renamed, anything else is left out.
    """
    if status not in (400, 422) or _VALUE.search(said):
        return None
    if "stream_options" in body and _names(said, "stream_options"):
        return _without(known, ["stream_options"], status)
    if not _UNKNOWN.search(said):
        return None
    for name, other in _LIMITS.items():
        if name in body and other not in body and _names(said, name) and name not in known.renamed:
            told = f"the server refused `{name}` ({status}): sent again as `{other}`"
            return Correction(replace(known, renamed={**known.renamed, name: other}), told)
    named = [key for key in body if key not in _NEEDED and _names(said, key)]
    return _without(known, named, status) if named else None


def _without(known: Adaptation, keys: list[str], status: int) -> Correction:
    names = ", ".join(f"`{key}`" for key in keys)
    told = f"the server refused {names} ({status}): sent again without, and so from now on"
    return Correction(replace(known, dropped=known.dropped.union(keys)), told)


def _names(said: str, key: str) -> bool:
    """Whether a message names a parameter; an ordinary word must stand in quotes or in a path."""
    word = re.escape(key)
    if "_" in key:
        return re.search(rf"(?<![\w-]){word}(?![\w-])", said) is not None
    quoted = rf"[\"'`]{word}[\"'`]"
    path = rf"(?:body\.|(?:field|parameter|argument|supplied|property)s?:? ){word}(?![\w-])"
    return re.search(f"{quoted}|{path}", said, re.I) is not None
