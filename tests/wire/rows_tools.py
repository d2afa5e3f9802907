"""Rows of tool calls whose fragments lack, repeat or change what tells them apart."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row


def _tool(arguments: object, **more: object) -> dict[str, object]:
    function = {"arguments": arguments, **{k: more.pop(k) for k in ("name",) if k in more}}
    return chunk({"tool_calls": [{**more, "function": function}]})


ROWS = [
    Row(
        "tools: index null, one call",
        stream(_tool('{"a"', index=None, id="c", name="f"), _tool(":1}", index=None)),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: no index, the id on each fragment",
        stream(
            _tool('{"a"', id="c", name="f"), _tool(":1}", id="c"), _tool("{}", id="d", name="g")
        ),
        tools=[("c", "f", '{"a":1}'), ("d", "g", "{}")],
        finish=None,
    ),
    Row(
        "tools: two calls with the same index",
        stream(_tool("{}", index=0, id="c", name="f"), _tool("{}", index=0, id="d", name="f")),
        tools=[("c", "f", "{}"), ("d", "f", "{}")],
        finish=None,
    ),
    Row(
        "tools: the same index, no ids, other names",
        stream(_tool("{}", index=0, name="f"), _tool('{"b":2}', index=0, name="g")),
        tools=[(None, "f", "{}"), (None, "g", '{"b":2}')],
        finish=None,
    ),
    Row(
        "tools: indexes from one, out of order",
        stream(
            _tool("{", index=1, id="c", name="f"),
            _tool("[", index=5, id="d", name="g"),
            _tool("}", index=1),
            _tool("]", index=5),
        ),
        tools=[("c", "f", "{}"), ("d", "g", "[]")],
        finish=None,
    ),
    Row(
        "tools: name on each fragment",
        stream(_tool('{"a"', index=0, id="c", name="f"), _tool(":1}", index=0, id="c", name="f")),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: arguments as an object",
        stream(_tool({"a": "é"}, index=0, id="c", name="f")),
        tools=[("c", "f", '{"a": "é"}')],
        finish=None,
    ),
    Row(
        "tools: arguments null, id a number",
        stream(_tool(None, index=0, id=7, name="f")),
        tools=[("7", "f", "")],
        finish=None,
    ),
    Row(
        "tools: one object instead of a list",
        stream(
            chunk(
                {
                    "tool_calls": {
                        "index": 0,
                        "id": "c",
                        "function": {"name": "f", "arguments": "{}"},
                    }
                }
            )
        ),
        tools=[("c", "f", "{}")],
        finish=None,
    ),
    Row(
        "tools: function null, empty fragments",
        stream(chunk({"tool_calls": [{"index": 0, "function": None}, {}, None]}), say("Hi")),
        content="Hi",
        finish=None,
    ),
    Row(
        "tools: content beside a call",
        stream(
            chunk(
                {
                    "content": "Let me see.",
                    "tool_calls": [
                        {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
                    ],
                },
                "tool_calls",
            )
        ),
        content="Let me see.",
        tools=[("c", "f", "{}")],
        finish="tool_calls",
    ),
    Row(
        "tools: no index, two calls take turns by id",
        stream(
            _tool("{", id="c", name="f"),
            _tool("[", id="d", name="g"),
            _tool("}", id="c"),
            _tool("]", id="d"),
        ),
        tools=[("c", "f", "{}"), ("d", "g", "[]")],
        finish=None,
    ),
    Row(
        "tools: later fragments with an empty id and the name null (LiteLLM before Gemini, 2025)",
        stream(_tool('{"a"', index=0, id="c", name="f"), _tool(":1}", index=0, id="", name="null")),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: no index, later fragments with id and name null",
        stream(_tool('{"a"', id="c", name="f"), _tool(":1}", id=None, name=None)),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: no index, later fragments with the words None and null",
        stream(
            _tool('{"a"', id="c", name="f"),
            _tool(":1", id="null", name="None"),
            _tool("}", id="", name=""),
        ),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: the number jumps with each fragment, which has no name and no id",
        stream(_tool("", index=0, id="c", name="f"), _tool('{"a"', index=1), _tool(":1}", index=2)),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: the number jumps behind the second call",
        stream(
            _tool("{}", index=0, id="c", name="f"),
            _tool("", index=1, id="d", name="g"),
            _tool('{"a":', index=7, id="", name=""),
            _tool("1}", index=7, id="null", name="undefined"),
        ),
        tools=[("c", "f", "{}"), ("d", "g", '{"a":1}')],
        finish=None,
    ),
    Row(
        "tools: a new number with a name is a new call",
        stream(_tool("{}", index=0, name="f"), _tool("{}", index=3, name="f")),
        tools=[(None, "f", "{}"), (None, "f", "{}")],
        finish=None,
    ),
    Row(
        "tools: whole calls of one number and name, without ids",
        stream(
            _tool('{"a":1}', index=0, name="f"),
            _tool({"a": 2}, index=0, name="f"),
            _tool(' {"a":3}\n', index=0, name="f"),
        ),
        tools=[(None, "f", '{"a":1}'), (None, "f", '{"a": 2}'), (None, "f", ' {"a":3}\n')],
        finish=None,
    ),
    Row(
        "tools: the name on each fragment of one call",
        stream(
            _tool('{"a":', index=0, name="f"),
            _tool('{"b":1}', index=0, name="f"),
            _tool("}", index=0, name="f"),
        ),
        tools=[(None, "f", '{"a":{"b":1}}')],
        finish=None,
    ),
    Row(
        "tools: the word undefined for a name and an id",
        stream(
            _tool('{"a":', index=0, id="c", name="f"),
            _tool("1}", index=0, id="undefined", name="undefined"),
        ),
        tools=[("c", "f", '{"a":1}')],
        finish=None,
    ),
]
