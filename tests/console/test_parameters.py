"""What an agent is asked with, changed by a form: by real keys."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.parameters import ParametersScreen
from massgen_tui.console.services import Services
from massgen_tui.console.widgets.form import FormField, matching
from massgen_tui.session.session import Session
from massgen_tui.supervise.watching import NoMonitoring
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer, config_of
from tests.support.served import serving
from tests.support.server import ScriptedServer, sse_chat, whole
from tests.support.terminal import START, Terminal

MANY = ("Qwen/Qwen3-4B", "Qwen/Qwen3-8B", "meta/Llama-4-Scout", "org/guard", "org/o1", "org/o2")


@asynccontextmanager
async def console(config: Config) -> AsyncIterator[tuple[ConsoleApp, Pilot[None]]]:
    """A console with nothing in it that is not real, but that nothing is kept or looked at."""
    watching = NoMonitoring()
    session = Session(config, health=watching.health)
    app = ConsoleApp(config, Services(session, watching))
    app.animation_level = "none"
    async with asyncio.timeout(30), app.run_test(size=(100, 30)) as pilot:
        yield app, pilot


def form(stage: Stage) -> ParametersScreen:
    screen = stage.app.screen
    assert isinstance(screen, ParametersScreen), stage.screen_text
    return screen


def here(stage: Stage) -> str:
    """The field that is typed in."""
    return next(one.field for one in form(stage).query(FormField) if one.editor.has_focus)


def field(stage: Stage, name: str) -> str:
    return next(one.text for one in form(stage).query(FormField) if one.field == name)


async def go_to(stage: Stage, name: str) -> None:
    for _ in range(20):
        if here(stage) == name:
            return
        await stage.press("tab")
    raise AssertionError(f"there is no field {name}")


async def fill(stage: Stage, name: str, text: str) -> None:
    """Go to a field and type a text in place of what stands there."""
    await go_to(stage, name)
    await stage.press("end", "ctrl+u", *text)


def panel(stage: Stage) -> str:
    """What stands in the form, without what is beside it."""
    frame = form(stage).query_one("#parameters").region
    rows = stage.screen_text.splitlines()[frame.y + 1 : frame.bottom - 1]
    return "\n".join(row[frame.x + 1 : frame.right - 1] for row in rows)


def parameters(stage: Stage, id: str = "qwen1") -> object:
    return stage.session.agent(id).config.settings.parameters


async def test_p_changes_the_temperature_from_the_next_prompt_on() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        assert "Parameters of qwen1" in stage.screen_text
        assert "as in the config" in stage.screen_text
        await fill(stage, "temperature", "0.9")
        await stage.press("enter")
        assert stage.on_main
        assert parameters(stage) == {"temperature": 0.9}
        assert parameters(stage, "qwen2") == {}
        assert "1 qwen1* ·" in stage.screen_text
        assert "2 qwen2 ·" in stage.screen_text
        assert "qwen1 is asked so from the next prompt on" in stage.screen_text
        await stage.press("p")
        assert "* temperature unset → 0.9" in stage.screen_text
        assert field(stage, "temperature") == "0.9"


async def test_the_next_request_says_so_and_the_file_is_as_it_was(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        backend = {"type": "vllm", "model": "m", "base_url": server.base_url, "temperature": 0.3}
        path = tmp_path / "one.yaml"
        path.write_text(json.dumps({"agents": [{"id": "a", "backend": backend}]}), "utf-8")
        before = path.read_bytes()
        server.answer(*sse_chat(content=["old"]))
        server.answer(*sse_chat(content=["new"]))
        async with console(load_config(path, {})) as (app, pilot):
            await pilot.press(*"hi", "enter")
            await app.session.wait()
            await pilot.press("ctrl+g", "1", "p", "tab", "end", "ctrl+u", *"0.95", "enter")
            await pilot.press("r")
            await app.session.wait()
        assert [one.json["temperature"] for one in server.requests] == [0.3, 0.95]
        assert path.read_bytes() == before


async def test_an_answer_under_way_goes_on_as_it_was_sent() -> None:
    never = asyncio.Event()
    backends = Backends(qwen1=[[*answer("half")[:3], never, *answer(" whole")[2:]]])
    async with staged(backends=backends) as stage:
        await stage.ask("first")
        old = backends["qwen1"]
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "model", "other/model")
        await stage.press("enter")
        assert backends["qwen1"] is not old
        assert not old.closed
        never.set()
        await stage.settle()
        assert "half whole" in stage.screen_text
        await stage.press("ctrl+g", "0")
        await stage.ask("second")
        assert len(old.asked) == 1
        assert len(backends["qwen1"].asked) == 1
        assert old.closed


async def test_esc_leaves_it_as_it_is() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "0.9")
        await stage.press("escape")
        assert stage.on_main
        assert parameters(stage) == {}
        assert "qwen1*" not in stage.screen_text
        await stage.press("p", "enter")
        assert "qwen1 stays as it is" in stage.screen_text


async def test_what_is_wrong_stands_below_its_field_in_the_words_of_a_file() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "-1")
        await fill(stage, "more", "temprature: 1")
        await stage.press("enter")
        assert here(stage) == "temperature"
        text = " ".join(panel(stage).split())
        assert "✗ should be greater than or equal to 0" in text
        assert "✗ `temprature` is not known (did you mean `temperature`?" in text
        assert parameters(stage) == {}
        await fill(stage, "temperature", "1")
        await fill(stage, "more", "min_p: 0.1")
        await stage.press("ctrl+j", *"stop: [a]", "enter")
        assert stage.on_main
        assert parameters(stage) == {"temperature": 1.0, "min_p": 0.1, "stop": ["a"]}


async def test_what_is_sent_otherwise_is_told() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "more", "bogus: 1")
        await stage.press("enter")
        assert "not known, sent to vLLM as written: bogus" in stage.screen_text


async def test_a_model_is_searched_as_it_is_typed() -> None:
    async with staged(watching=serving(["qwen1", "qwen2"], *MANY)) as stage:
        await stage.press("ctrl+g", "1", "p")
        assert "no model" not in stage.screen_text
        await fill(stage, "model", "org")
        assert [name in panel(stage) for name in MANY] == [False] * 3 + [True] * 3
        await stage.press("down", "down")
        assert field(stage, "model") == "org/o1"
        await stage.press("up", "up")
        assert field(stage, "model") == "org/o2"
        await stage.press("enter")
        assert stage.session.agent("qwen1").config.settings.model == "org/o2"


async def test_any_model_may_be_typed() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        assert "no list of the server's models is known" in stage.screen_text
        await fill(stage, "model", "own/fine-tuned")
        await stage.press("enter")
        assert stage.session.agent("qwen1").config.settings.model == "own/fine-tuned"


async def test_names_of_a_hostile_server_act_on_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    names = ("\x1b[31mred", "a\u202eb", "${OPENAI_API_KEY}", "[bold]m[/bold]", " ", "x" * 3000)
    async with staged(watching=serving(["qwen1"], *names)) as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "model", "")
        text = panel(stage)
        assert "red" not in text
        assert "\u202e" not in text
        assert "[bold]m[/bold]" in text
        await stage.press("down", "enter")
        settings = stage.session.agent("qwen1").config.settings
        assert settings.model == "${OPENAI_API_KEY}"


async def test_up_and_down_choose_whether_it_thinks() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        await go_to(stage, "enable_thinking")
        seen = []
        for _ in range(3):
            await stage.press("down")
            seen.append(field(stage, "enable_thinking"))
        assert seen == ["true", "false", ""]
        await stage.press("up", "enter")
        assert parameters(stage) == {"enable_thinking": False}


async def test_f6_is_the_way_back_to_the_config() -> None:
    config = config_of("qwen1", "qwen2", parameters={"temperature": 0.6})
    async with staged(config) as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "0.9")
        await fill(stage, "model", "other")
        await fill(stage, "system_message", "Be brief.")
        await stage.press("enter", "p")
        told = "* temperature 0.6 → 0.9, model fake/model → other, system_message unset → Be brief."
        assert told in panel(stage)
        await stage.press("f6", "enter")
        assert stage.session.agent("qwen1").config.settings == config.agents[0].settings
        assert "qwen1*" not in stage.screen_text


async def test_f6_takes_what_was_wrong_with_it() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "temperature", "hot")
        await fill(stage, "seed", "1.5")
        await stage.press("enter")
        assert panel(stage).count("✗") == 2
        await stage.press("f6")
        assert "✗" not in panel(stage)


async def test_tab_goes_through_all_fields_and_back() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("ctrl+g", "1", "p")
        seen = [here(stage)]
        for _ in range(11):
            await stage.press("tab")
            seen.append(here(stage))
            pointed = [row for row in stage.screen_text.splitlines() if "› " in row]
            assert any(seen[-1] in row or "other parameters" in row for row in pointed)
        assert seen[0] == seen[-1] == "model"
        assert seen[-2] == "more"
        await stage.press("shift+tab")
        assert here(stage) == "more"


async def test_the_palette_has_it_for_the_first_pane_that_is_seen() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p", *"parameters")
        await stage.pilot.pause(0.5)
        await stage.press("enter")
        assert "Parameters of qwen1" in stage.screen_text


async def test_an_agent_that_is_not_known_whole_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "agents: [{id: a, backend: {type: vllm, model: '${NO_SUCH}', base_url: 'h:1'}}]\n"
        "ui: {logging_enabled: false}\n"
    )
    async with staged(load_config(path, {})) as stage:
        await stage.press("ctrl+g", "1", "p")
        assert stage.on_main
        assert "unset: NO_SUCH" in stage.screen_text


async def test_pasted_lines_are_cleaned_and_stay_in_their_field() -> None:
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "p")
        await fill(stage, "system_message", "")
        focused = stage.app.screen.focused
        assert focused is not None
        focused.post_message(Paste("one\x1b[2J\r\ntwo"))
        await stage.settle()
        assert field(stage, "system_message") == "one[2J\ntwo"
        assert not stage.on_main


def test_what_begins_so_comes_first() -> None:
    assert matching("qwen", ("my-qwen", "Qwen/x", "other")) == ["Qwen/x", "my-qwen"]
    assert matching("4b qw", ("Qwen3-4B", "Qwen3-8B")) == ["Qwen3-4B"]
    assert matching("", ("a", "b")) == ["a", "b"]
    assert matching("a", ("a", "ab", "c")) == ["a", "ab", "c"]


async def test_keys_act_in_their_order_however_fast_they_come(
    tmp_path: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    models = {"data": [{"id": "org/one"}, {"id": "org/two"}]}
    server.route("GET", "/v1/models", whole(200, json.dumps(models).encode()))
    server.route("POST", "/v1/chat/completions", *sse_chat(content=["the ", "answer"]))
    backend = {"type": "vllm", "model": "m", "base_url": server.base_url, "temperature": 0.3}
    path = tmp_path / "one.yaml"
    path.write_text(json.dumps({"agents": [{"id": "a", "backend": backend}]}), "utf-8")
    with Terminal([*START, str(path)], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+r rerun")
        await asyncio.to_thread(terminal.until, "org/two")
        down, end, clear = "\x1b[B", "\x05", "\x15"
        # two lines of other parameters, the cursor up in between
        more = "\t" * 8 + f"\tmin_p: 0.1\n{'stop: [a]'}\x1b[A{end}5"
        terminal.write(f"\x071p{end}{clear}o{down}{down}\t{end}{clear}0.95{more}\r")
        await asyncio.to_thread(terminal.until, "asked so")
        terminal.write("\x070hello\r")
        await asyncio.to_thread(terminal.until, "· stop")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert "Traceback" not in terminal.text
    body = [one.json for one in server.requests if one.method == "POST"][-1]
    told = {name: body.get(name) for name in ("model", "temperature", "min_p", "stop")}
    assert told == {"model": "org/two", "temperature": 0.95, "min_p": 0.15, "stop": ["a"]}
