"""`check --ask`: what probes say of engines that do as wanted, and of those that do not."""

import asyncio
import io
import json
import signal
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from massgen_tui.check import check
from massgen_tui.check.ask.table import PROBES, REQUESTS
from massgen_tui.check.ask.told import table
from massgen_tui.cli.commands import group
from tests.support.schemas import schema
from tests.support.server import (
    Again,
    Close,
    Deafen,
    Hang,
    Reply,
    Reset,
    ScriptedServer,
    chunk,
    delta,
    free_port,
    head,
    sse,
)
from tests.support.smoke import RIGHT, SEA, Engine, Ways

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(schema("check"))
NAMES = [probe.name for probe in PROBES]
QWEN = "Qwen/Qwen3-4B"
THINKS = "\n      enable_thinking: true"


def config(
    folder: Path, *urls: str, type: str = "vllm", more: str = THINKS, model: str = QWEN
) -> Path:
    agents = [
        f"  - id: a{at}\n    backend:\n      type: {type}\n      model: {model}\n"
        f"      base_url: {url}/v1{more}\n"
        for at, url in enumerate(urls)
    ]
    path = folder / "c.yaml"
    path.write_text("agents:\n" + "".join(agents))
    return path


async def asked(*paths: Path, probe: bool = True) -> tuple[int, Any]:
    out = io.StringIO()
    code = await check(paths, probe=probe, as_json=True, strict=False, out=out, ask=True)
    report = json.loads(out.getvalue())
    SCHEMA.validate(report)
    assert report["ok"] is (code == 0)
    return code, report


async def examined(
    folder: Path, ways: Ways, *, type: str = "vllm", more: str = THINKS, model: str = QWEN
) -> tuple[int, dict[str, dict[str, Any]], Engine]:
    """What is found of one agent, by probe, and the engine that was asked."""
    engine = Engine(ways)
    async with ScriptedServer() as server:
        engine.serve(server)
        code, report = await asked(config(folder, server.root, type=type, more=more, model=model))
    probes = report["files"][0]["agents"][0]["probes"]
    assert [one["probe"] for one in probes] == NAMES
    assert len(engine.bodies) <= REQUESTS
    return code, {one["probe"]: one for one in probes}, engine


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    monkeypatch.setattr("massgen_tui.check.ask.limits.PAUSE", 0.01)


async def test_an_engine_that_does_as_wanted_is_ok_in_all(tmp_path: Path) -> None:
    code, found, engine = await examined(tmp_path, RIGHT)
    assert {name: one["result"] for name, one in found.items()} == dict.fromkeys(NAMES, "ok")
    assert code == 0
    assert sum(body["stream"] is False for body in engine.bodies) == 2
    assert all(body["max_tokens"] <= 1024 for body in engine.bodies)
    assert all(one["hint"] is None for one in found.values())


TABLE: list[tuple[str, dict[str, Any], str, str, str, str]] = [
    # probe, ways, result, in what came, in the hint, type
    # vLLM without --reasoning-parser: <think> … </think> in the content
    (
        "reasoning", {"parses_thoughts": False},
        "failed", "<think> in the answer", "--reasoning-parser qwen3", "vllm",
    ),
    # QwQ, DeepSeek-R1: the template opens the thought, a closing tag is all that there is
    (
        "reasoning", {"parses_thoughts": False, "opens_thoughts": False},
        "failed", "</think> in the answer", "--reasoning-parser qwen3", "sglang",
    ),
    (
        "reasoning", {"parses_thoughts": False},
        "failed", "<think>", "--reasoning-format deepseek", "llamacpp",
    ),
    # a thought in its field and in the answer: some gateways send both
    ("reasoning", {"repeats_thoughts": True}, "failed", "stands in the answer too", "", "vllm"),
    ("reasoning", {"thinks": False}, "failed", "no reasoning", "--reasoning-parser", "vllm"),
    # a template without the switch, or a gateway that drops chat_template_kwargs
    (
        "thinking_off", {"heeds_switch": False},
        "failed", "it reasons", "chat_template_kwargs.enable_thinking", "vllm",
    ),
    (
        "thinking_off", {"heeds_switch": False, "parses_thoughts": False},
        "failed", "<think>", "chat_template_kwargs.enable_thinking", "sglang",
    ),
    # gateways that count nothing, or that drop stream_options
    ("usage", {"usage": "zeros"}, "failed", "streamed: no usage", "include_usage", "vllm"),
    ("usage", {"usage": "none"}, "failed", "no usage", "include_usage", "sglang"),
    ("usage", {"usage": "streamed none"}, "failed", "streamed: no usage", "include_usage", "vllm"),
    ("usage", {"usage": "total"}, "failed", "1 in all", "", "vllm"),
    ("usage", {"usage": "reasoning"}, "failed", "900 tokens of reasoning", "", "vllm"),
    ("usage", {"usage": "prompt"}, "failed", "12 tokens streamed and 16 whole", "", "vllm"),
    # a gateway that counts pieces of a stream as tokens
    ("usage", {"usage": "chunks"}, "failed", "3 tokens streamed and 16 whole", "", "vllm"),
    ("same_text", {"whole_text": SEA + " Ever."}, "noted", "(its end)", "", "vllm"),
    ("max_tokens", {"heeds_limit": False}, "failed", "finish_reason stop", "max_tokens", "vllm"),
    ("max_tokens", {"says_length": False}, "failed", "3 tokens of 3", "finish_reason", "vllm"),
    ("stop", {"heeds_stop": False}, "failed", "goes on behind", "drops `stop`", "vllm"),
    ("stop", {"keeps_stop": True}, "failed", "ends with", "`stop`", "sglang"),
    # byte-level BPE cut between tokens
    ("characters", {"copy": "🌊 日\ufffd語 🙂"}, "failed", "U+FFFD", "newest version", "vllm"),
    (
        "characters", {"copy": "a\ufffd\ufffd b", "thinks": False},
        "failed", "U+FFFD", "", "vllm",
    ),
    # SGLang without --tool-call-parser: 200, and the call in the text
    (
        "tool_call", {"tools": "text"},
        "failed", "<tool_call>", "--tool-call-parser qwen25", "sglang",
    ),
    (
        "tool_call_whole", {"tools": "text"},
        "failed", "<tool_call>", "--tool-call-parser qwen25", "sglang",
    ),
    # vLLM without --enable-auto-tool-choice: 400
    (
        "tool_call", {"tools": "refused"}, "failed", "--enable-auto-tool-choice",
        "--enable-auto-tool-choice --tool-call-parser hermes", "vllm",
    ),
    # parsed in a stream only, or not there
    ("tool_call_whole", {"tools_whole": "text"}, "failed", "<tool_call>", "hermes", "vllm"),
    ("tool_call", {"tools_whole": "text"}, "ok", "get_weather", "", "vllm"),
    ("tool_call", {"tools": "broken"}, "failed", "no JSON", "hermes", "vllm"),
    ("tool_call", {"tools": "both"}, "failed", "in the text too", "hermes", "vllm"),
    ("tool_call", {"tools": "nameless"}, "failed", "without a name", "hermes", "vllm"),
    ("tool_call", {"tools": "said stop"}, "noted", "finish_reason stop", "", "vllm"),
    ("tool_call_whole", {"streams_all": True}, "failed", "a stream came", "gateway", "vllm"),
    ("usage", {"streams_all": True}, "failed", "whole: a whole answer was asked", "", "vllm"),
    ("tool_call", {"tools": "words"}, "ok", "tool_choice required", "", "vllm"),
    ("tool_call", {"tools": "never"}, "failed", "no call, also", "hermes", "vllm"),
    ("response_format", {"heeds_form": False}, "failed", "The sea", "structured-out", "vllm"),
    ("response_format", {"fences_form": True}, "failed", "```json", "grammar", "sglang"),
    ("over_long", {"too_long": "cut"}, "failed", "200", "cuts prompts", "vllm"),
    # KServe 0.21 tells it as a 500; llama-cpp-python 0.3.36 as an empty 200; Dynamo in the stream
    ("over_long", {"too_long": "500"}, "failed", "500", "", "vllm"),
    ("over_long", {"too_long": "empty"}, "failed", "no status", "", "vllm"),
    ("over_long", {"too_long": "causeless"}, "failed", "500 Internal server", "", "vllm"),
    ("over_long", {"too_long": "event"}, "ok", "maximum context length", "", "vllm"),
    ("abort", {"frees": False}, "failed", "1 still running", "proxy", "vllm"),
    ("abort", {"others": 2}, "skipped", "2 running", "", "vllm"),
    ("abort", {"tells_running": False}, "skipped", "does not tell", "", "vllm"),
]  # fmt: skip


@pytest.mark.parametrize(("probe", "ways", "result", "got", "hint", "type"), TABLE)
async def test_each_fault_is_found_and_told_with_what_mends_it(
    tmp_path: Path, probe: str, ways: dict[str, Any], result: str, got: str, hint: str, type: str
) -> None:
    # of another kind than vLLM the engine has no mark of its own: the config says which it is
    owner = "vllm" if type == "vllm" else "somebody"
    code, found, _ = await examined(tmp_path, replace(RIGHT, owner=owner, **ways), type=type)
    one = found[probe]
    assert one["result"] == result, one
    assert got in one["got"]
    assert hint in (one["hint"] or "")
    assert (code == 2) is any(f["result"] == "failed" for f in found.values())


async def test_one_fault_leaves_the_other_probes_alone(tmp_path: Path) -> None:
    _, found, _ = await examined(tmp_path, replace(RIGHT, parses_thoughts=False, tools="text"))
    wrong = {name for name, one in found.items() if one["result"] == "failed"}
    assert wrong == {"reasoning", "tool_call", "tool_call_whole"}


@pytest.mark.parametrize(
    ("more", "ways", "result"),
    [
        ("\n      enable_thinking: false", {}, "skipped"),
        ("", {"thinks": False}, "skipped"),
        ("", {}, "ok"),
        # without a word in the config a tag in the answer is a fault all the same
        ("", {"parses_thoughts": False}, "failed"),
    ],
)
async def test_a_model_that_does_not_reason_is_skipped(
    tmp_path: Path, more: str, ways: dict[str, Any], result: str
) -> None:
    _, found, _ = await examined(tmp_path, replace(RIGHT, **ways), more=more)
    assert found["reasoning"]["result"] == result


@pytest.mark.parametrize("model", ["Qwen/QwQ-32B", "deepseek-ai/DeepSeek-R1", "openai/gpt-oss-20b"])
async def test_a_model_that_always_thinks_is_not_told_to_stop(tmp_path: Path, model: str) -> None:
    _, found, engine = await examined(tmp_path, RIGHT, model=model)
    assert found["thinking_off"]["result"] == "skipped"
    switched = [b for b in engine.bodies if "False" in str(b.get("chat_template_kwargs"))]
    assert switched == []
    assert found["stop"]["result"] == "ok"


async def test_a_switch_that_is_refused_is_one_fault_and_left_alone(tmp_path: Path) -> None:
    _, found, engine = await examined(tmp_path, replace(RIGHT, refuses_switch=True))
    wrong = {name for name, one in found.items() if one["result"] == "failed"}
    assert wrong == {"thinking_off"}
    assert "cannot be disabled" in found["thinking_off"]["got"]
    switched = [b for b in engine.bodies if "False" in str(b.get("chat_template_kwargs"))]
    assert len(switched) == 1


async def test_the_config_does_not_answer_for_the_server(tmp_path: Path) -> None:
    more = (
        "\n      max_tokens: 9000\n      stop: ['sky']\n      n: 2\n      extra_body:\n"
        "        max_tokens: 9000\n        response_format: {type: text}\n"
        "        chat_template_kwargs: {enable_thinking: true, keep: 1}\n"
    )
    _, found, engine = await examined(tmp_path, RIGHT, more=more)
    assert {one["result"] for one in found.values()} == {"ok"}
    assert all(body["max_tokens"] <= 1024 and "n" not in body for body in engine.bodies)
    assert {body["chat_template_kwargs"]["keep"] for body in engine.bodies} == {1}


@pytest.mark.parametrize(
    "refuses", [(401, "wrong key"), (404, "no such model"), (500, "boom"), (429, "slow down")]
)
async def test_who_does_not_answer_is_not_asked_on(
    tmp_path: Path, refuses: tuple[int, str]
) -> None:
    code, found, engine = await examined(tmp_path, replace(RIGHT, refuses=refuses))
    assert code == 3
    assert len(engine.bodies) == 1
    assert refuses[1] in found["answers"]["got"]
    assert {one["result"] for name, one in found.items() if name != "answers"} == {"skipped"}


async def test_what_is_skipped_for_one_reason_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"""agents:
  - {{id: a, backend: {{type: vllm, model: m, base_url: "http://127.0.0.1:{free_port()}"}}}}
""")
    code, report = await asked(path, probe=False)
    lines = [*table(report["files"][0]["agents"][0]["probes"])]
    assert code == 3
    assert [line for line in lines if "skipped" in line] == [
        "– skipped  12 more          nothing was asked: it does not answer"
    ]


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ("ok skipped skipped skipped ok", ["ok", "3 more", "ok"]),
        ("ok skipped skipped ok", ["ok", "skipped", "skipped", "ok"]),
        ("failed failed failed failed", ["failed"] * 4),
        ("skipped skipped skipped hinted", ["3 more", "skipped"]),
        ("skipped skipped skipped other other other", ["3 more", "3 more"]),
    ],
)
def test_what_is_told_line_by_line(results: str, told: list[str]) -> None:
    probes = [
        {
            "probe": f"p{number}",
            "result": "skipped" if one in ("hinted", "other") else one,
            "expected": "so",
            "got": "why not" if one == "other" else "why",
            "hint": "do that" if one == "hinted" else None,
        }
        for number, one in enumerate(results.split())
    ]
    heads = [line for line in table(probes) if line[0] != " "]
    assert [" more" in head for head in heads] == [" more" in one for one in told]
    assert [head.split()[1] for head in heads] == [
        "skipped" if "more" in one else one for one in told
    ]


async def test_an_agent_without_a_key_is_told_and_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CEREBRAS_API_KEY", raising=False)
    path = tmp_path / "c.yaml"
    path.write_text("agents:\n  - id: a\n    backend: {type: cerebras, model: m}\n")
    code, report = await asked(path, probe=False)
    (answers, *others) = report["files"][0]["agents"][0]["probes"]
    assert code == 3
    assert "CEREBRAS_API_KEY" in answers["got"] + (answers["hint"] or "")
    assert {one["result"] for one in others} == {"skipped"}


async def test_one_agents_server_does_not_disturb_another(tmp_path: Path) -> None:
    engine = Engine(RIGHT)
    async with ScriptedServer() as server:
        engine.serve(server)
        dead = f"http://127.0.0.1:{free_port()}"
        code, report = await asked(config(tmp_path, dead, server.root))
    first, second = report["files"][0]["agents"]
    assert code == 2
    assert first["probes"][0]["result"] == "failed"
    assert {one["result"] for one in second["probes"]} == {"ok"}


async def test_agents_of_one_server_are_asked_one_after_the_other(tmp_path: Path) -> None:
    engine = Engine(RIGHT)
    async with ScriptedServer() as server:
        engine.serve(server)
        code, report = await asked(config(tmp_path, server.root, server.root))
    assert code == 0
    for agent in report["files"][0]["agents"]:
        assert {one["result"] for one in agent["probes"]} == {"ok"}


async def test_a_file_that_cannot_be_read_is_still_1(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("agents: 3\n")
    code, report = await asked(broken)
    assert code == 1
    assert report["files"][0]["agents"] == []


async def test_a_flood_is_given_up_by_its_size(tmp_path: Path) -> None:
    more = chunk(sse(delta(content="word " * 400)))
    async with ScriptedServer() as server:
        server.route("POST", "/v1/chat/completions", head(), Again(more))
        code, report = await asked(config(tmp_path, server.root), probe=False)
    (answers, *_) = report["files"][0]["agents"][0]["probes"]
    assert code == 3
    assert "more than 65536 characters" in answers["got"]


async def test_a_server_that_falls_silent_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.check.ask.asker.SECONDS", 0.2)
    async with ScriptedServer() as server:
        server.route("POST", "/v1/chat/completions", head(), Hang())
        code, report = await asked(config(tmp_path, server.root), probe=False)
    (answers, *_) = report["files"][0]["agents"][0]["probes"]
    assert code == 3
    assert "no end within 0.2 s" in answers["got"]


async def test_who_falls_silent_is_not_waited_for_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.check.ask.asker.SECONDS", 0.2)
    code, found, engine = await examined(tmp_path, replace(RIGHT, lasts=1))
    assert code == 2
    assert len(engine.bodies) == 3
    assert found["abort"]["result"] == "skipped"
    assert "left 2 requests without an end" in found["abort"]["got"]


async def test_who_goes_away_in_between_is_not_asked_on(tmp_path: Path) -> None:
    engine = Engine(RIGHT)
    async with ScriptedServer() as server:
        engine.serve(server)
        good = Reply(engine.answer)
        server.answer(good, Close())
        server.answer(Deafen(), Reset())
        code, report = await asked(config(tmp_path, server.root), probe=False)
    probes = report["files"][0]["agents"][0]["probes"]
    assert code == 2
    assert [one["result"] for one in probes[:3]] == ["ok", "ok", "failed"]
    assert {one["result"] for one in probes[4:]} <= {"skipped", "failed"}
    assert probes[-1]["result"] == "skipped"
    assert "went away" in probes[-1]["got"]


async def test_what_is_told_of_an_answer_acts_on_no_terminal(tmp_path: Path) -> None:
    ways = replace(RIGHT, heeds_form=False, heeds_stop=False, whole_text="\x1b[2J\u202e" * 99)
    engine, out = Engine(ways), io.StringIO()
    async with ScriptedServer() as server:
        engine.serve(server)
        path = config(tmp_path, server.root)
        await check([path], probe=True, as_json=False, strict=False, out=out, ask=True)
    text = out.getvalue()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "✗ failed" in text
    assert "expected: an end before the stop string" in text
    assert "POST" in text
    assert '"messages"' not in text


async def test_no_key_is_told_though_the_server_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "sk-secret-1234")
    _, found, _ = await examined(tmp_path, replace(RIGHT, refuses=(401, "not sk-secret-1234")))
    assert "sk-secret" not in json.dumps(found)


async def test_without_ask_nothing_is_asked(tmp_path: Path) -> None:
    engine, out = Engine(RIGHT), io.StringIO()
    async with ScriptedServer() as server:
        engine.serve(server)
        path = config(tmp_path, server.root)
        await check([path], probe=True, as_json=True, strict=False, out=out)
    assert engine.bodies == []
    assert json.loads(out.getvalue())["files"][0]["agents"][0]["probes"] is None


async def test_interrupted_it_tells_what_it_found(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        server.route("POST", "/v1/chat/completions", head(), Hang())
        path = config(tmp_path, server.root)
        words = ("-m", "massgen_tui", "check", str(path), "--ask", "--yes", "--json", "--no-probe")
        running = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdout=PIPE, stderr=PIPE, cwd=ROOT
        )
        await server.arrival()
        running.send_signal(signal.SIGINT)
        out, err = await running.communicate()
        await server.all_closed()
    report = json.loads(out)
    SCHEMA.validate(report)
    probes = report["files"][0]["agents"][0]["probes"]
    assert running.returncode == 130, err
    assert {(one["result"], one["got"]) for one in probes} == {("skipped", "interrupted")}


def test_nothing_is_sent_where_nobody_can_be_asked_and_yes_is_not_named(tmp_path: Path) -> None:
    path = config(tmp_path, f"http://127.0.0.1:{free_port()}")
    runner = CliRunner()
    without = runner.invoke(group, ["check", str(path), "--ask"], standalone_mode=False)
    assert without.return_value == 1
    assert f"{REQUESTS} small requests at most" in without.stderr
    assert "--yes" in without.stderr
    assert without.stdout == ""
    named = runner.invoke(group, ["check", str(path), "--ask", "--yes"], standalone_mode=False)
    assert named.return_value == 3
    assert f"{REQUESTS} small requests at most" in named.stderr
