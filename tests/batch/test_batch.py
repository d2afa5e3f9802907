"""Many prompts: what is asked, kept, told and gone on with, by backends without a server."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from massgen_tui import paths
from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    Opened,
    RequestSent,
    StreamEvent,
    UsageReported,
)
from massgen_tui.batch import lane
from massgen_tui.batch.prompts import OnePrompt, Prompts, PromptsError
from massgen_tui.batch.runner import Options, run
from massgen_tui.cli.group import Commands
from massgen_tui.config.coordination import CoordinationConfig
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.store.glance import summarise
from massgen_tui.store.reader import read_session
from tests.support.every_line import check_lines
from tests.support.fakes import config_of, failure
from tests.support.schemas import schema

JSON = Options(format="json")
REFUSED = {"kind": ErrorKind.UNREACHABLE, "message": "connection refused"}


@dataclass
class Server:
    """Answers each prompt by itself, and counts."""

    servers: dict[str, str] = field(default_factory=dict)
    """Where an agent is; all at the same place by default."""
    fails: dict[str, list[BackendError]] = field(default_factory=dict)
    """What goes wrong with a prompt, once for each."""
    away: frozenset[str] = frozenset()
    """Prompts at which the server is not there."""
    says: dict[str, list[str]] = field(default_factory=dict)
    bodies: list[tuple[str, str]] = field(default_factory=list)
    settings: list[object] = field(default_factory=list)
    running: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def __call__(self, agent: AgentConfig) -> Backend:
        """A backend there."""
        return At(agent.id, self, server=self.servers.get(agent.id, "http://a:1"))


@dataclass
class At:
    agent: str
    world: Server
    provider: str = "vLLM"
    server: str = "http://a:1"
    url: str = ""
    model: str = "m"

    def request(self, call: Call) -> ChatRequest:
        """What is asked."""
        self.world.settings.append(dict(call.settings))
        said = [{"role": one.role, "content": one.content} for one in call.messages]
        return ChatRequest({"model": "m", "messages": said} | dict(call.settings))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer."""
        world, server = self.world, self.server
        messages: Any = request.body["messages"]
        asked = messages[-1]["content"]
        world.bodies.append((self.agent, asked))
        world.running[server] = world.running.get(server, 0) + 1
        world.most[server] = max(world.most.get(server, 0), world.running[server])
        try:
            yield RequestSent(request.body)
            await asyncio.sleep(0)
            if asked in world.away:
                raise failure(**REFUSED)
            if fails := world.fails.get(asked):
                raise fails.pop(0)
            yield Opened()
            says = world.says.get(asked)
            yield ContentDelta(says.pop(0) if says else f"{self.agent} says {asked}")
            yield UsageReported(3, 5, None, 2)
            yield Finished("stop")
        finally:
            world.running[server] -= 1

    def drain(self) -> list[StreamEvent]:
        """Nothing is held back."""
        return []

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(lane, "PACE", 0.0)


def prompts_of(*texts: str) -> Prompts:
    return Prompts(io.BytesIO("\n".join(texts).encode()))


def kept() -> Path:
    (path,) = paths.sessions_dir().glob("*.jsonl")
    return path


def ask(
    world: Server,
    prompts: Prompts | OnePrompt,
    *agents: str,
    config: Config | None = None,
    options: Options = JSON,
) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    config = config or config_of(*agents, logging_enabled=True)
    code = run(config, prompts, options, out=out, err=err, backend_for=world)
    return code, out.getvalue(), err.getvalue()


def answers(path: Path) -> list[tuple[str, str, str, str]]:
    """Prompt, agent, how it ended and what was said, of each attempt in a file."""
    check_lines(path)
    session = read_session(path)
    assert session.damage == []
    return sorted(
        (turn.prompt, agent.id, attempt.status.value, str(attempt.content))
        for agent in session.state.agents.values()
        for turn in agent.turns
        for attempt in turn.attempts
    )


def test_every_agent_answers_every_prompt_and_it_is_kept() -> None:
    code, out, err = ask(Server(), prompts_of("one", "two", "three"), "a", "b")
    told = json.loads(out)
    Draft202012Validator(schema("batch")).validate(told)
    assert code == 0
    assert [(one["agent"], one["asked"], one["done"], one["failed"]) for one in told["agents"]] == [
        ("a", 3, 3, 0),
        ("b", 3, 3, 0),
    ]
    assert told["agents"][0]["usage"] == {
        "prompt_tokens": 9, "completion_tokens": 15, "reasoning_tokens": None, "cached_tokens": 6,
    }  # fmt: skip
    assert told["failures"] == []
    assert told["session"] in kept().name
    assert told["session"] in err
    assert answers(kept()) == sorted(
        (text, agent, "done", f"{agent} says {text}")
        for agent in "ab"
        for text in ("one", "two", "three")
    )


def test_each_prompt_stands_for_itself() -> None:
    world = Server()
    ask(world, prompts_of("one", "two"), "a", options=replace(JSON, concurrency=1))
    session = read_session(kept())
    requests = [
        attempt.request for turn in session.state.agents["a"].turns for attempt in turn.attempts
    ]
    assert [request and request["messages"] for request in requests] == [
        [{"role": "user", "content": "one"}],
        [{"role": "user", "content": "two"}],
    ]


def test_the_lists_tell_of_it_as_of_any_session() -> None:
    ask(Server(), prompts_of("one", "two"), "a", "b")
    summary, _ = summarise(kept())
    assert (summary.turns, summary.attempts, summary.prompt, summary.end) == (2, 4, "one", "quit")


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_server_is_asked_so_many_at_once_whatever_the_number_of_its_agents(at_once: int) -> None:
    world = Server(servers={"c": "http://b:1"})
    ask(
        world,
        prompts_of(*map(str, range(20))),
        "a",
        "b",
        "c",
        options=replace(JSON, concurrency=at_once),
    )
    assert world.most == {"http://a:1": at_once, "http://b:1": at_once}
    assert len(world.bodies) == 60


def test_failures_are_told_and_asked_again_only_where_that_is_wanted() -> None:
    world = Server(fails={"two": [failure(kind=ErrorKind.BAD_REQUEST, message="no")]})
    prompts = prompts_of("one", "two")
    code, out, _ = ask(world, prompts, "a")
    told = json.loads(out)
    assert code == 2
    assert [(one["id"], one["error"]["kind"]) for one in told["failures"]] == [
        ("line:2", "bad_request")
    ]
    code, out, _ = ask(world, prompts, "a", options=replace(JSON, onto=kept()))
    assert (code, len(world.bodies)) == (2, 2)
    assert json.loads(out)["failures"] == told["failures"]
    code, out, _ = ask(world, prompts, "a", options=replace(JSON, onto=kept(), retry_failed=True))
    assert (code, len(world.bodies)) == (0, 3)
    assert json.loads(out)["agents"][0] | {"total_s": 0} == json.loads(out)["agents"][0] | {
        "total_s": 0, "done": 2, "failed": 0,
    }  # fmt: skip


def test_all_that_failed_is_3() -> None:
    world = Server(fails={"one": [failure(kind=ErrorKind.BAD_REQUEST)]})
    assert ask(world, prompts_of("one"), "a")[0] == 3


def test_it_goes_on_with_what_has_no_answer() -> None:
    world = Server()
    ask(world, prompts_of("one", "two"), "a")
    code, out, _ = ask(
        world, prompts_of("one", "two", "three"), "a", options=replace(JSON, onto=kept())
    )
    assert code == 0
    assert world.bodies == [("a", "one"), ("a", "two"), ("a", "three")]
    assert json.loads(out)["agents"][0]["done"] == 3
    assert [one[0] for one in answers(kept())] == ["one", "three", "two"]


def test_an_agent_that_came_later_is_asked_for_all() -> None:
    world = Server()
    ask(world, prompts_of("one"), "a")
    code, _, err = ask(world, prompts_of("one"), "a", "b", options=replace(JSON, onto=kept()))
    assert (code, world.bodies) == (0, [("a", "one"), ("b", "one")])
    assert "agent b is new" in err
    assert [one[:3] for one in answers(kept())] == [("one", "a", "done"), ("one", "b", "done")]


def test_another_prompt_under_a_known_id_is_refused() -> None:
    ask(Server(), prompts_of("one", "two"), "a")
    before = kept().read_bytes()
    with pytest.raises(PromptsError, match="line:2"):
        ask(Server(), prompts_of("one", "deux"), "a", options=replace(JSON, onto=kept()))
    assert kept().read_bytes() == before


def test_what_was_under_way_when_it_was_killed_is_asked_again_once() -> None:
    prompts = prompts_of("one", "two", "three")
    world = Server()
    ask(world, prompts, "a", options=replace(JSON, concurrency=1))
    whole = kept().read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole), 97):
        kept().write_bytes(whole[:cut])
        try:
            code, out, _ = ask(Server(), prompts, "a", options=replace(JSON, onto=kept()))
        except PromptsError:
            assert b'"e":"prompt"' not in whole[: whole.rindex(b"\n", 0, cut) + 1]
            continue
        assert (code, json.loads(out)["agents"][0]["done"]) == (0, 3), cut
        assert [one[:3] for one in answers(kept())] == [
            ("one", "a", "done"), ("three", "a", "done"), ("two", "a", "done"),
        ], cut  # fmt: skip


def test_prompts_of_a_server_that_goes_away_wait_for_it() -> None:
    world = Server(
        servers={"b": "http://b:1"},
        fails={"two": [failure(**REFUSED), failure(**REFUSED), failure(**REFUSED)]},
    )
    code, out, err = ask(
        world, prompts_of("one", "two", "three"), "a", options=replace(JSON, concurrency=2, wait=60)
    )
    assert code == 0
    assert json.loads(out)["failures"] == []
    assert "http://a:1 is away (connection refused): its prompts wait" in err
    assert "http://a:1 is back" in err
    assert [one[:3] for one in answers(kept())] == [
        ("one", "a", "done"), ("three", "a", "done"), ("two", "a", "done"),
    ]  # fmt: skip


def test_what_is_left_of_a_server_that_stays_away_is_unreachable() -> None:
    world = Server(servers={"b": "http://b:1"})

    texts = [str(n) for n in range(9)]
    world.away = frozenset(texts[3:])
    code, out, err = ask(
        world, prompts_of(*texts), "a", options=replace(JSON, concurrency=2, wait=0.01)
    )
    told = json.loads(out)
    Draft202012Validator(schema("batch")).validate(told)
    assert code == 2
    assert (told["agents"][0]["done"], told["agents"][0]["failed"]) == (3, 6)
    assert {one["error"]["kind"] for one in told["failures"]} == {"unreachable"}
    assert "is given up" in err
    world.away = frozenset()
    assert ask(world, prompts_of(*texts), "a", options=replace(JSON, onto=kept()))[0] == 0
    assert [one[2] for one in answers(kept())] == ["done"] * 9


def test_what_is_expected_is_counted() -> None:
    lines = [
        {"prompt": "x", "expect": "says x"},
        {"prompt": "y", "expect_regex": "^no"},
        {"prompt": "z"},
    ]
    prompts = prompts_of(*map(json.dumps, lines))
    code, out, _ = ask(Server(), prompts, "a")
    assert (code, json.loads(out)["agents"][0]["expect"]) == (0, {"passed": 1, "of": 2})
    assert ask(Server(), prompts, "a", options=replace(JSON, onto=kept(), strict=True))[0] == 2


def test_repeats_are_compared_with_the_first() -> None:
    world = Server(says={"go": ["it is one", "it is one", "it is two", "it is one"]})
    code, out, _ = ask(world, OnePrompt("go"), "a", options=replace(JSON, repeat=4, concurrency=1))
    told = json.loads(out)
    Draft202012Validator(schema("batch")).validate(told)
    stats = told["agents"][0]["stats"]
    assert code == 0
    assert (stats["of"], stats["identical"], stats["first_difference_word"]) == (4, 3, 3)
    assert stats["ttft_s"]["n"] == 4
    assert stats["cold"] is None
    assert [one[2] for one in answers(kept())] == ["done"] * 4


def test_repeats_go_on_where_they_ended() -> None:
    world = Server()
    ask(world, OnePrompt("go"), "a", options=replace(JSON, repeat=2))
    code, out, _ = ask(world, OnePrompt("go"), "a", options=replace(JSON, repeat=5, onto=kept()))
    assert (code, json.loads(out)["agents"][0]["done"], len(world.bodies)) == (0, 5, 5)


def test_cold_answers_have_a_salt_of_their_own() -> None:
    world = Server()
    ask(world, OnePrompt("go"), "a", options=replace(JSON, repeat=3, cold=True))
    salts = [one["cache_salt"] for one in world.settings if isinstance(one, dict)]
    assert len(set(salts)) == 3
    assert all(salts)


def test_what_cannot_be_cold_is_said() -> None:
    config = config_of("a", type="ollama")
    world = Server()
    _, out, err = ask(
        world, OnePrompt("go"), config=config, options=replace(JSON, repeat=2, cold=True)
    )
    assert "a: cannot be cold here" in err
    assert world.settings == [{}, {}]
    assert json.loads(out)["agents"][0]["stats"]["cold"] is None


@pytest.mark.parametrize("prompts", [OnePrompt("go"), prompts_of("one", "two")],
                         ids=["--repeat", "--prompts"])  # fmt: skip
def test_a_config_that_wants_agreement_is_told_that_each_answers_for_itself(
    prompts: OnePrompt | Prompts,
) -> None:
    config = config_of("a", "b")
    agreeing = config.model_copy(update={"coordination": CoordinationConfig(coordinate=True)})
    world = Server()
    code, _, err = ask(world, prompts, config=agreeing, options=replace(JSON, repeat=2))
    assert (code, len(world.bodies)) == (0, 4 * len(prompts))
    assert err.count("warning: orchestrator.coordinate is for one prompt, asked once") == 1
    _, _, err = ask(world, OnePrompt("go"), config=config)
    assert "coordinate" not in err


def test_lines_come_as_answers_end() -> None:
    _, out, _ = ask(
        Server(), prompts_of("one", "two"), "a", options=replace(JSON, format="jsonl", repeat=2)
    )
    lines = [json.loads(line) for line in out.splitlines()]
    one = {"$ref": "#/$defs/answer", "$defs": schema("batch")["$defs"]}
    for line in lines:
        Draft202012Validator(one).validate(line)
    assert sorted((line["prompt_id"], line["repeat"], line["content"]) for line in lines) == [
        ("line:1", 1, "a says one"), ("line:1", 2, "a says one"),
        ("line:2", 1, "a says two"), ("line:2", 2, "a says two"),
    ]  # fmt: skip


def test_tables() -> None:
    _, out, err = ask(
        Server(), prompts_of("one", "two"), "a", "b", options=replace(JSON, format="table")
    )
    head, *rows = out.splitlines()
    assert head.split("  ")[0] == "agent"
    assert [row.split()[:3] for row in rows] == [["a", "2", "0"], ["b", "2", "0"]]
    assert "\r" not in out + err
    _, out, _ = ask(
        Server(),
        prompts_of("one", "two"),
        "a",
        "b",
        options=replace(JSON, format="csv", save=False),
    )
    read = list(csv.DictReader(io.StringIO(out)))
    assert [(one["agent"], one["done"], one["completion_tokens"]) for one in read] == [
        ("a", "2", "10"), ("b", "2", "10"),
    ]  # fmt: skip
    _, out, _ = ask(
        Server(), prompts_of("one"), "a", options=replace(JSON, format="md", save=False)
    )
    assert out.splitlines()[1].startswith("| --- | ---: |")


def test_nothing_is_kept_where_that_is_wanted() -> None:
    _, out, _ = ask(Server(), prompts_of("one"), "a", options=replace(JSON, save=False))
    assert json.loads(out)["session"] is None
    assert list(paths.sessions_dir().glob("*")) == []


def test_resume_names_the_command_that_goes_on_with_many_prompts() -> None:
    ask(Server(), prompts_of("one"), "a")
    told = CliRunner().invoke(Commands(), ["resume", "last"])
    assert told.exit_code == 1
    assert "run CONFIG --prompts FILE --continue last" in told.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--prompts", "p", "--file", "f"], "--prompts takes the place"),
        (["hello", "--prompts", "p"], "--prompts takes the place"),
        (["hello", "--format", "csv"], "--format csv is for --prompts or --repeat"),
        (["hello", "--concurrency", "2"], "go with --prompts or --repeat"),
        (["hello", "--repeat", "2", "--format", "text"], "--format text is for one answer"),
        (["--prompts", "p", "--coordinate"], "--coordinate is for one prompt"),
        (["--prompts", "p", "--retry-failed"], "--retry-failed goes with --continue"),
        (["--prompts", "p", "--continue", "x", "--no-save"], "--no-save cannot be"),
        (["--prompts", "p", "--repeat", "0"], "0 is not in the range"),
        (["--prompts", "none.txt"], "none.txt cannot be read"),
        (["--prompts", "p", "--continue", "nosuch"], "nosuch"),
        (["--prompts", "empty"], "empty holds no prompt"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    backend = {"type": "vllm", "model": "m", "base_url": "http://127.0.0.1:9/v1"}
    Path("c.yaml").write_text(json.dumps({"agents": [{"id": "a", "backend": backend}]}))
    Path("p").write_text("one")
    Path("empty").write_text("\n")
    told = CliRunner().invoke(Commands(), ["run", "c.yaml", *words])
    assert told.exit_code != 0
    assert said in told.output
