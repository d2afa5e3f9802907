"""Every fault, from the wire to the session: told truly, nothing lost, nobody else disturbed."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import verdict
from massgen_tui.session.status import Status
from massgen_tui.store.schema import attempt_record
from tests.faults.scene import FAULTY, Scene, alone, asked, scene, untimed
from tests.faults.table import FAULTS, Fault
from tests.support.server import Hang

by_id = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)


async def forever(seconds: float) -> None:
    await asyncio.Event().wait()


def kept(attempt: Attempt, fault: Fault) -> None:
    """All that came is there."""
    if fault.kept is None:
        content = str(attempt.content)
        assert content
        assert content.strip("x") in ("", " answer")
    else:
        assert (str(attempt.reasoning), str(attempt.content)) == fault.kept


def told_truly(attempt: Attempt, one: Scene) -> None:
    """Kind, place, words, hint, status."""
    fault = one.fault
    if not fault.kind:
        assert attempt.status is Status.DONE, attempt.error
        assert attempt.error is None
        assert fault.says in "\n".join(attempt.warnings)
        assert bool(attempt.warnings) == bool(fault.says)
        return
    error = attempt.error
    assert attempt.status is Status.FAILED
    assert error is not None
    assert error.kind == fault.kind
    assert (error.agent, error.server) == (FAULTY, one.place.root)
    assert fault.says in error.message
    assert fault.hints in error.hint
    assert error.message.isprintable()
    assert error.hint
    assert error.hint.isprintable()
    assert "fault of massgen-tui" not in error.hint
    assert error.status == fault.status
    assert error.message in verdict(attempt).words


@by_id
async def test_a_fault_is_told_and_stays_where_it_is(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, told, body = await alone()
    async with (
        scene(fault, tmp_path, monkeypatch) as one,
        asked(one) as (session, faulty, healthy),
    ):
        await one.follow()
        await session.wait()
        attempt = faulty.attempts[0]
        told_truly(attempt, one)
        kept(attempt, fault)
        assert one.waits == list(fault.waits)
        if fault.model:
            assert attempt.model == fault.model
        # the other agent is what it is alone, byte for byte
        assert untimed(attempt_record(healthy.attempts[0])) == record
        assert one.told == told
        if not one.place.good_turns:
            assert one.healthy.requests[0].body == body
        # the next prompt goes well, and quotes what there was
        await one.place.heal()
        one.prepare_turn()
        again, other = session.ask("and now?")
        await session.wait()
        assert again.attempts[0].error is None
        assert str(again.attempts[0].content) == "well again"
        assert other.attempts[0].status is Status.DONE
        assert one.place.server is not None
        sent = one.place.server.requests[-1].json["messages"]
        assert sent[-1] == {"role": "user", "content": "and now?"}
        if fault.kept and fault.kept[1]:
            assert sent[-2]["content"] == fault.kept[1]


@by_id
async def test_cancelling_during_it_returns_at_once(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = replace(fault, ends=(Hang(),), limits={}, quick=False)
    async with (
        scene(hung, tmp_path, monkeypatch) as one,
        asked(one) as (session, faulty, healthy),
    ):
        one.sleep = forever
        server = one.place.server
        if hung.begins and hung.kept is not None:
            await one.come.wait()
        elif server is not None and hung.place != "untrusted":
            await server.arrival()
        session.cancel([FAULTY])
        attempt = faulty.attempts[0]
        assert attempt.status is Status.CANCELLED
        if hung.begins and hung.kept is not None:
            assert str(attempt.reasoning) == "thinks"
            assert str(attempt.content) in ("half an answer", hung.kept[1])
        if server is not None and server.requests:
            async with asyncio.timeout(1):
                await server.requests[-1].closed.wait()
        one.go.set()
        await session.wait()
        assert healthy.attempts[0].status is Status.DONE


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.waits], ids=lambda fault: fault.id)
async def test_cancelling_the_wait_for_another_try_returns_at_once(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(fault, tmp_path, monkeypatch) as one:
        one.sleep = forever
        async with asked(one) as (session, faulty, healthy):
            waiting = asyncio.Event()
            attempt = faulty.attempts[0]
            session.listen(lambda _: waiting.set() if attempt.retrying else None)
            await waiting.wait()
            assert attempt.retrying is not None
            assert attempt.retrying.seconds == fault.waits[0]
            session.cancel([FAULTY])
            assert attempt.status is Status.CANCELLED
            await session.wait()
            assert healthy.attempts[0].status is Status.DONE
