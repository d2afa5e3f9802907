"""Lexers: found beside what is drawn, and whatever is wrong with one, the code is there."""

import sys
import threading

import pytest
from pygments.lexers import get_lexer_by_name

from massgen_tui.console.stream import highlight
from massgen_tui.console.stream.blocks import STALE
from massgen_tui.console.stream.growing_markdown import MarkdownText
from massgen_tui.console.stream.highlight import plain
from tests.support.lexers import Later
from tests.support.panes import Page, agent, ask, finish, look, say, shown

SOURCE = (
    "One.\n\n```python\ndef f(): pass\n```\n\nTwo.\n\n- item\n  ```c\n  int x;\n  ```\n\nEnd.\n"
)


def keywords(text: MarkdownText) -> list[str]:
    return [word for row in text.rows for word, style in row.spans if style == "code-keyword"]


def test_code_is_plain_until_its_lexer_is_there_and_then_as_if_it_had_been(
    later: type[Later],
) -> None:
    text = MarkdownText(40)
    text.feed(SOURCE, end=True)
    before = shown(text.rows)
    assert keywords(text) == []
    assert text.pale
    assert text.update(0.0) is None
    later.release()
    first = text.update(0.0)
    assert (first, text.pale) == (0, False)
    assert shown(text.rows) == before
    assert "def" in keywords(text)
    whole = MarkdownText(40)
    whole.feed(SOURCE, end=True)
    assert [look(row) for row in text.rows] == [look(row) for row in whole.rows]
    text.feed("\n```python\ndef g(): pass\n```\n")
    assert keywords(text).count("def") == 2


def test_another_width_asks_again_what_is_awaited(later: type[Later]) -> None:
    text, fresh = MarkdownText(40), MarkdownText(20)
    text.feed(SOURCE, end=True)
    text.rewrap(20)
    assert not text.pale, "what is not wrapped yet awaits nothing"
    start = 0
    for number, segment in enumerate(text.segments):
        if number == 1:
            later.release()
        text.settle(segment, start)
        start += segment.count
    text.update(0.0)
    fresh.feed(SOURCE, end=True)
    assert not text.pale
    assert [look(row) for row in text.rows] == [look(row) for row in fresh.rows]


def test_a_pane_draws_again_what_came_late(later: type[Later]) -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, SOURCE)
    finish(attempt)
    page = Page(one)
    waits = [page.document.flush(9.0), page.document.waiting]
    later.release()
    waits += [page.document.flush(9.0), page.document.waiting]
    assert waits == [False, True, True, False]
    spans = [span for row in page.document.scroll.rows for span in row.spans]
    assert ("def", "code-keyword") in spans


class Broken:
    """A lexer that fails when it is asked for more than its sample."""

    name = "broken"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_tokens(self, code: str) -> list[object]:
        if "=" in code and "x" not in code:
            return []
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        OSError(24, "Too many open files"),
        ImportError("no module"),
        RecursionError(),
        RuntimeError("a plugin's"),
    ],
)
@pytest.mark.parametrize("when", ["it is looked for", "it is used"])
def test_whatever_a_lexer_raises_the_code_is_plain(
    error: Exception, when: str, later: type[Later], monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(name: str, **options: object) -> Broken:
        if when == "it is looked for":
            raise error
        return Broken(error)

    monkeypatch.setattr(highlight, "get_lexer_by_name", get)
    text = MarkdownText(40)
    text.feed("```odd\nx\n```\n", end=True)
    later.release()
    text.update(0.0)
    assert shown(text.rows) == ["▏odd", "▏x"]
    assert not text.pale
    assert highlight.highlight("odd", "x\n") == plain("x\n")


def test_a_thread_that_cannot_be_had_leaves_code_plain(
    later: type[Later], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Later) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Later, "start", refuse)
    assert not highlight.awaited("python")
    assert highlight.highlight("python", "x\n") == plain("x\n")


def test_names_that_a_model_makes_up_are_not_looked_for_without_end(later: type[Later]) -> None:
    assert sum(highlight.awaited(f"made-up-{n}") for n in range(2000)) <= 500
    later.release()


_CODE = """Content-Type: application/toml
<syntaxhighlight lang="lua">x</syntaxhighlight>
```rust
fn main() {}
```
DO $$ begin x := 1; end $$ LANGUAGE plperl;
# body-type: text/x-haskell
@interface A : NSObject
.. code:: ocaml

   let x = 1
x = 1; y = {a: 'b'} -- c
"""


def test_no_lexer_imports_anything_while_it_colours(later: type[Later]) -> None:
    """Pygments 2.21: Objective-C, Common Lisp and others import at their first token, Markdown,
    HTTP, wiki text and PostgreSQL what they find inside."""
    names = ["md", "rst", "http", "postgresql", "psql", "plpgsql", "mime", "wikitext", "objc", "cl"]
    names += ["tid", "arturo", "notmuch", "asy", "html", "vue", "php", "lua", "vim", "swift", "ts"]
    for name in names:
        highlight.prepare(name)
    later.release()
    before, here = set(sys.modules), threading.get_ident()
    opened: list[object] = []

    def seen(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and threading.get_ident() == here:
            opened.append(arguments[0])

    watching = True
    sys.addaudithook(seen)
    for name in names:
        highlight.highlight(name, _CODE)
    watching = False
    assert sorted(set(sys.modules) - before) == []
    assert opened == []
    assert get_lexer_by_name("lua") is not None


def test_code_that_was_let_go_of_before_its_lexer_came_is_coloured_when_it_is_seen(
    later: type[Later],
) -> None:
    one = agent()
    page, attempt = Page(one, height=12), ask(one)
    say(attempt, "```python\nclass A:\n    pass\n```\n\n")
    for n in range(200):
        say(attempt, f"Paragraph {n}.\n\n")
        page.document.flush(3.0)
    assert page.scroll.rows[1] is STALE
    assert not page.document.waiting, "for no lexer: nobody sees its code"
    later.release()
    page.scroll.to(0)
    page.document.settle_window()
    code = next(row for row in page.scroll.window if "class A" in row.text)
    assert "code-keyword" in [style for _, style in code.spans]
