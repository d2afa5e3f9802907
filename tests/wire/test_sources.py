"""Sources of an answer, in the shapes of those that name them; addresses that are fit to be shown.

Perplexity's `citations` and `search_results`: docs.perplexity.ai. OpenAI's annotations:
openai-python 2.x, `ChatCompletionMessage.annotations`. Groq's `executed_tools`: groq-python 1.x,
`ExecutedTool`. Gemini's grounding: googleapis/python-genai, `GroundingMetadata`.
"""

from collections.abc import Iterable

import pytest

from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import ContentDelta, Source, SourcesReported
from massgen_tui.backends.sources import MAX_SOURCES, SourceReader, address, title_of
from tests.support.decoding import Json, chunk, say, stream

A, B, C = "https://a.example/1", "https://b.example/2", "https://c.example/3"
END = chunk({}, "stop")


def found(*events: Json) -> list[tuple[int, str | None, str]]:
    decoder, last = StreamDecoder(), SourcesReported(())
    told = decoder.feed(stream(*events, END)) + decoder.close()
    assert decoder.error is None
    for event in told:
        last = event if isinstance(event, SourcesReported) else last
    said = "".join(event.text for event in told if isinstance(event, ContentDelta))
    assert said == "So [1]."
    return [(one.n, one.title, one.url) for one in last.sources]


def cite(url: str, title: str = "") -> Json:
    return {"type": "url_citation", "url_citation": {"url": url, "title": title, "start_index": 0}}


def results(*pairs: tuple[str, str]) -> list[Json]:
    return [{"url": url, "title": title, "date": None} for url, title in pairs]


SAID = say("So [1].")
GROUNDS = [{"web": {"uri": A, "title": "a.example"}}, {"web": {"uri": B}}]
SHAPES: list[tuple[str, list[Json], list[tuple[int, str | None, str]]]] = [
    (
        "Perplexity: citations and their titles in each chunk",
        [
            {**say("So "), "citations": [A, B], "search_results": results((A, "First"), (B, "2"))},
            {**say("[1]."), "citations": [A, B], "search_results": results((A, "First"), (B, "2"))},
        ],
        [(1, "First", A), (2, "2", B)],
    ),
    (
        "Perplexity: results that are not cited follow; another order than the citations'",
        [{**SAID, "citations": [B, A], "search_results": results((C, "c"), (A, "a"), (B, "b"))}],
        [(1, "b", B), (2, "a", A), (3, "c", C)],
    ),
    (
        "Perplexity: results alone",
        [{**SAID, "search_results": results((A, "a"), (B, ""))}],
        [(1, "a", A), (2, None, B)],
    ),
    ("xAI: citations in the last chunk", [SAID, {**chunk(), "citations": [A]}], [(1, None, A)]),
    (
        "citations that change: the last chunk wins",
        [{**say("So "), "citations": [A, B]}, {**say("[1]."), "citations": [C]}],
        [(1, None, C)],
    ),
    (
        "an address twice has its first place, the others keep theirs",
        [{**SAID, "citations": [A, A, B]}],
        [(1, None, A), (3, None, B)],
    ),
    (
        "what is no page leaves its number free",
        [{**SAID, "citations": ["javascript:alert(1)", None, B]}],
        [(3, None, B)],
    ),
    (
        "OpenAI: annotations of the last delta",
        [SAID, chunk({"annotations": [cite(A, "First"), cite(A, "First"), cite(B)]})],
        [(1, "First", A), (2, None, B)],
    ),
    (
        "OpenRouter: one annotation a chunk",
        [SAID, chunk({"content": "", "annotations": [cite(B, "b")]}),
         chunk({"content": "", "annotations": [cite(A, "a")]})],
        [(1, "b", B), (2, "a", A)],
    ),
    (
        "OpenRouter with Perplexity: both, numbered by the citations",
        [{**chunk({"content": "So [1].", "annotations": [cite(B, "b"), cite(C)]}),
          "citations": [A, B]}],
        [(1, None, A), (2, "b", B), (3, None, C)],
    ),
    (
        "the address in the annotation itself, as in OpenAI's Responses",
        [chunk({"content": "So [1].",
                "annotations": [{"type": "url_citation", "url": A, "title": "a"},
                                {"type": "file_citation", "file_id": "f"}]})],
        [(1, "a", A)],
    ),
    (
        "a message that was not streamed",
        [{**chunk(), "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "content": "So [1].", "annotations": [cite(A, "a")]}}]}],
        [(1, "a", A)],
    ),
    (
        "Groq compound: a search that has no results yet, then has",
        [
            chunk({"executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}]}),
            chunk({"executed_tools": [{"index": 0, "type": "search", "output": "Title: a",
                   "search_results": {"results": results((A, "a"), (B, "b")), "images": []}}]}),
            SAID,
        ],
        [(1, "a", A), (2, "b", B)],
    ),
    (
        "Groq: pages that its browser opened",
        [chunk({"executed_tools": [{"index": 0, "type": "browser_automation",
                "browser_results": [{"title": "a", "url": A, "live_view_url": B}]}]}), SAID],
        [(1, "a", A)],
    ),
    (
        "Gemini: grounding in the choice",
        [chunk({"content": "So [1]."}, grounding_metadata={"grounding_chunks": GROUNDS})],
        [(1, "a.example", A), (2, None, B)],
    ),
    (
        "Gemini: grounding in extra_content, as its own API spells it",
        [chunk({"content": "So [1].", "extra_content": {"google": {
            "groundingMetadata": {"groundingChunks": GROUNDS}}}})],
        [(1, "a.example", A), (2, None, B)],
    ),
    (
        "LiteLLM with Gemini: a list of groundings in the chunk",
        [{**SAID, "vertex_ai_grounding_metadata": [{"groundingChunks": GROUNDS}]}],
        [(1, "a.example", A), (2, None, B)],
    ),
    (
        "what is no list of sources is none",
        [{**SAID, "citations": "none", "search_results": {"a": 1}},
         chunk({"annotations": [None, 1, {"type": "url_citation"}, {"url_citation": "x"}],
                "executed_tools": {"search_results": 1}, "extra_content": []})],
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("events", "sources"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_sources_are_found_and_never_stand_in_the_content(
    events: list[Json], sources: list[tuple[int, str | None, str]]
) -> None:
    assert found(*events) == sources


def test_there_are_a_hundred_at_most() -> None:
    many = [f"https://a.example/{n}" for n in range(5 * MAX_SOURCES)]
    reader = SourceReader()
    assert reader.read({"citations": many, "annotations": [cite(url) for url in many]}, None)
    assert len(reader.found) == MAX_SOURCES
    assert reader.found[-1] == Source(MAX_SOURCES, None, many[MAX_SOURCES - 1])
    pieces = SourceReader()
    pieces.read({"annotations": [cite(url) for url in many]}, None)
    assert len(pieces.found) == MAX_SOURCES


def test_the_same_list_again_is_no_news() -> None:
    reader = SourceReader()
    assert reader.read({"citations": [A]}, None)
    assert not reader.read({"citations": [A]}, None)
    assert not reader.read({"citations": []}, None)


GOOD = {
    "HTTPS://Example.COM/Path?q=1#part": "https://example.com/Path?q=1#part",
    "http://h.example:8080": "http://h.example:8080",
    "https://user:secret@h.example/x": "https://h.example/x",
    "https://bank.example@evil.example/": "https://evil.example/",
    "https://evil.example\\@bank.example/": "https://evil.example/@bank.example/",
    "https://münchen.example/straße": "https://xn--mnchen-3ya.example/straße",
    "https://аpple.example/": "https://xn--pple-43d.example/",
    "https://[2001:db8::1]:8443/x": "https://[2001:db8::1]:8443/x",
    "https://h.example/\x1b]8;;https://evil.example\x07x": (
        "https://h.example/]8;;https://evil.examplex"
    ),
    "https://h.example/\u202egnp.exe\u200f": "https://h.example/gnp.exe",
    " https://h.example/a b\n": "https://h.example/a%20b",
}
BAD: Iterable[object] = (
    "javascript:alert(1)", "data:text/html,x", "ftp://h.example/x", "file:///etc/passwd",
    "//h.example/x", "h.example/x", "https://", "https:///x", "https://h.example:port/",
    "https://h.example:99999/", "https://a b.example/", "https://[::1", "https://%65.example/",
    "https://" + "a" * 3000, "", None, 7, [], {"title": "x"}, {"url": 3},
)  # fmt: skip


@pytest.mark.parametrize("sent", GOOD)
def test_an_address_shows_whose_page_it_is(sent: str) -> None:
    assert address(sent) == address({"url": sent}) == GOOD[sent]


@pytest.mark.parametrize("sent", BAD, ids=repr)
def test_what_is_no_page_is_left_out(sent: object) -> None:
    assert address(sent) is None


def test_a_title_is_one_line_that_does_nothing() -> None:
    assert title_of({"title": "\x1b[31mRed\n\u202eline\u200f "}) == "[31mRed line"
    assert title_of({"title": "<b>x</b>"}) == "<b>x</b>"
    assert title_of({"title": "x" * 900}) == "x" * 199 + "…"
    assert title_of({"title": "  "}) is None
    assert title_of({"title": 3}) is None
    assert title_of(A) is None
