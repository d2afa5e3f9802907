"""The command line as its users meet it: real processes, exit codes, signals, pipes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.support.server import Hang, ScriptedServer, free_port, sse_chat, sse_events, streamed

ENV = {k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_PROXY", "_proxy"))}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def environment(home: Path) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return ENV | {
        "PYTHONPATH": root,
        "HOME": str(home.parent),
        "XDG_STATE_HOME": str(home.parent / "state"),
    }


def cli(home: Path, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "massgen_tui", *args],
        cwd=home,
        env=environment(home),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def start(home: Path, *args: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "massgen_tui",
        *args,
        cwd=home,
        env=environment(home),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def write_config(home: Path, *base_urls: str) -> str:
    agents = [
        {"id": f"a{n}", "backend": {"type": "vllm", "model": "m", "base_url": url}}
        for n, url in enumerate(base_urls, start=1)
    ]
    (home / "two.yaml").write_text(json.dumps({"agents": agents}))
    return "two.yaml"


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("rnu",)])
def test_nothing_heavy_is_imported_to_talk_about_the_program(
    home: Path, args: tuple[str, ...]
) -> None:
    heavy = ("textual", "rich", "openai", "pynvml", "pydantic", "yaml", "aiohttp", "asyncio")
    assert imported(home, args, heavy) == []


def imported(home: Path, args: tuple[str, ...], names: tuple[str, ...]) -> list[str]:
    """Which of these modules were loaded when the command ended."""
    script = (
        "import atexit, sys; from massgen_tui.cli import main\n"
        f"atexit.register(lambda: print('LOADED', [n for n in {names!r} if n in sys.modules]))\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *args],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    loaded = line.removeprefix("LOADED ").strip("[]")
    return [name.strip("' ") for name in loaded.split(",") if name]


def test_run_needs_neither_textual_nor_nvml(home: Path) -> None:
    config = write_config(home, f"http://127.0.0.1:{free_port()}/v1")
    names = ("textual", "rich", "pynvml", "openai")
    assert imported(home, ("run", config, "hi", "--no-save"), names) == ["openai"]


def test_a_mistyped_command_is_not_taken_for_a_config(home: Path) -> None:
    done = cli(home, "rnu", "two.yaml", "hi")
    assert done.returncode == 1
    assert "'run'" in done.stderr
    assert done.stdout == ""


def test_wrong_usage_is_exit_code_1(home: Path) -> None:
    assert cli(home, "run", "--nonsense").returncode == 1
    assert cli(home, "run", "two.yaml").returncode == 1


def test_without_a_config_those_in_configs_are_named(home: Path) -> None:
    bare = cli(home)
    assert (bare.returncode, "Usage" in bare.stderr) == (1, True)
    (home / "configs").mkdir()
    (home / "configs" / "mine.yaml").touch()
    assert "configs/mine.yaml" in cli(home).stderr
    missing = cli(home, "configs/other.yaml")
    assert missing.returncode == 1
    assert "configs/mine.yaml" in missing.stderr


@pytest.mark.parametrize(
    "form", [("two.yaml",), ("--config", "two.yaml", "hi"), ("two.yaml", "hi")]
)
def test_the_console_without_a_terminal_names_the_other_way(
    home: Path, form: tuple[str, ...]
) -> None:
    write_config(home, "http://127.0.0.1:9/v1")
    done = cli(home, *form)
    assert done.returncode == 1
    assert "terminal" in done.stderr
    assert "massgen-tui run two.yaml" in done.stderr


def test_a_config_that_cannot_be_read_is_told_with_its_place(home: Path) -> None:
    (home / "bad.yaml").write_text("agents:\n  - id: a\n    backend: {type: vllm, modle: m}\n")
    done = cli(home, "run", "bad.yaml", "hi")
    assert done.returncode == 1
    assert "bad.yaml:3:" in done.stderr
    assert "model" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_agent_and_an_empty_prompt_are_wrong_usage(home: Path) -> None:
    config = write_config(home, "http://127.0.0.1:9/v1")
    unknown = cli(home, "run", config, "hi", "--agent", "zz")
    assert (unknown.returncode, "a1" in unknown.stderr) == (1, True)
    empty = cli(home, "run", config, "-", stdin=" \n")
    assert (empty.returncode, "empty" in empty.stderr) == (1, True)


@pytest.mark.parametrize(
    ("of", "title"),
    [
        ((), "massgen-tui config"),
        (("config",), "massgen-tui config"),
        (("run",), "What `massgen-tui run --format json` prints"),
        (("check",), "What `massgen-tui check --json` prints"),
        (("session",), "A line of a session's file"),
        (("sessions",), "What `massgen-tui sessions --json` prints"),
        (("settings",), "massgen-tui settings"),
        (("values",), "What `massgen-tui config --json` prints"),
    ],
)
def test_every_schema_is_printed(home: Path, of: tuple[str, ...], title: str) -> None:
    schema = json.loads(cli(home, "schema", *of).stdout)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == title


async def test_a_prompt_is_read_from_a_file(home: Path) -> None:
    (home / "ask.md").write_bytes("\ufeffwhat is\n\n* 6 × 7?\n".encode())
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["42"]))
        config = write_config(home, server.base_url)
        process = await start(home, "run", config, "--file", "ask.md")
        out, err = await process.communicate()
        assert (process.returncode, out) == (0, b"42\n"), err
        assert server.asked == ["what is\n\n* 6 × 7?"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--file FILE"),
        (("hi", "--file", "two.yaml"), "given twice"),
        (("--file", "none.md"), "none.md cannot be read: No such file"),
        (("--file", "."), "cannot be read"),
    ],
)
def test_a_prompt_that_is_not_one_is_wrong_usage(
    home: Path, words: tuple[str, ...], said: str
) -> None:
    done = cli(home, "run", write_config(home, "http://127.0.0.1:9/v1"), *words)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


async def test_run_asks_servers_and_prints_json(home: Path) -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(reasoning=["hm"], content=["4", "2"]))
        config = write_config(home, server.base_url)
        process = await start(home, "run", config, "hi", "--format", "json")
        out, err = await process.communicate()
        (agent,) = json.loads(out)["agents"]
        assert (agent["reasoning"], agent["content"]) == ("hm", "42")
        assert agent["server"] == server.root
        assert process.returncode == 0, err
        assert next(one.json["messages"] for one in server.requests if one.method == "POST") == [
            {"role": "user", "content": "hi"}
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
@pytest.mark.parametrize("size", [0, 512])
async def test_a_disk_that_takes_nothing_more_is_a_warning_and_no_failure(
    home: Path, size: int
) -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["42" * 500]))
        config = write_config(home, server.base_url)
        limited = (
            "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); "
        )
        limited += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", limited.format(size)),
            *("-m", "massgen_tui", "run", config, "hi", "--format", "json"),
            cwd=home,
            env=environment(home) | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert json.loads(out)["agents"][0]["content"] == "42" * 500
        told = err.decode().splitlines()
        assert [line.split(": ")[:2] for line in told] == [["warning", "this session is not kept"]]
        assert process.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_signal_prints_what_came_and_stops_the_rest(
    home: Path, number: signal.Signals, code: int
) -> None:
    begun = streamed(*sse_events(content=["half"], finish=None, usage=None)[:-1])[:-1]
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["whole"]))
        server.answer(*begun, Hang())
        config = write_config(home, server.base_url, server.base_url)
        process = await start(home, "run", config, "hi", "--format", "jsonl")
        assert process.stdout is not None
        seen: set[str] = set()
        while seen < {"half", "finished"}:
            line = json.loads(await process.stdout.readline())
            seen |= {line.get("text"), line["event"]} & {"half", "finished"}
        process.send_signal(number)
        async with asyncio.timeout(3):
            out, err = await process.communicate()
        agents = [json.loads(line) for line in out.splitlines()][-2:]
        assert sorted((a["status"], a["content"]) for a in agents) == [
            ("cancelled", "half"),
            ("done", "whole"),
        ]
        assert process.returncode == code
        assert b"Traceback" not in err
        await server.all_closed()


async def test_a_closed_pipe_ends_silently(home: Path) -> None:
    async with ScriptedServer() as server:
        server.answer(*sse_chat(content=["x" * 1000] * 500))
        config = write_config(home, server.base_url)
        reading, writing = os.pipe()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "massgen_tui", "run", config, "hi", "--format", "jsonl"),
            cwd=home,
            env=environment(home),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=asyncio.subprocess.PIPE,
        )
        os.close(writing)
        os.close(reading)
        async with asyncio.timeout(20):
            _, err = await process.communicate()
        assert err == b""
        assert process.returncode == 141


async def test_wait_waits_for_a_server_that_is_not_up_yet(home: Path) -> None:
    port = free_port()
    config = write_config(home, f"http://127.0.0.1:{port}/v1")
    process = await start(home, "run", config, "hi", "--wait", "20")
    assert process.stderr is not None
    said = await process.stderr.readline()
    assert b"waiting" in said
    async with ScriptedServer(port=port) as server:
        server.route("GET", "/health", *sse_chat(content=["ok"]))
        server.answer(*sse_chat(content=["42"]))
        async with asyncio.timeout(20):
            out, _ = await process.communicate()
    assert out == b"42\n"


@pytest.mark.parametrize("word", [b"caf\xe9", b"\x93quoted\x94", "日本".encode("shift-jis")])
def test_an_argument_that_is_not_utf_8_is_named(home: Path, word: bytes) -> None:
    config = write_config(home, f"http://127.0.0.1:{free_port()}/v1")
    done = cli(home, "run", config, os.fsdecode(word))
    assert done.returncode == 1
    assert "is not UTF-8" in done.stderr
    assert "base_url" not in done.stderr
    assert "\\x" in done.stderr


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_a_locale_that_is_not_utf_8_is_given_utf_8(home: Path, locale: dict[str, str]) -> None:
    config = write_config(home, f"http://127.0.0.1:{free_port()}/v1")
    done = subprocess.run(
        [sys.executable, "-m", "massgen_tui", "run", config, "é 漢", "--format", "json"],
        cwd=home,
        env=environment(home) | locale,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert json.loads(done.stdout.decode("utf-8"))["prompt"] == "é 漢"
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"), [("sessions", 0), ("schema", 0), ("run nosuch.yaml", 1)]
)
def test_streams_closed_before_the_start_lead_nowhere(
    home: Path, closed: str, words: str, code: int
) -> None:
    command = f'exec "$0" -m massgen_tui {words} {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=home,
        env=environment(home),
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == code
