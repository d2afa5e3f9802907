"""Attempts and conversations made by hand, for what only reads them."""

from datetime import UTC, datetime

from massgen_tui.backends.events import RequestSent, StreamEvent
from massgen_tui.export.document import SessionInfo, document_of
from massgen_tui.export.markdown import to_markdown
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from tests.support.fakes import FakeBackend, config_of, failure

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def attempt_of(*events: StreamEvent, status: Status = Status.DONE, **end: object) -> Attempt:
    attempt = Attempt("a", 1, Times(created=0.0))
    attempt.apply(RequestSent({}), 1.0)
    for place, event in enumerate(events):
        attempt.apply(event, 2.0 + place)
    if status.ended:
        attempt.end(status, 10.0, failure(**end) if status is Status.FAILED else None)
    return attempt


def conversation(*answers: Attempt, prompt: str = "what?") -> Agent:
    agent = Agent(config_of("qwen1").agents[0], FakeBackend("qwen1"))
    agent.turns = [Turn(turn, prompt, [answer]) for turn, answer in enumerate(answers, start=1)]
    return agent


def told(title: str = "t") -> SessionInfo:
    """A session whose clock stood at 10 s at noon."""
    return SessionInfo(id="ab12cd34", title=title, at=NOW, config="t.yaml", zero=10.0)


def markdown(*agents: Agent, title: str = "t") -> str:
    """All that they said, as Markdown."""
    return to_markdown(document_of(agents, told(title)))
