"""Keys from every source, repeated by a server: in no export and in no session's file."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.config.loader import load_config
from massgen_tui.console.saving import PANE, SESSION, TURN, save_answers
from massgen_tui.export.forms import FORMS, export
from massgen_tui.export.kept import info_of
from massgen_tui.session.session import Session
from massgen_tui.store.index import open_index, session_ended
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import record
from massgen_tui.store.resume import resume
from tests.support.server import END, ScriptedServer, chunk, delta, head, sse

KEYS = {
    name: f"sk-{name}_Distinct*ive*0123&<{name}"
    for name in ("env", "dotenv", "config", "var", "header", "server")
}
CONFIG = """
agents:
  - id: env
    backend: {{type: vllm, model: m, base_url: "{url}"}}
  - id: dotenv
    backend: {{type: sglang, model: m, base_url: "{url}"}}
  - id: config
    backend: {{type: vllm, model: m, base_url: "{url}", api_key: "{config}"}}
  - id: var
    backend: {{type: vllm, model: m, base_url: "{url}", api_key: "${{GPU_BOX_KEY}}",
      extra_headers: {{X-Team-Token: "{header}"}}}}
servers:
  - {{base_url: "http://localhost:9/v1", api_key: "{server}"}}
monitor: off
"""
NOW = datetime(2126, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("VLLM_API_KEY", KEYS["env"])
    monkeypatch.setenv("GPU_BOX_KEY", KEYS["var"])
    (tmp_path / ".env").write_text(f"SGLANG_API_KEY='{KEYS['dotenv']}'\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    return tmp_path


def left(folder: Path) -> dict[str, str]:
    """All that lies in a folder, by name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in files}


async def test_no_export_and_no_session_s_file_holds_a_key(home: Path) -> None:
    all_of_them = " ".join(KEYS.values())
    said = f"{all_of_them}\n\n```py\nkeys = '{all_of_them}'\n```\n\n- `{all_of_them}`"
    answer = [chunk(sse(delta(content=piece))) for piece in (said[:37], said[37:])]
    thought = chunk(sse(delta(reasoning_content=all_of_them)))
    end = chunk(sse(delta("stop"))) + chunk(b"data: [DONE]\n\n")
    async with ScriptedServer() as server:
        for _ in range(4):
            server.answer(head(), thought, *answer, end, END)
        file = home / "agents.yaml"
        file.write_text(CONFIG.format(url=server.base_url, **KEYS), "utf-8")
        config = load_config(file)
        session = Session(config)
        log = record(session, warn=pytest.fail)
        session.ask(f"is it {all_of_them}?")
        async with asyncio.timeout(30):
            await session.wait()
        for form in FORMS:
            for part in (SESSION, TURN, PANE):
                told = await save_answers(
                    session,
                    log,
                    home / "exports",
                    NOW,
                    form=form,
                    part=part,
                    focused=session.agents[0],
                )
                assert told.startswith("saved: ")
        await session.aclose()
        log.close()
    assert log.path is not None
    kept = read_session(log.path, keep_past=True)
    texts = left(home / "exports") | left(home / "state") | left(home / "cache")
    # what is made of the file needs no redactor: the keys are not in it
    texts |= {f: export(kept.state, f, session=info_of(kept), redact=str) for f in FORMS}
    assert len(texts) == 3 * len(FORMS) + 1 + len(FORMS)
    assert all("[key]" in text for text in texts.values())
    pieces = {"Distinct", "0123&", "0123&amp;"}
    assert [name for name, text in texts.items() if any(piece in text for piece in pieces)] == []


def holding(folder: Path, *pieces: bytes) -> list[str]:
    """The files in a folder that hold one of these, whatever the case."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    held = {path: path.read_bytes().lower() for path in files}
    return [str(path) for path, text in held.items() if any(one in text for one in pieces)]


async def test_no_resumed_session_and_no_index_holds_a_key(home: Path) -> None:
    all_of_them = " ".join(KEYS.values())
    end = chunk(sse(delta("stop"))) + chunk(b"data: [DONE]\n\n")
    async with ScriptedServer() as server:
        for _ in range(8):
            said = chunk(sse(delta(content=f"harmless {all_of_them}")))
            server.answer(head(), said, end, END)
        file = home / "agents.yaml"
        file.write_text(CONFIG.format(url=server.base_url, **KEYS), "utf-8")
        first = Session(load_config(file))
        log = record(first, warn=pytest.fail)
        await asked(first, f"one {all_of_them}")
        log.close()
        assert log.path is not None
        session_ended(log.path)
        second = Session(load_config(file))
        resumed = resume(second, log.path, warn=pytest.fail)
        await asked(second, f"two {all_of_them}")
        # the conversation goes on with what was kept, which has no key
        assert all_of_them not in str(server.requests[-1].json["messages"][:-1])
    assert resumed.log is not None
    resumed.log.close()
    assert resumed.log.path is not None
    session_ended(resumed.log.path)
    assert open_index().by_words("harmless").hits
    assert not open_index().search("distinct").hits
    assert len(holding(home / "state", b"harmless")) == 2
    assert holding(paths.index_dir(), b"")
    for folder in (home, paths.index_dir()):
        assert set(holding(folder, b"distinct", b"0123&")) <= {str(file), str(home / ".env")}


async def asked(session: Session, prompt: str) -> None:
    """Ask and wait for the answers, then end the session."""
    session.ask(prompt)
    async with asyncio.timeout(30):
        await session.wait()
    await session.aclose()
