"""Reads a config anew once its file has changed: notices it, says what changes, and asks first.

A file is read when it has looked the same twice: editors write it in pieces, or put another in its
place. One that cannot be read, or is wrong, is told once, and all stays as it was.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui.config.changes import Changes, changes
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.own_settings import with_own
from massgen_tui.console.host import Host
from massgen_tui.console.layout import first_of
from massgen_tui.data_class import dataclass
from massgen_tui.session.agent import Agent
from massgen_tui.session.queries import running
from massgen_tui.text import one_line

_LINES = 12
"""Lines of what changes that a question holds."""

if TYPE_CHECKING:
    from massgen_tui.console.workspace import Workspace

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Offer:
    """A config that may be taken over."""

    config: Config
    changes: Changes


class ConfigFile:
    """The file of a config that is in use."""

    def __init__(self, config: Config, path: Path, agents: Callable[[], Sequence[Agent]]) -> None:
        """Begin with what was read of the file.

        Args:
            config: as it was read.
            path: of the file.
            agents: those that there are now.
        """
        self.path = path
        self.offer: Offer | None = None
        """What the file says now, as long as it was neither taken over nor declined."""
        self._written = config
        self._agents = agents
        self._seen = _signature(path)
        self._coming = self._seen
        """How the file looked last, where that is not what was read."""
        self._looking = False

    async def look(self, read: Callable[[Path], Config]) -> str:
        """Look at the file, and read it where it has changed and stands still.

        Returns:
            What is wrong with it now; empty: nothing, or it was told before.
        """
        if self._looking:
            return ""
        self._looking = True
        try:
            return await self._look(read)
        finally:
            self._looking = False

    async def _look(self, read: Callable[[Path], Config]) -> str:
        now = await asyncio.to_thread(_signature, self.path)
        if now == self._seen:
            self._coming = now
            return ""
        if now != self._coming:
            self._coming = now
            return ""
        return await self.read(read)

    async def read(self, read: Callable[[Path], Config]) -> str:
        """Read the file now; what is wrong with it, or empty."""
        self.offer = None
        self._seen = self._coming = await asyncio.to_thread(_signature, self.path)
        try:
            config = await asyncio.to_thread(read, self.path)
        except ConfigError as error:
            first, *more = str(error).splitlines()
            also = f" (and {len(more)} more)" if more else ""
            return f"{one_line(first, 400)}{also}: all stays as it was"
        found = changes(self._written, config, self._now)
        if found.any:
            self.offer = Offer(config, found)
        else:
            self._written = config
        return ""

    @property
    def question(self) -> str:
        """What is asked of the offer."""
        if self.offer is None:
            return ""
        told = self.offer.changes.told
        lines = [*told[:_LINES], *([f"… {len(told) - _LINES} more"] if told[_LINES:] else [])]
        going = [one.id for one in self._agents() if one.id in self.offer.changes.removed]
        busy = [one.id for one in self._agents() if running(one) is not None]
        if stopped := [one_line(id, 40) for id in going if id in busy]:
            lines.append(f"what {', '.join(stopped)} answers now is stopped")
        if set(busy) - set(going):
            lines.append("answers under way end as they were asked")
        name = one_line(self.path.name, 80)
        listed = "\n".join(f"  {line}" for line in lines)
        return f"{name} has changed:\n\n{listed}\n\nenter or y: reload\nesc or n: not now"

    def take(self) -> Offer | None:
        """What the file says, to be taken over: it is what counts from now on."""
        if self.offer is None:
            return None
        # agents may have come or changed since it was read
        config, self.offer = self.offer.config, None
        taken = Offer(config, changes(self._written, config, self._now))
        self._written = config
        return taken

    def decline(self) -> None:
        """Leave all as it is; reading by hand offers it again."""
        self.offer = None

    @property
    def _now(self) -> dict[str, AgentConfig]:
        return {agent.id: agent.config for agent in self._agents()}


def read_anew(path: Path) -> Config:
    """The config as its file and the user's settings say it now.

    Raises:
        ConfigError: it cannot be read as a config.
    """
    return with_own(load_config(path))


class Reloading:
    """Looks at a config's file, and asks whether what it says now is to count."""

    def __init__(
        self,
        file: ConfigFile,
        host: Host,
        *,
        unready: Callable[[], str],
        take_over: Callable[[Offer], str],
    ) -> None:
        """Look at `file`.

        Args:
            file: of the config that is in use.
            host: says and asks.
            unready: why nothing may change now; empty: it may.
            take_over: lets an offer count, and gives what is to be said of it.
        """
        self._file = file
        self._host = host
        self._unready = unready
        self._take_over = take_over
        self._told: Offer | None = None
        """What was told of already, while it could not be asked."""

    async def look(self) -> None:
        """Look once; ask as soon as that disturbs nobody."""
        if problem := await self._file.look(read_anew):
            self._host.say(problem, seconds=10, severity="warning")
        offer = self._file.offer
        if offer is None:
            return
        if not self._unready() and self._host.idle:
            self._ask()
        elif offer is not self._told:
            self._told = offer
            self._host.say(f"{self._name} has changed: palette, Reload config", seconds=8)

    async def by_hand(self) -> None:
        """Read the file now, and ask."""
        problem = await self._file.read(read_anew) or self._unready()
        if problem:
            self._host.say(problem, seconds=10, severity="warning")
        elif self._file.offer is None:
            self._host.say(f"{self._name} says what it said before")
        else:
            self._ask()

    def _ask(self) -> None:
        self._host.ask(self._file.question, self._answered)

    def _answered(self, yes: bool | None) -> None:
        offer = self._file.take() if yes else None
        if offer is None:
            self._file.decline()
            return
        self._host.say(f"{self._name}: {self._take_over(offer)}", seconds=6)

    @property
    def _name(self) -> str:
        return one_line(self._file.path.name, 80)


def reloading_of(workspace: "Workspace", host: Host) -> Reloading | None:
    """What looks at the file of a workspace's config; None where there is none."""
    path = workspace.config.path
    if path is None:
        return None
    agreeing = workspace.coordinating
    return Reloading(
        ConfigFile(workspace.config, path.absolute(), lambda: workspace.session.agents),
        host,
        unready=lambda: "the agents have not agreed yet" if agreeing.running else "",
        take_over=lambda offer: taken_over(workspace, host, offer),
    )


def taken_over(workspace: "Workspace", host: Host, offer: Offer) -> str:
    """Let a config that was read anew count from now on; gives what is to be said."""
    before, found = workspace.config, offer.changes
    told = {*before.warnings, *workspace.keys.warnings}
    ui = {name: getattr(offer.config.ui, name) for name in found.ui}
    rest = {"ui": before.ui.model_copy(update=ui)}
    rest |= {name: getattr(before, name) for name in ("monitor", "gpus")}
    workspace.session.configure(offer.config.model_copy(update=rest))
    for agent in found.added:
        workspace.add_agent(agent)
    for agent in found.changed:
        workspace.change_agent(agent)
    for id in found.removed:
        workspace.remove_agent(id)
    workspace.changing.written.renew(offer.config.agents)
    workspace.follow_agents()
    workspace.renew_keys()
    if "layout" in found.ui:
        workspace.main.grid.stand(first_of(workspace.config.ui.layout))
    host.apply_ui(theme="theme" in found.ui)
    new = [one for one in (*offer.config.warnings, *workspace.keys.warnings) if one not in told]
    return "\n".join(["read anew", *new[:2]])


def _signature(path: Path) -> Signature | None:
    """What of a file changes when it is written; None: it is not there."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
