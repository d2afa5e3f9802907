"""The lines of a session's file, as they stand in it: what each holds, and the event it makes.

`docs/session-format.md` says the same for people. `t` counts milliseconds from the head's `at`, `a`
is an attempt's serial, `e` names the event. Text, messages and the head have no `e`.
"""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.samples import GpuSample, ServerSample
from massgen_tui.session.status import Status
from massgen_tui.store.head import KeptAgent

Plain = dict[str, object]


class Line(BaseModel):
    """One line; what a later version adds is left aside."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False
    )

    @classmethod
    def plain(cls, fields: Plain) -> Plain:
        """The line, but for its time, of an event with these fields; defaults are left out."""
        line = cls.model_validate({"t": 0.0} | fields, from_attributes=True)
        written = line.model_dump(mode="json", exclude_defaults=True, exclude={"t", "e"})
        return {"e": cls.model_fields["e"].default} | written


class EventLine(Line):
    """A line that makes an event of the session, by the same fields."""

    t: float
    makes: ClassVar[type]

    def event(self) -> SessionEvent:
        """The event that this line tells of."""
        fields = {"attempt" if name == "a" else name: value for name, value in self}
        del fields["t"], fields["e"]
        made: SessionEvent = self.makes(**fields)
        return made


class Prompt(EventLine):
    """A prompt to these agents."""

    e: Literal["prompt"] = "prompt"
    turn: int
    text: str
    agents: tuple[str, ...]
    id: str = ""
    """Of one of many prompts, each for itself: what it is called."""
    digest: str = ""
    """Names all that is asked with it."""
    edits: int | None = None
    """The turn that it takes the place of."""
    makes = events.Prompted


class Queue(EventLine):
    """A new attempt at a turn."""

    e: Literal["queued"] = "queued"
    a: int
    agent: str
    turn: int
    cold: events.Cold = ""
    repeat: int = 1
    """Which of several answers to the same prompt."""
    continues: int | None = None
    """The attempt that it goes on with."""
    makes = events.Queued


class Begin(EventLine):
    """An attempt's request is about to go out."""

    e: Literal["begun"] = "begun"
    a: int
    makes = events.Begun


class Note(EventLine):
    """What is known of the server that a deferred attempt waits for."""

    e: Literal["deferral"] = "deferral"
    a: int
    words: str
    makes = events.DeferralNoted


class Silence(EventLine):
    """What is known of a server whose stream says nothing."""

    e: Literal["silent"] = "silent"
    a: int
    words: str
    makes = events.Silent


class Stop(EventLine):
    """The program itself was stopped for so many seconds."""

    e: Literal["stood_still"] = "stood_still"
    a: int
    seconds: float
    makes = events.StoodStill


class Withdraw(EventLine):
    """An attempt that was never sent is taken out."""

    e: Literal["withdrawn"] = "withdrawn"
    a: int
    makes = events.Withdrawn


class TakeBack(EventLine):
    """A turn that waited is taken back from an agent."""

    e: Literal["taken_back"] = "taken_back"
    turn: int
    agent: str
    makes = events.TakenBack


class Clear(EventLine):
    """These agents begin a new conversation."""

    e: Literal["cleared"] = "cleared"
    agents: tuple[str, ...]
    makes = events.Cleared


class GoBack(EventLine):
    """An agent's conversation is the one that ends with this turn."""

    e: Literal["went_back"] = "went_back"
    turn: int
    agent: str
    makes = events.WentBack


class Front(EventLine):
    """Another attempt of a turn comes to the front."""

    e: Literal["front"] = "front"
    turn: int
    agent: str
    a: int
    makes = events.BroughtToFront


class Server(EventLine):
    """What is known of an agent's server."""

    e: Literal["server"] = "server"
    agent: str
    away: bool = False
    served_by: str = ""
    context_length: int | None = None
    makes = events.ServerNoted


class AgentLine(Line):
    """A line that tells of an agent as the head does."""

    t: float
    agent: KeptAgent


class AddAgent(AgentLine):
    """An agent has come."""

    e: Literal["agent_added"] = "agent_added"


class ChangeAgent(AgentLine):
    """An agent is asked otherwise from now on."""

    e: Literal["agent_changed"] = "agent_changed"


class RemoveAgent(EventLine):
    """An agent has gone, with its conversation."""

    e: Literal["agent_removed"] = "agent_removed"
    agent: str
    makes = events.AgentRemoved


class PauseAgent(EventLine):
    """Prompts go to an agent no more, or again."""

    e: Literal["agent_paused"] = "agent_paused"
    agent: str
    paused: bool = True
    makes = events.AgentPaused


class Sample(EventLine):
    """What servers and GPUs are like."""

    e: Literal["sampled"] = "sampled"
    servers: tuple[ServerSample, ...] = ()
    gpus: tuple[GpuSample, ...] = ()
    makes = events.Sampled


class Rename(EventLine):
    """The session's title."""

    e: Literal["renamed"] = "renamed"
    title: str
    makes = events.Renamed


class Close(EventLine):
    """The session ended in order."""

    e: Literal["closed"] = "closed"
    how: str
    makes = events.Closed


class Failure(BaseModel):
    """Why an attempt failed."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    kind: ErrorKind
    message: str
    agent: str = ""
    server: str = ""
    hint: str = ""
    status: int | None = None
    passing: bool = True
    """Time may mend it."""
    detail: str = ""
    """All that the server said, where that is long."""

    def error(self) -> BackendError:
        """The error."""
        return BackendError(**dict(self))


class Defer(Line):
    """An attempt waits for its server to be up."""

    t: float
    e: Literal["deferred"] = "deferred"
    a: int
    error: Failure | None = None
    tries: int = 0

    def event(self) -> SessionEvent:
        """The event that this line tells of."""
        return events.Deferred(self.a, self.error.error() if self.error else None, self.tries)


class End(Line):
    """An attempt ended; `times` are seconds from when it was queued, and counts."""

    t: float
    e: Literal["ended"] = "ended"
    a: int
    status: Status
    error: Failure | None = None
    times: dict[str, bool | int | float] | None = None
    stopped_s: float = 0.0
    dated: bool = False
    stalls: tuple[tuple[float, float], ...] = ()
    """Where it stood still: seconds from the request's last byte, and for how long."""
