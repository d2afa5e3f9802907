"""What gpt-oss's messages say, given as reasoning, content and tool calls."""

from massgen_tui.backends.answer import Answer
from massgen_tui.backends.events import StreamEvent
from massgen_tui.backends.thoughts import Thoughts
from massgen_tui.backends.toolcalls import ToolCallReader


class Messages:
    """The sink of `Harmony`."""

    def __init__(
        self, answer: Answer, thoughts: Thoughts, tools: ToolCallReader, events: list[StreamEvent]
    ) -> None:
        """Give to these; calls are appended to `events`, numbered by `tools`."""
        self._answer = answer
        self._thoughts = thoughts
        self._tools = tools
        self._events = events

    def reason(self, text: str) -> None:
        """Give a thought, or content where a field tells another thought instead."""
        self._answer.say(self._thoughts.tagged(text))

    def say(self, text: str) -> None:
        """Give content."""
        self._answer.say(text)

    def call(self, number: int, name: str | None, arguments: str) -> None:
        """Give a piece of a call; calls that the server itself reports are numbered from 0."""
        function = {"name": name, "arguments": arguments}
        self._tools.read({"index": -1 - number, "function": function}, self._events)
