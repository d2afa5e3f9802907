"""Where growing Markdown can be parted: what is finished, and what may still change."""

from massgen_tui.console.stream.fences import is_closed
from massgen_tui.console.stream.markdown import block_tokens


def structure(
    source: str, lines: list[str], carried: int | None
) -> tuple[list[tuple[int, int | None]], int, bool]:
    """Find the blocks and the items of top-level lists.

    Returns:
        Where segments begin (line, and number of an ordered item), where the unfinished rest
        begins, and whether that is an open fence.
    """
    starts: list[tuple[int, int | None]] = []
    number: int | None = None
    keep, fence = 0, False
    for token in block_tokens(source):
        if token.map is None or token.nesting < 0:
            continue
        if token.level == 0:
            number, fence = None, False
            keep = token.map[0]
            if token.type == "fence":
                fence = not is_closed(token, lines)
                keep = keep if fence else token.map[1]
            elif token.type == "ordered_list_open":
                number = int(token.attrs.get("start", 1))
                number = carried if carried is not None and not starts else number
            elif token.type == "heading_open" and token.markup.startswith("#"):
                keep = token.map[1]  # its line is whole, and all of it
            if not token.type.endswith("list_open"):
                starts.append((token.map[0], None))
        elif token.level == 1 and token.type == "list_item_open":
            keep = token.map[0]
            starts.append((keep, number))
            number = None if number is None else number + 1
    return starts, keep, fence


def table_head(source: str) -> str:
    """The head of the table that `source` ends in, empty when it does not."""
    tables = [t for t in block_tokens(source) if t.level == 0 and t.map is not None]
    if not tables or tables[-1].type != "table_open" or tables[-1].map is None:
        return ""
    at = tables[-1].map[0]
    return "".join(f"{line}\n" for line in source.split("\n")[at : at + 2])


def mended(line: str) -> str:
    """An unfinished line with the bold or the code that is open in it closed."""
    for mark in ("`", "**"):
        at = line.rfind(mark)
        if line.count(mark) % 2 and not line.endswith((" ", mark[0])):
            return line if line[at - 1 : at].isalnum() else line + mark
    return line


def last_code(source: str) -> str:
    """The code of the last fence in `source`, without the newline at its end; empty without one."""
    fences = [token for token in block_tokens(source) if token.type == "fence"]
    return fences[-1].content.removesuffix("\n") if fences else ""
