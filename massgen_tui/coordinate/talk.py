"""What one agent was told and said in a coordination; it only grows, so prefix caches hit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from massgen_tui.backends.call import Call, Message
from massgen_tui.coordinate.limits import Sensitivity
from massgen_tui.coordinate.steps import Ask, Chose, Reply, Said, Step, Unclear
from massgen_tui.coordinate.ways import TOOLS, Way, form, read
from massgen_tui.coordinate.words import Words, asked, presented
from massgen_tui.session.attempt import Attempt


@dataclass(slots=True, eq=False)
class Talk:
    """One agent's side of a coordination."""

    first: Call
    """The plain prompt, byte for byte as without a coordination."""
    sensitivity: Sensitivity
    words: Words
    said: list[Message] = field(default_factory=list)
    """What came after the first prompt."""
    own: list[str] = field(default_factory=list)
    """Names of its answers."""

    def call(self, step: Step, way: Way) -> Call:
        """What is asked for a step."""
        if isinstance(step, Ask) and step.round == 1:
            return self._again(step) if step.wrong else self.first
        tools: Sequence[Mapping[str, object]] | None = TOOLS if way is Way.TOOLS else None
        if isinstance(step, Ask):
            last = asked(step, self.words, way, self.sensitivity, self.own)
            shape = form(step.votable, may_answer=step.may_answer)
            return Call(
                self._with(last),
                tools=None if tools is None else tuple(tools),
                tool_choice=None if tools is None else "auto",
                response_format=shape if way is Way.STRUCTURED else None,
            )
        return Call(
            self._with(presented(step.verdict, self.words)),
            tools=None if tools is None else tuple(tools),
            tool_choice=None if tools is None else "none",
        )

    def hear(self, step: Step, call: Call, attempt: Attempt) -> Reply:
        """Take in what came of a step that ended well, and say what it means."""
        content = str(attempt.content)
        calls = [(call.name, call.arguments) for call in attempt.tool_calls]
        if isinstance(step, Ask) and step.round > 1:
            reply = read(content, calls, step.votable)
        elif calls and not content.strip():
            names = ", ".join(name for name, _ in calls)[:80]
            reply = Unclear(f"it calls {names}, which is not run")
        else:
            reply = Said(content)
        self.said += [call.messages[-1]] if self.said or step_is_late(step) else []
        self.said.append(Message("assistant", content.strip() or _in_words(reply)))
        return reply

    def _with(self, last: str) -> tuple[Message, ...]:
        return (*self.first.messages, *self.said, Message("user", last))

    def _again(self, step: Ask) -> Call:
        text = f"That could not be counted: {step.wrong}. Answer the question in words."
        return Call(self._with(text))


def step_is_late(step: Step) -> bool:
    """Whether something was asked beside the plain prompt."""
    return not isinstance(step, Ask) or step.round > 1 or bool(step.wrong)


def _in_words(reply: Reply) -> str:
    """A reply that was no text, as one: no tool call goes back, which not every server takes."""
    match reply:
        case Chose(name=name, reason=reason):
            return f"VOTE {name}\n{reason}".strip()
        case Said(content=content):
            return content.strip() or "(nothing)"
        case _:
            return "(nothing)"
