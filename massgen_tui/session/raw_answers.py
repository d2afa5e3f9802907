"""Answers as they came, byte by byte: kept of the last requests of each agent, and of no others."""

from collections import deque

from massgen_tui.backends.exchange import Exchange

KEPT = 2
"""Requests of each agent, the last ones; what came of others is let go of."""


class RawAnswers:
    """Lets go of exchanges when newer ones of the same agent begin."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self._kept: dict[str, deque[Exchange]] = {}

    def keep(self, agent: str, exchange: Exchange | None) -> Exchange | None:
        """Keep this one and the one before it."""
        if exchange is not None:
            kept = self._kept.setdefault(agent, deque())
            kept.append(exchange)
            if len(kept) > KEPT:
                kept.popleft().let_go()
        return exchange

    def forget(self, agent: str) -> None:
        """An agent begins a new conversation, or has gone."""
        for exchange in self._kept.pop(agent, ()):
            exchange.let_go()
