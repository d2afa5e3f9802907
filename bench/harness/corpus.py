"""Kept sessions of made-up words, as many as are wanted, written as the program writes them."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    Opened,
    ReasoningDelta,
    RequestSent,
    Started,
    StreamEvent,
    UsageReported,
)
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.redact import Redactor
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import Head, KeptAgent
from massgen_tui.store.schema import to_json

AGENTS = ("qwen1", "qwen2")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PACE_S = 1 / 60
FLUSH = 15
"""Pieces in a quarter of a second."""


def write_corpus(folder: Path, sessions: int, *, turns: int = 10, tokens: int = 300) -> None:
    """Write sessions of two agents; what is in all of them is `common`, in one `needle17`."""
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghijklmnopqrst", k=1 + n % 9)) for n in range(20_000)]
    made = [
        _Session(chance, words, turns, tokens, number).lines()
        for number in range(min(sessions, 40))
    ]
    for number in range(sessions):
        began = BEGAN + timedelta(minutes=7 * number)
        id = f"{number:08}"
        lines = made[number % len(made)]
        head = Head(
            id=id,
            at=began,
            resolution_s=0.01,
            config="two_qwen.yaml",
            title="two_qwen",
            agents=tuple(_agent(agent) for agent in AGENTS),
        )
        told = to_json(head.model_dump(mode="json", exclude_none=True), compact=True)
        text = "\n".join([told, *lines]).replace("unlike", f"unlike{number} needle{number}", 1)
        (folder / f"{began:%Y%m%d-%H%M%S}-{id}.jsonl").write_text(f"{text}\n", "utf-8")


def _agent(id: str) -> KeptAgent:
    backend = {"type": "vllm", "model": "m", "base_url": "http://localhost:8000/v1"}
    return KeptAgent(id=id, model="m", settings={"id": id, "backend": backend})


class _Session:
    """One session's lines behind its head."""

    def __init__(
        self, chance: random.Random, words: list[str], turns: int, tokens: int, number: int
    ) -> None:
        self._chance, self._words = chance, words
        self._turns, self._tokens = turns, tokens
        self._encoder = Encoder(0.0, Redactor(()))
        self._now = 0.0
        self._lines: list[str] = []

    def lines(self) -> list[str]:
        """All of them."""
        serial = 0
        for turn in range(1, self._turns + 1):
            prompt = f"unlike common {self._text(12)}"
            self._tell(events.Prompted(turn, prompt, AGENTS))
            for agent in AGENTS:
                serial += 1
                self._answer(serial, agent, turn, prompt)
        self._tell(events.Closed("quit"))
        return self._lines

    def _answer(self, serial: int, agent: str, turn: int, prompt: str) -> None:
        self._tell(events.Queued(serial, agent, turn))
        self._tell(events.Begun(serial))
        body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
        begin: list[StreamEvent] = [RequestSent(body), Opened(), Started("m")]
        for event in begin:
            self._tell(events.Streamed(serial, event))
        for piece in range(self._tokens):
            kind = ReasoningDelta if piece < self._tokens // 3 else ContentDelta
            self._now += PACE_S
            self._tell(events.Streamed(serial, kind(f" {self._text(1)}")))
            if piece % FLUSH == 0:
                self._lines += self._encoder.flush()
        for event in self._end():
            self._tell(events.Streamed(serial, event))
        times = Times(0.0, pieces=self._tokens)
        self._tell(events.Ended(serial, Status.DONE, None, events.Measured(times)))

    def _end(self) -> list[StreamEvent]:
        return [Finished("stop"), UsageReported(30, self._tokens)]

    def _text(self, count: int) -> str:
        return " ".join(self._chance.choices(self._words, k=count))

    def _tell(self, event: SessionEvent) -> None:
        self._lines += self._encoder.take(self._now, event)
