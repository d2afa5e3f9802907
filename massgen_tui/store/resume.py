"""Goes on with a kept session: all that was, and a new file that is whole in itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from massgen_tui import paths
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.serialise import kept_values
from massgen_tui.session.agent import Agent
from massgen_tui.session.session import Session
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import KeptAgent, head_of
from massgen_tui.store.messages import MessageNames
from massgen_tui.store.reader import KeptSession, lines_of, read_head, read_session
from massgen_tui.store.recording import index_ended
from massgen_tui.store.writer import SessionLog


@dataclass(frozen=True, slots=True)
class Resumed:
    """A session that goes on."""

    kept: KeptSession
    log: SessionLog | None
    """Where it is kept from now on; None: nowhere."""
    broken_off: int
    """Answers that had not ended when the kept one was cut off."""

    @property
    def warnings(self) -> list[str]:
        """What is not as it was, for people."""
        told = list(self.kept.damage[:3])
        if self.kept.damage[3:]:
            told.append(f"{len(self.kept.damage) - 3} more lines are damaged")
        if self.broken_off:
            many = "1 answer was" if self.broken_off == 1 else f"{self.broken_off} answers were"
            told.append(f"{many} cut off where the session ended: rerun asks again")
        return [f"session {self.kept.head.id}: {text}" for text in told]


def resume(
    session: Session,
    path: Path,
    *,
    warn: Callable[[str], None],
    keep: bool = True,
    directory: Callable[[], Path] | None = None,
) -> Resumed:
    """Let a session of nothing but agents go on where the one in `path` ended.

    Args:
        session: of the agents that go on. What differs from those at the end of the file happens
            by events.
        path: the file of the session that ended. It is not changed.
        warn: told once, when the new file cannot be written.
        keep: whether a new file is written; it is made with the first prompt.
        directory: gives (and makes) the directory of the files; None: the state directory's.

    Raises:
        NoSessionError: the file is no session's.
        OSError: it cannot be read.
    """
    before, names = read_head(path), MessageNames()
    config_of = agents_as_known(session.config)
    session.state.begin_with(Agent(config_of(one), one.profile) for one in before.agents)
    zero = session.clock() - (datetime.now(UTC) - before.at).total_seconds()
    learn, state = (lambda entry: names.learn(entry.event)), session.state
    kept = read_session(path, zero, keep=learn, into=state, config_of=config_of)
    names.known.update(kept.names)
    log, redact = None, session.redact
    if keep:
        log = SessionLog(
            head_of(session.config, {}, session.resolution_s, before),
            session.state,
            lambda: Encoder(zero, redact, names),
            session.clock,
            directory or paths.sessions_dir,
            warn=warn,
            before=lines_of(path),
            ended=None if directory else index_ended,
        )
        session.listen(log.hear)
    broken_off = session.break_off()
    session.settle()
    return Resumed(kept, log, broken_off)


def agents_as_known(config: Config) -> Callable[[KeptAgent], AgentConfig]:
    """Gives a config's own agents for those that are kept with the same settings."""
    known = {agent.id: (agent, kept_values(agent)) for agent in config.agents}

    def config_of(kept: KeptAgent) -> AgentConfig:
        agent, values = known.get(kept.id, (None, None))
        return agent if agent is not None and values == kept.settings else kept.config

    return config_of
