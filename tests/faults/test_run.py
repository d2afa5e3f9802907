"""Every fault through `run`: exit code, JSON, what is told on standard error, nobody disturbed."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from massgen_tui.headless.printers import Printer
from massgen_tui.headless.runner import Headless, Options
from massgen_tui.headless.streams import Notes, Output
from massgen_tui.session.session import Session
from tests.faults.scene import FAULTY, HEALTHY, Scene, alone, scene, untimed
from tests.faults.table import FAULTS, Fault
from tests.support.hearing import hear
from tests.support.schemas import schema

SCHEMA = Draft202012Validator(schema("run"))
FIRST_TURN = [fault for fault in FAULTS if fault.place != "restarted"]
ONCE = ("killed", "stall mid-stream: gone", "100,000")
AGAIN = [fault for fault in FIRST_TURN if not fault.id.startswith(ONCE)]


class Watched(Headless):
    """A run that the scene sees too."""

    scene: Scene

    def _printer(self, session: Session) -> Printer:
        hear(session, self.scene.observe)
        return super()._printer(session)


async def run(one: Scene, *agents: str, shape: str = "json") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    options = Options("what is it?", shape, agents=agents)
    headless = Watched(one.config, options, Output(out, utf8=True), Notes(err), one.backend_for)
    headless.scene = one
    one.prepare_turn()
    async with asyncio.timeout(20):
        running = asyncio.create_task(headless.run())
        await one.follow()
        code = await running
    return code, out.getvalue(), err.getvalue()


def checked(out: str) -> list[dict[str, Any]]:
    told = json.loads(out)
    SCHEMA.validate(told)
    agents: list[dict[str, Any]] = told["agents"]
    return agents


@pytest.mark.parametrize("fault", FIRST_TURN, ids=lambda fault: fault.id)
async def test_one_of_two_meets_it(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, _, body = await alone()
    async with scene(fault, tmp_path, monkeypatch) as one:
        code, out, err = await run(one)
        faulty, healthy = checked(out)
        assert code == (2 if fault.kind else 0)
        assert {key: untimed(healthy)[key] for key in record} == record
        assert one.healthy.requests[0].body == body
        if fault.kept is None:
            assert faulty["content"].strip("x") == ""
        else:
            assert (faulty["reasoning"], faulty["content"]) == fault.kept
        if fault.kind:
            error = faulty["error"]
            assert faulty["status"] == "failed"
            assert (error["kind"], error["status"]) == (fault.kind, fault.status)
            assert fault.says in error["message"]
            (line,) = [line for line in err.splitlines() if error["message"] in line][-1:]
            assert line.startswith(f"{FAULTY} · {one.place.root}: ")
            assert error["hint"] in line
        else:
            assert (faulty["status"], faulty["error"]) == ("done", None)
            assert fault.says in err
        assert err.count("trying again") == len(fault.waits)
        assert HEALTHY not in err or fault.quick  # then its own silence is told
        assert "Traceback" not in err


@pytest.mark.parametrize("fault", AGAIN, ids=lambda fault: fault.id)
async def test_all_of_one_meet_it(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(fault, tmp_path, monkeypatch) as one:
        code, out, _ = await run(one, FAULTY, shape="jsonl")
        *events, last = map(json.loads, out.splitlines())
        assert code == (3 if fault.kind else 0)
        assert last["agent"] == FAULTY
        ending = events[-1]
        if fault.kind:
            assert (ending["event"], ending["kind"]) == ("error", fault.kind)
        else:
            assert (ending["event"], ending["status"]) == ("finished", "done")
        told = "".join(event["text"] for event in events if event["event"] == "content")
        assert told == last["content"]
