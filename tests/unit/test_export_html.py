"""A session as a page: whole in itself, nothing runs, nothing is fetched, nothing is lost."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    Source,
    SourcesReported,
    Started,
    ToolCallDelta,
    Warned,
)
from massgen_tui.export.document import document_of
from massgen_tui.export.html_page import POLICY, to_html
from massgen_tui.export.html_text import HtmlText
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status
from massgen_tui.text import clean
from tests.support.attempts import attempt_of, conversation, told
from tests.support.fakes import FakeBackend, config_of
from tests.support.pages import Element, parsed

FRAME = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer"}
PARTS = {"section", "article", "div", "h1", "h2", "h3", "small", "details", "summary"}
LISTS = {"ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"}
WORDS = {
    "p",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "code",
    "em",
    "strong",
    "s",
    "span",
    "br",
    "hr",
}
TAGS = FRAME | PARTS | LISTS | WORDS | {""}
ATTRIBUTES = frozenset({"class", "dir", "lang", "open", "start", "charset", "name", "content"})
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(1)>",
    "</style><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    '"><a href="http://evil.example">x</a>',
    "' onmouseover='alert(1)",
    "<!-- --!><iframe src=//evil.example>",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "![x](http://evil.example/x.png)",
    "![x](//evil.example/x.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](https://evil.example 'onclick=alert(1)')",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x](vbscript:x) [y](data:text/html,x) [z](file:///etc/passwd)",
    "<https://evil.example/?q=<script>>",
    "<javascript:alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    '``` x"><script>alert(1)</script>\n<script>alert(2)</script>\n```',
    "```html\n<script src=//evil.example></script>\n</code></pre><script>x</script>\n```",
    '```c\n/* </code></pre> */ "<script>"\n```',
    "|<script>a|b|\n|:-|-:|\n|<img src=x>|`</td>`|",
    "# <script>\n\n> <script>\n\n- <script>\n\n1. <script>",
    "<details open ontoggle=alert(1)>",
    "]]><![CDATA[<script>",
    "<?xml-stylesheet href='//evil.example'?>",
    "<\x00script>alert(1)</\x00script>",
    "<scr\u202eipt>\x1b]0;x\x07\u2028\ud800",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "url(//evil.example) @import '//evil.example'; expression(alert(1))",
)


def page_of(*agents: Agent, title: str = "t") -> Element:
    return parsed(to_html(document_of(agents, told(title)), lambda text: text))


def everywhere(text: str) -> Agent:
    """An agent all of whose words are these."""
    attempt = attempt_of(
        Started(text),
        ReasoningDelta(text),
        ContentDelta(text),
        ToolCallDelta(0, text, text, text),
        Warned(text),
        SourcesReported((Source(1, text, text),)),
        Finished(text),
    )
    attempt.request = {"model": text, text: text, "deep": {text: [text]}}
    failed = attempt_of(ContentDelta(text), status=Status.FAILED, hint=text)
    config = config_of(text, system_message=text).agents[0]
    agent = Agent(config, FakeBackend(text, provider=text, server=text, model=text))
    agent.turns = [Turn(1, text, [attempt, failed])]
    return agent


def check_harmless(page: Element) -> None:
    """Only what we write ourselves is markup; nothing of it leads elsewhere."""
    for element in page:
        assert element.tag in TAGS
        allowed = ATTRIBUTES | ({"http-equiv"} if element.tag == "meta" else set())
        assert element.attributes.keys() <= allowed
        assert element.attributes.get("http-equiv") in (None, "Content-Security-Policy")
        for value in element.attributes.values():
            assert "evil" not in (value or "")
    [style] = page.of("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert clean(page.text) == page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(text: str) -> None:
    page = page_of(everywhere(text), title=text)
    check_harmless(page)
    words = " ".join(clean(text).split())
    assert page.of("title")[0].text == page.of("h1")[0].text == words
    assert page.of("div", "prompt")[0].text == clean(text)
    assert page.of("div", "reasoning")[0].text == clean(text).strip()


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_any_text_stands_in_the_page_as_it_is(text: str, id: str, title: str) -> None:
    attempt = attempt_of(ReasoningDelta(text), ContentDelta("x"), Finished("stop"))
    agent = Agent(config_of(id).agents[0], FakeBackend(id))
    agent.turns = [Turn(1, text, [attempt])]
    page = page_of(agent, title=title)
    check_harmless(page)
    assert page.of("div", "prompt")[0].text == clean(text)
    assert page.of("h3")[0].text == " ".join(clean(id).split()) + " fake/model"
    assert page.of("title")[0].text == (" ".join(clean(title).split()) or "Answers")
    shown = [one.text for one in page.of("div", "reasoning")]
    assert shown == ([clean(text.strip())] if text.strip() else [])


MARKS = st.lists(
    st.sampled_from((*HOSTILE, *"<>&\"'`*_[]()!#|~-+.:\\ \n\t", "a", "1", "```", "http://e"))
)


@settings(deadline=None)
@given(MARKS.map("".join))
def test_no_markdown_makes_anything_but_known_elements(text: str) -> None:
    body = parsed(HtmlText(lambda one: one).markdown(text))
    for element in body:
        assert element.tag in WORDS | LISTS | {"div", ""}
        assert element.attributes.keys() <= {"class", "dir", "start"}


CODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=80).map(clean)
LANGUAGES = (
    "",
    "python",
    "json",
    "html",
    "c",
    "bash",
    "diff",
    "yaml",
    "php",
    "md",
    "no-such",
    "{.py}",
)


@settings(deadline=None)
@given(CODE.filter(lambda code: "~~~" not in code), st.sampled_from(LANGUAGES))
def test_code_is_shown_whole_in_any_language(code: str, language: str) -> None:
    body = parsed(HtmlText(lambda one: one).markdown(f"~~~{language}\n{code}\n~~~\n"))
    [pre] = body.of("pre", "code")
    assert pre.text == code.removesuffix("\n") or pre.text == code
    assert [one.text for one in body.of("div", "language")] == ([language] if language else [])


def test_the_page_is_whole_in_itself_and_allows_nothing() -> None:
    page = page_of(conversation(attempt_of(ContentDelta("hi"), Finished("stop"))))
    policies = [m.attributes for m in page.of("meta") if "http-equiv" in m.attributes]
    assert policies == [{"http-equiv": "Content-Security-Policy", "content": POLICY}]
    assert POLICY == "default-src 'none'; style-src 'unsafe-inline'"
    assert page.of("script") == page.of("link") == page.of("img") == page.of("a") == []
    [style] = page.of("style")
    assert "prefers-color-scheme: dark" in style.text
    assert "grid-template-columns" in style.text


def test_reasoning_is_folded_and_the_attempt_in_front_is_marked_and_open() -> None:
    first, second = (
        attempt_of(ReasoningDelta("hm"), ContentDelta(text), Finished("stop"))
        for text in ("one", "two")
    )
    first.request = {"model": "m", "messages": [], "top_k": 50, "stop": ["<"]}
    agent = conversation(first)
    agent.turns[0].attempts.append(second)
    agent.turns[0].front = 0
    page = page_of(agent)
    [one, two] = page.of("details", "attempt")
    assert [one.of("summary")[0].text, two.of("summary")[0].text] == [
        "Attempt 1 of 2 · in front",
        "Attempt 2 of 2",
    ]
    assert ("open" in one.attributes, "open" in two.attributes) == (True, False)
    for attempt, text in ((one, "one"), (two, "two")):
        [reasoning] = [d for d in attempt.of("details") if d.of("div", "reasoning")][-1:]
        assert "open" not in reasoning.attributes
        assert reasoning.of("div", "reasoning")[0].text == "hm"
        assert attempt.of("div", "text")[0].text == text
        assert "TTFT 1.00 s" in attempt.of("p", "numbers")[0].text
    settings = one.of("dl", "settings")[0]
    assert [e.text for e in settings.of("dt")] == ["top_k", "stop"]
    assert [e.text for e in settings.of("dd")] == ["50", '["<"]']


def test_links_and_images_are_text_of_which_only_web_addresses_are_kept() -> None:
    body = parsed(
        HtmlText(lambda one: one).markdown(
            "[a](https://a.example/x) [m](mailto:b@c.example) <https://d.example> "
            "![i](http://e.example/i.png) [https://f.example](https://f.example) [r](/etc)"
        )
    )
    assert body.text == (
        "a (https://a.example/x) m https://d.example [image: i] (http://e.example/i.png) "
        "https://f.example r"
    )


def test_what_an_answer_lacks_its_sources_and_circumstances_are_told() -> None:
    cut: Attempt = attempt_of(
        ContentDelta("So [1]."),
        SourcesReported((Source(1, "A page", "https://a.example/1"),)),
        Warned("odd"),
        Finished("length"),
    )
    agent = conversation(cut)
    agent.served_by = "vLLM 0.33.0"
    page = page_of(agent)
    assert "cut off at the token limit" in page.of("p", "bad")[0].text
    assert page.of("ul", "sources")[0].text == "[1] A page · https://a.example/1"
    assert page.of("ul", "warnings")[0].text == "odd"
    assert "vLLM 0.33.0 · http://localhost:8000 · asked 2026" in page.of("p", "facts")[-1].text


def test_a_megabyte_of_marks_is_shown_as_it_was_written() -> None:
    marks = "![[" * 333_334
    [plain] = parsed(HtmlText(lambda one: one).markdown(marks)).of("div", "plain")
    assert plain.text == marks
