"""What an answer says that it rests on, out of the chunks of its stream, wherever a server puts it.

Whole lists, again in each chunk: `citations` and `search_results` (Perplexity; xAI the first
alone). Pieces: `annotations` with `url_citation` (OpenAI, OpenRouter), the results in
`executed_tools` (Groq), Gemini's grounding, under the names that its gateways give it.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit, urlunsplit

from massgen_tui.backends.events import Source
from massgen_tui.text import clean, one_line

MAX_SOURCES = 100
MAX_ADDRESS = 2048
"""Characters of an address; a longer one is left out, since a part of it leads elsewhere."""
_MAX_TITLE = 200
_GROUNDING = (
    "grounding_metadata",
    "groundingMetadata",
    "vertex_ai_grounding_metadata",  # LiteLLM
)
_CHUNKS = ("grounding_chunks", "groundingChunks")
_TOLD = frozenset(
    ("citations", "search_results", "annotations", "executed_tools", "extra_content", *_GROUNDING)
)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?|[0-9a-f:.]*:[0-9a-f:.]*")
# What `clean` lets pass: marks of direction, and what has no width, which tells addresses apart
# that look the same.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2065]")
_MARKS = re.compile("[\u061c\u200e\u200f]")
Place = Mapping[str, object]


def _silent(place: Place) -> bool:
    """Whether a chunk or a choice names none; asked of every token, so it costs next to nothing."""
    if "message" in place or not _TOLD.isdisjoint(place):
        return False
    delta = place.get("delta")
    return not isinstance(delta, dict) or _TOLD.isdisjoint(delta)


class SourceReader:
    """The sources of one answer."""

    __slots__ = ("_cited", "_more", "_results", "found")

    def __init__(self) -> None:
        self.found: tuple[Source, ...] = ()
        """All that are known, as they are numbered now."""
        self._cited: list[object] = []
        self._results: list[object] = []
        self._more: dict[str, str | None] = {}

    def read(self, chunk: Place, choice: Place | None) -> bool:
        """Take in one chunk and the choice in it; tells whether the sources changed."""
        if _silent(chunk) and (choice is None or _silent(choice)):
            return False
        told = False
        for place in (chunk, choice or {}):
            for inner in (place, place.get("delta"), place.get("message")):
                if isinstance(inner, dict) and not _TOLD.isdisjoint(inner):
                    told = self._take(inner) or told
        if not told:
            return False
        before, self.found = self.found, self._numbered()
        return self.found != before

    def _take(self, place: Place) -> bool:
        cited, results = place.get("citations"), place.get("search_results")
        told = False
        if isinstance(cited, list) and cited and cited != self._cited:
            self._cited, told = cited[:MAX_SOURCES], True
        if isinstance(results, list) and results and results != self._results:
            self._results, told = results[:MAX_SOURCES], True
        for item in _pieces(place):
            told = self._add(item) or told
        return told

    def _add(self, item: object) -> bool:
        url, title = address(item), title_of(item)
        if url is None or (url not in self._more and len(self._more) >= MAX_SOURCES):
            return False
        self._more[url] = title or self._more.get(url)
        return True

    def _numbered(self) -> tuple[Source, ...]:
        """Each address once. What the text calls `[3]` is the third of the list it was sent with.

        Those that only a piece told follow in the order in which they came.
        """
        numbers: dict[str, int] = {}
        titles: dict[str, str] = {}
        listed = self._cited or self._results
        rest = [(address(item), title_of(item)) for item in self._results]
        for n, item in enumerate(listed, 1):
            if (url := address(item)) is not None:
                numbers.setdefault(url, n)
                titles.setdefault(url, title_of(item) or "")
        last = len(listed)
        for found, title in [*rest, *self._more.items()]:
            if found is None:
                continue
            if found not in numbers:
                last += 1
                numbers[found] = last
            titles[found] = titles.get(found) or title or ""
        sources = (Source(n, titles.get(url) or None, url) for url, n in numbers.items())
        return tuple(sources)[:MAX_SOURCES]


def _pieces(place: Place) -> Iterator[object]:
    """What a chunk tells piece by piece: values with an address, and perhaps a title."""
    for note in _dicts(place.get("annotations")):
        if note.get("type") == "url_citation" or "url_citation" in note:
            # OpenAI's Responses API has the address in the annotation itself
            yield note.get("url_citation") or note
    for tool in _dicts(place.get("executed_tools")):
        for name in ("search_results", "browser_results"):
            results = tool.get(name)
            yield from _dicts(results.get("results") if isinstance(results, dict) else results)
    extra = place.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    for holder in (place, google if isinstance(google, dict) else {}):
        for name in _GROUNDING:
            yield from _grounds(holder.get(name))


def _grounds(grounding: object) -> Iterator[object]:
    wrapped = [grounding] if isinstance(grounding, dict) else grounding
    for one in _dicts(wrapped):
        for name in _CHUNKS:
            for ground in _dicts(one.get(name)):
                yield ground.get("web") or ground.get("retrievedContext") or ground.get("maps")


def _dicts(values: object) -> Iterator[dict[str, object]]:
    items = values[: 10 * MAX_SOURCES] if isinstance(values, list) else ()
    return (item for item in items if isinstance(item, dict))


def title_of(item: object) -> str | None:
    """The title beside an address: one line, nothing that acts on a terminal or turns the text."""
    title = item.get("title") if isinstance(item, dict) else None
    if not isinstance(title, str):
        return None
    return one_line(_MARKS.sub("", title[: 16 * _MAX_TITLE]), _MAX_TITLE) or None


def address(item: object) -> str | None:
    """The address in a source, fit to be shown; None where it holds none of http or https.

    Whose page it is can be seen: no user or password stands before the host, and the host is in
    letters that cannot be mistaken (punycode).
    """
    if isinstance(item, dict):
        item = next((item[key] for key in ("url", "uri", "link") if item.get(key)), None)
    if not isinstance(item, str) or len(item) > MAX_ADDRESS:
        return None
    text = re.sub(r"\s", "%20", _UNSEEN.sub("", clean(re.sub(r"[\t\r\n]", "", item.strip()))))
    # browsers take a backslash for a slash: what stands before it is the host
    text = re.sub(r"^[^?#]*", lambda found: found[0].replace("\\", "/"), text)
    try:
        parts = urlsplit(text)
        host, port = _host(parts), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    where = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, where, parts.path, parts.query, parts.fragment))


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not _HOST.fullmatch(host):
        return ""
    return f"[{host}]" if ":" in host else host
