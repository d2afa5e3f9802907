"""Prompts that wait for a server: offered, shown, sent when it is up, taken back with esc."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from massgen_tui.backends.events import BackendError, ContentDelta, ErrorKind, Opened, Retrying
from massgen_tui.config.model import Config
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.monitor.status import ServerState, ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import Health, HealthReport
from massgen_tui.session.status import Status
from tests.support import scenes
from tests.support.console import FixedWatching, Stage, staged
from tests.support.fakes import Step, answer, config_of

OFFER = "w: send it when the server is up"
WAITS = "will send when the server is up"
REFUSED: list[Step] = [BackendError(ErrorKind.UNREACHABLE, "connection refused")]
LOADING: list[Step] = [BackendError(ErrorKind.LOADING, "Loading model", status=503)]
ROOT = "http://localhost:8000"


def servers(state: ServerState, reason: str = "", at: float = 100.0) -> dict[str, ServerStatus]:
    """Both servers; that of qwen1 in this state, looked at then."""
    both = scenes.both_up()
    return both | {ROOT: replace(both[ROOT], state=state, reason=reason, checked_at=at)}


@dataclass
class Looking(FixedWatching):
    """Nothing is watched; whoever looks finds this."""

    report: HealthReport = field(default_factory=lambda: HealthReport(Health.GONE, "refused"))
    looks: list[float] = field(default_factory=list)

    async def health(self, agent: Agent) -> HealthReport:
        """What there is."""
        self.looks.append(0)
        return self.report


async def tend(stage: Stage, seconds: float = 1.0) -> None:
    """Let time pass and servers be looked at."""
    stage.clock.tick(seconds)
    stage.app.show_monitors()
    await stage.app.workspace.deferred.tend()
    await stage.settle()


def attempts(stage: Stage) -> list[Attempt]:
    """All that there is of the first agent's last prompt."""
    return stage.session.agents[0].turns[-1].attempts


def statuses(stage: Stage) -> list[Status]:
    """What became of them."""
    return [attempt.status for attempt in attempts(stage)]


def down_then(*scripts: list[Step]) -> scenes.Cast:
    """qwen1's server refuses, then plays these."""
    return scenes.Cast(qwen1=[REFUSED, *scripts])


async def test_a_prompt_waits_for_its_server_and_is_sent_once_when_the_monitor_says_so() -> None:
    watching = FixedWatching(servers(ServerState.DOWN, "connection refused"))
    backends, size = down_then(answer("at last")), (200, 36)
    config = scenes.two_agents()
    async with staged(config, size=size, backends=backends, watching=watching) as stage:
        await stage.ask("hi")
        assert statuses(stage) == [Status.FAILED], "it fails at once"
        assert f"→ ctrl+g and the pane's number, then {OFFER}" in stage.screen_text
        await stage.press("ctrl+g", "1", "w")
        assert statuses(stage) == [Status.FAILED, Status.QUEUED]
        await tend(stage, 12)
        assert f"{WAITS} · waiting 12 s · esc takes it back" in stage.screen_text
        assert "down: connection refused" in stage.screen_text
        assert "waiting for server" in stage.screen_text
        watching.servers = servers(ServerState.LOADING, "Loading model", at=110)
        await tend(stage, 60)
        assert "waiting 1 m 12 s" in stage.screen_text
        assert "loading: Loading model" in stage.screen_text
        assert len(backends["qwen1"].asked) == 1
        watching.servers = servers(ServerState.UP, at=171)
        await tend(stage)
        await tend(stage)
        assert statuses(stage) == [Status.FAILED, Status.DONE]
        assert "at last" in stage.screen_text
        assert WAITS not in stage.screen_text
        assert len(backends["qwen1"].asked) == 2
        assert len(backends["qwen2"].asked) == 1


async def test_what_the_monitor_knew_before_is_no_reason_to_send() -> None:
    watching = FixedWatching(servers(ServerState.UP, at=99))
    async with staged(
        scenes.two_agents(), backends=down_then(answer("up")), watching=watching
    ) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w")
        await tend(stage)
        assert statuses(stage)[-1] is Status.QUEUED
        watching.servers = servers(ServerState.UP, at=101)
        await tend(stage)
        assert statuses(stage)[-1] is Status.DONE


async def test_a_server_that_loads_after_all_is_waited_for_ever_longer() -> None:
    backends = down_then(LOADING, LOADING, answer("up"))
    watching = FixedWatching(servers(ServerState.DOWN))
    async with staged(scenes.two_agents(), backends=backends, watching=watching) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w")
        stage.clock.tick(1.0)
        watching.servers = servers(ServerState.UP, at=1e9)
        await tend(stage, 0)  # at this moment, whoever looks first
        assert "Loading model" in stage.screen_text
        assert WAITS in stage.screen_text
        sent = []
        for _ in range(20):
            await tend(stage)
            sent.append(len(backends["qwen1"].asked))
        assert [sent.count(number) for number in (2, 3, 4)] == [4, 10, 6], "after 5 s, then 10 s"
        assert statuses(stage) == [Status.FAILED, Status.DONE]


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        (ServerState.UNAUTHORIZED, ErrorKind.UNAUTHORIZED, "a key is wanted"),
        (ServerState.UP, ErrorKind.NOT_FOUND, "the model is not served"),
    ],
)
async def test_a_server_that_comes_up_and_refuses_is_shown_as_that(
    state: ServerState, kind: ErrorKind, said: str
) -> None:
    watching = FixedWatching(servers(ServerState.DOWN))
    backends = down_then([BackendError(kind, said)])
    async with staged(scenes.two_agents(), backends=backends, watching=watching) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w")
        watching.servers = servers(state, at=101)
        await tend(stage)
        assert statuses(stage) == [Status.FAILED, Status.FAILED]
        assert said in stage.screen_text
        assert WAITS not in stage.screen_text
        assert OFFER not in stage.screen_text


async def test_without_a_monitor_the_server_is_looked_at_gently() -> None:
    watching = Looking()
    config = config_of("qwen1").model_copy(update={"monitor": False})
    async with staged(config, backends=down_then(answer("up")), watching=watching) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w")
        for _ in range(9):
            await tend(stage)
        assert len(watching.looks) == 3
        assert "refused" in stage.screen_text
        watching.report = HealthReport(Health.ALIVE)
        for _ in range(3):
            await tend(stage)
        assert statuses(stage) == [Status.FAILED, Status.DONE]


async def test_where_looking_tells_nothing_it_is_sent_now_and_then() -> None:
    watching = Looking(report=HealthReport(Health.UNKNOWN))
    async with staged(
        config_of("qwen1"), backends=down_then(answer("up")), watching=watching
    ) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w")
        for _ in range(14):
            await tend(stage)
        assert statuses(stage)[-1] is Status.QUEUED
        for _ in range(4):
            await tend(stage)
        assert statuses(stage)[-1] is Status.DONE


async def test_esc_takes_it_back_and_the_failure_stands_as_before() -> None:
    watching = FixedWatching(servers(ServerState.DOWN))
    backends, size = down_then(answer("never")), (200, 36)
    config = scenes.two_agents()
    async with staged(config, size=size, backends=backends, watching=watching) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w", "escape")
        assert statuses(stage) == [Status.FAILED]
        assert OFFER in stage.screen_text
        assert "attempt 2" not in stage.screen_text
        watching.servers = servers(ServerState.UP, at=200)
        await tend(stage)
        assert len(backends["qwen1"].asked) == 1
        assert not stage.session.busy


async def test_ctrl_r_sends_it_at_once_and_w_twice_holds_it_once() -> None:
    watching = FixedWatching(servers(ServerState.DOWN))
    async with staged(
        scenes.two_agents(), backends=down_then(answer("now")), watching=watching
    ) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w", "w")
        assert "waits for its server already" in stage.screen_text
        assert len(attempts(stage)) == 2
        await stage.press("ctrl+r")
        assert statuses(stage) == [Status.FAILED, Status.DONE]


async def test_a_new_prompt_waits_behind_and_comes_back_to_the_editor_first() -> None:
    watching = FixedWatching(servers(ServerState.DOWN))
    async with staged(scenes.two_agents(), backends=down_then(), watching=watching) as stage:
        await stage.ask("one")
        await stage.press("ctrl+g", "1", "w", "ctrl+g", "0")
        await stage.ask("@qwen1 two")
        assert "queued: waits for the answer above" in stage.screen_text
        await stage.press("ctrl+g", "1", "escape")
        assert stage.app.prompt.text == "two"
        assert len(stage.session.deferred) == 1
        await stage.press("escape")
        assert stage.session.deferred == []


async def test_a_letter_w_in_the_prompt_is_a_letter() -> None:
    async with staged(backends=down_then()) as stage:
        await stage.ask("hi")
        await stage.press("w")
        assert stage.app.prompt.text == "w"
        assert statuses(stage) == [Status.FAILED]


async def test_the_command_holds_all_whose_server_was_not_up() -> None:
    backends = scenes.Cast(qwen1=[REFUSED], qwen2=[LOADING])
    async with staged(scenes.two_agents(), backends=backends) as stage:
        await stage.press("ctrl+p", *"send when", "enter", "enter")
        assert "no prompt failed because its server was not up" in stage.screen_text
        await stage.ask("hi")
        await stage.press("ctrl+p", *"send when", "enter", "enter")
        assert [agent.id for agent, _ in stage.session.deferred] == ["qwen1", "qwen2"]
        assert stage.screen_text.count(WAITS) == 2


async def test_what_broke_off_may_wait_while_the_server_is_known_to_be_down() -> None:
    cut: list[Step] = [Opened(), ContentDelta("half"), BackendError(ErrorKind.INTERRUPTED, "cut")]
    watching = FixedWatching(scenes.both_up())
    backends = scenes.Cast(qwen1=[cut, answer("whole")])
    async with staged(scenes.two_agents(), backends=backends, watching=watching) as stage:
        await stage.ask("hi")
        await tend(stage)
        await stage.press("ctrl+g", "1", "w")
        assert "not known to be down" in stage.screen_text
        assert OFFER not in stage.screen_text
        watching.servers = servers(ServerState.DOWN)
        await tend(stage)
        assert OFFER in stage.screen_text
        await stage.press("w")
        watching.servers = servers(ServerState.UP, at=500)
        await tend(stage)
        assert statuses(stage) == [Status.FAILED, Status.DONE]


async def test_the_key_can_be_changed_and_is_in_the_help() -> None:
    config: Config = scenes.two_agents(keymap={"pane.wait": "ctrl+e"})
    async with staged(config, backends=down_then()) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "ctrl+e")
        assert len(stage.session.deferred) == 1
        await stage.press("f1")
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        (line,) = [row for row in sheet.body.plain.splitlines() if row.endswith("pane.wait")]
        assert "send it when the server is up" in line
        assert "ctrl+e" in line


async def test_nothing_is_drawn_between_the_rounds_and_quitting_leaves_nothing() -> None:
    backends = down_then()
    async with staged(scenes.two_agents(), backends=backends) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "w")
        frames = stage.app.workspace.pump.frames
        await stage.pilot.pause(0.5)
        assert not stage.app.workspace.pump.running
        assert stage.app.workspace.pump.frames <= frames + 2
        await stage.press("ctrl+q")
        assert "1 prompt waits for its server and will not be sent." in stage.screen_text
        assert "answering" not in stage.screen_text
        await stage.pilot.press("y")
    assert attempts(stage)[-1].status is not Status.QUEUED
    assert len(backends["qwen1"].asked) == 1


async def test_the_wait_for_a_repetition_counts_down_and_esc_ends_it() -> None:
    again: list[Step] = [Retrying("503 from the server", 3.0, 1), asyncio.Event()]
    async with staged(config_of("qwen1"), backends=scenes.Cast(qwen1=[again])) as stage:
        await stage.ask("hi")
        seen = []
        for _ in range(3):
            shown = stage.screen_text
            seen += [s for s in (3, 2, 1) if f"again in {s} s (repetition 1)" in shown]
            stage.clock.tick()
            await stage.settle()
        assert seen == [3, 2, 1]
        await stage.press("escape")
        assert statuses(stage) == [Status.CANCELLED]
        assert "again in" not in stage.screen_text
        assert stage.backends["qwen1"].open == 0


async def test_a_pane_that_was_not_asked_says_that_its_server_is_not_up() -> None:
    watching = FixedWatching(servers(ServerState.DOWN))
    async with staged(scenes.two_agents(), watching=watching) as stage:
        await tend(stage)
        assert "server not up" in stage.screen_text
        watching.servers = servers(ServerState.UP)
        await tend(stage)
        assert "server not up" not in stage.screen_text


async def test_what_has_answered_does_not_wait_for_a_server_that_is_down() -> None:
    watching = FixedWatching(scenes.both_up())
    async with staged(scenes.two_agents(), watching=watching) as stage:
        await stage.ask("hi")
        watching.servers = servers(ServerState.DOWN)
        await tend(stage)
        await stage.press("ctrl+g", "1", "w")
        assert "no prompt of qwen1 failed" in stage.screen_text
