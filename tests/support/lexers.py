"""Lexers that are there at once, so that what is drawn does not depend on how fast a thread is."""

from collections.abc import Callable
from typing import ClassVar

import pytest

from massgen_tui.console.stream import highlight


class AtOnce:
    """A thread that has done its work when it was started."""

    def __init__(
        self, target: Callable[..., None], args: tuple[str, ...], *, name: str, daemon: bool
    ) -> None:
        self._target, self._args = target, args

    def work(self) -> None:
        self._target(*self._args)

    def start(self) -> None:
        self.work()

    def join(self) -> None:
        return


class Later(AtOnce):
    """A thread whose work is done when the test says so."""

    started: ClassVar[list["Later"]] = []

    def start(self) -> None:
        self.started.append(self)

    @classmethod
    def release(cls) -> None:
        """Let all do their work that were started."""
        while cls.started:
            cls.started.pop(0).work()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> type[Later]:
    """No lexer is known, and those that are looked for come when the test says so."""
    monkeypatch.setattr(highlight, "Thread", Later)
    monkeypatch.setattr(highlight, "_threads", {})
    monkeypatch.setattr(highlight, "_lexers", {})
    monkeypatch.setattr(Later, "started", [])
    return Later


@pytest.fixture(autouse=True)
def lexers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find lexers in the thread that asks."""
    monkeypatch.setattr(highlight, "Thread", AtOnce)
