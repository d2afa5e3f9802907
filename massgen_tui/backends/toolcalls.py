"""Fragments of tool calls → `ToolCallDelta`, whatever a server leaves out or repeats."""

from massgen_tui.backends.errors.body import as_json, as_value
from massgen_tui.backends.events import StreamEvent, ToolCallDelta, Warned

MAX_CALLS = 128
"""Calls in one answer; fragments of more are not taken in."""

_NOTHING = ("null", "None", "undefined")
"""A missing name or id as gateways that print it write it (litellm#12513, gptel#935), and
those that are written in JavaScript."""


class ToolCallReader:
    """Keeps track of which fragment belongs to which call.

    A call is known by its `index`. Where that is missing, a new `id`, or a name where the call has
    one and already got arguments, begins the next call. Two calls that a server numbered alike are
    told apart by name and id, or as each is whole; an id that merely changes from fragment to
    fragment tells nothing, nor does one that is empty, or a null that became a word on its way. A
    new number that comes without name and id goes on with the call before it.
    """

    __slots__ = ("_calls", "_full", "_last", "_slots")

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._slots: dict[int, int] = {}
        self._last = -1
        self._full = False

    def read(self, fragments: object, events: list[StreamEvent]) -> None:
        """Take `delta.tool_calls` (a list, one object, or nothing) and append its events."""
        if isinstance(fragments, dict):
            fragments = [fragments]
        if not isinstance(fragments, list):
            return
        for fragment in fragments:
            if isinstance(fragment, dict):
                self._take(fragment, events)

    def legacy(self, call: object, events: list[StreamEvent]) -> None:
        """Take `delta.function_call`, the form from before tools: one call without id or index."""
        if isinstance(call, dict):
            self._take({"index": 0, "function": call}, events)

    def _take(self, fragment: dict[str, object], events: list[StreamEvent]) -> None:
        function = fragment.get("function")
        function = function if isinstance(function, dict) else fragment
        name, id_ = _text(function.get("name")), _text(fragment.get("id"))
        arguments = _arguments(function.get("arguments"))
        if not (name or id_ or arguments):
            return
        whole = bool(name) and _is_object(arguments)
        slot = self._slot(fragment.get("index"), id_, name, whole=whole)
        if slot is None:
            if not self._full:
                events.append(Warned(f"more than {MAX_CALLS} tool calls: the rest is not shown"))
            self._full = True
            return
        call = self._calls[slot]
        new_id, new_name = call.learn(id_, name)
        call.whole = whole and not call.started
        call.started = call.started or bool(arguments)
        self._last = slot
        if new_id or new_name or arguments:
            events.append(ToolCallDelta(slot, new_id, new_name, arguments))

    def _slot(self, index: object, id_: str, name: str, *, whole: bool) -> int | None:
        if isinstance(index, int) and not isinstance(index, bool):
            slot = self._slots.get(index)
            if slot is None and self._last >= 0 and not (id_ or name):
                return self._last
            if slot is None or self._calls[slot].is_renumbered(id_, name, whole=whole):
                slot = self._find(id_) if id_ else None
                slot = self._open() if slot is None else slot
                if slot is not None:
                    self._slots[index] = slot
            return slot
        if id_ and (known := self._find(id_)) is not None:
            return known
        if self._last < 0 or self._calls[self._last].is_over(id_, name):
            return self._open()
        return self._last

    def _find(self, id_: str) -> int | None:
        return next((slot for slot, call in enumerate(self._calls) if call.id == id_), None)

    def _open(self) -> int | None:
        if len(self._calls) >= MAX_CALLS:
            return None
        self._calls.append(_Call())
        return len(self._calls) - 1


class _Call:
    __slots__ = ("id", "name", "started", "whole")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.started = False
        self.whole = False
        """It came in one fragment, which had its name."""

    def is_renumbered(self, id_: str, name: str, *, whole: bool) -> bool:
        """Whether a fragment of the same index, with this id and name, is of another call."""
        if not (name and self.name):
            return False
        if whole and self.whole and not (id_ and id_ == self.id):
            return True
        return bool(id_ and self.id and id_ != self.id) or (self.started and name != self.name)

    def is_over(self, id_: str, name: str) -> bool:
        """Whether a fragment without index, with this id and name, begins the next call."""
        return bool(id_ and self.id and id_ != self.id) or bool(name and self.name and self.started)

    def learn(self, id_: str, name: str) -> tuple[str | None, str | None]:
        """Take in what is new of id and name, and give just that."""
        new_id = id_ if not self.id else ""
        new_name = name if not self.name else ""
        self.id = self.id or id_
        self.name = self.name or name
        return new_id or None, new_name or None


def _text(value: object) -> str:
    if isinstance(value, str):
        return "" if value in _NOTHING else value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _arguments(value: object) -> str:
    if isinstance(value, str):
        return value
    return as_json(value) if isinstance(value, dict | list) else ""


def _is_object(arguments: str) -> bool:
    """Whether these are all arguments of a call."""
    return arguments.lstrip()[:1] == "{" and arguments.rstrip()[-1:] == "}" and _parses(arguments)


def _parses(arguments: str) -> bool:
    return isinstance(as_value(arguments.encode("utf-8", "replace")), dict)
