"""HTML as a parser sees it: elements, their attributes, and the text in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "hr"})
"""Elements without an end that a page may have."""


@dataclass
class Element:
    """An element and what is in it."""

    tag: str
    attributes: dict[str, str | None]
    inside: list["Element | str"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Element"]:
        """This element and all in it, in their order."""
        yield self
        for one in self.inside:
            if isinstance(one, Element):
                yield from one

    @property
    def text(self) -> str:
        """What a reader sees of it; a line break is a newline."""
        if self.tag == "br":
            return "\n"
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    def of(self, tag: str, kind: str | None = None) -> list["Element"]:
        """The elements of this tag (and class) in it."""
        return [
            one
            for one in self
            if one.tag == tag and kind in (None, *(one.attributes.get("class") or "").split())
        ]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.path = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice: {tag}"
        element = Element(tag, dict(attrs))
        self.path[-1].inside.append(element)
        if tag not in VOID:
            self.path.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.path[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def parsed(page: str) -> Element:
    """The whole page; every element must be closed in its order."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    assert len(parser.path) == 1, f"not closed: {[one.tag for one in parser.path]}"
    return parser.path[0]
