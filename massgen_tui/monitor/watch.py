"""One server over time: looks at it, remembers what it is, and turns looks into a status."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from massgen_tui.monitor.fetch import Answer, Fault, Fetcher
from massgen_tui.monitor.looking import MODELS, Card, Pulse
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.notes import notes_of
from massgen_tui.monitor.probes import Look, look_at
from massgen_tui.monitor.status import (
    Asked,
    ServerState,
    ServerStatus,
    ServerTarget,
    StateChange,
)
from massgen_tui.monitor.window import Window

Clock = Callable[[], float]
Wall = Callable[[], datetime]
"""The local time of day."""

CARD_AGE = 30.0
"""Seconds after which kind, version and models are asked for again."""
STRANGER_AGE = 300.0
"""The same for a server that is of no known kind: asking around fills its log with 404s."""
SHOWN, RELAXED, HOSTED = 2.5, 10.0, 60.0
"""Seconds between looks: while it is on the screen, while it is not, and at a provider's API."""
TALKED = 6.0
"""Seconds for which what our own streams brought proves that a server lives."""

_LOGGED = 30
"""Questions that the log keeps."""
_CHANGES = 30
"""Changes of state that are kept."""
_ABSENT = frozenset({404, 405, 501})
"""What servers answer to a path that they do not have, or that is switched off."""
_CERTAIN = frozenset({ServerState.UP, ServerState.DOWN, ServerState.UNAUTHORIZED})


class Watch:
    """Looks at one server; never twice at the same time."""

    def __init__(
        self, target: ServerTarget, fetcher: Fetcher, clock: Clock, wall: Wall = datetime.now
    ) -> None:
        """Know nothing yet."""
        self.target = target
        self.status = ServerStatus(target, reason=target.problem or "not looked at yet")
        self._fetcher = fetcher
        self._clock = clock
        self._wall = wall
        self._certain: ServerState | None = None
        self._talked: float | None = None
        self.awaited = False
        """A request of our own is open there."""
        self._card: Card | None = None
        self._card_at = 0.0
        self._window = Window()
        self._slow = False
        """It did not answer in time when it was last looked at, or not soon."""
        self._failures = 0
        self._one = asyncio.Lock()
        self._log: deque[Asked] = deque(maxlen=_LOGGED)
        self._absent: set[str] = set()
        """Paths that it does not have: not asked again before all of it is."""

    @property
    def passive(self) -> bool:
        """Nothing is asked any more: a provider's API that has answered, or one we cannot ask."""
        if self.target.problem:
            return True
        settled = (ServerState.UP, ServerState.UNAUTHORIZED)
        # a provider that shows no list of models has answered too
        said = bool(self._log) and 200 <= self._log[-1].status < 500
        return self.target.hosted and (self.status.state in settled or said)

    def pause(self, *, relaxed: bool) -> float:
        """Seconds until the next look."""
        if self.target.hosted:
            return min(HOSTED, 5.0 * 2.0 ** min(self._failures, 8))
        if relaxed:
            return RELAXED
        if self.status.state is ServerState.DOWN:
            return min(4.0, 1.0 + 0.5 * self._failures)
        return SHOWN

    async def look(self, *, patient: bool = False) -> ServerStatus:
        """Look once and give what it is now; waits for a look under way.

        Where a server was slow before, a `patient` look gives it time; only such a look can find
        that a server which takes connections is down.
        """
        async with self._one:
            if not self.target.problem:
                patient = patient and self._slow
                self._take(await self._look(patient), self._clock(), patient)
            return self.status

    def status_for(self, target: ServerTarget) -> ServerStatus:
        """The status as another target of the same server should read it."""
        notes = notes_of(target, self._card, self.status.state)
        return replace(self.status, target=target, notes=notes)

    def heard(self, now: float, state: ServerState, reason: str = "") -> None:
        """Take in what a request of our own met, for servers that are not probed."""
        if self.target.hosted and not self.target.problem:
            self._become(now, replace(self.status, state=state, reason=reason, checked_at=now))

    def talked(self, at: float) -> None:
        """One of our own streams brought something at `at` seconds of the clock: it lives."""
        self._talked = at if self._talked is None else max(at, self._talked)

    def give_up(self, now: float) -> None:
        """Admit that nothing is known: looking itself went wrong."""
        reason = "looking at it failed: see the log"
        self._become(now, ServerStatus(self.target, ServerState.UNKNOWN, reason, checked_at=now))

    async def _look(self, patient: bool) -> Look:
        known = self._card is not None and self._card.kind is not None
        stale = self._clock() - self._card_at > (CARD_AGE if known else STRANGER_AGE)
        card = self._card if not stale and (self._alive or self._doubted) else None
        if card is None:
            self._absent.clear()
        late = False

        async def ask(path: str) -> Answer:
            nonlocal late
            if late:
                # it had its time; the rest is for the next look
                return Answer(fault=Fault.TIMEOUT, words="not asked: it was slow")
            if path in self._absent:
                return Answer(status=404)
            answer = await self._get(path, patient)
            late = answer.fault in (Fault.TIMEOUT, Fault.UNCONNECTED)
            if answer.status in _ABSENT:
                self._absent.add(path)
            return answer

        return await look_at(ask, card, hosted=self.target.hosted)

    async def _get(self, path: str, patient: bool) -> Answer:
        base = self.target.base_url if path == MODELS else self.target.root
        url = f"{base.rstrip('/')}/{path.lstrip('/')}"
        answer = await self._fetcher.get(url, key=self.target.key, patient=patient)
        asked = Asked(self._clock(), path, answer.status, answer.seconds, answer.words)
        self._log.append(asked)
        return answer

    @property
    def _alive(self) -> bool:
        return self.status.state in (ServerState.UP, ServerState.UNAUTHORIZED)

    @property
    def _doubted(self) -> bool:
        """It was up and has been silent since: that makes no other server of it."""
        return self.status.state is ServerState.UNKNOWN and self._slow

    def _take(self, look: Look, now: float, patient: bool) -> None:
        pulse = self._judged(look.pulse, patient)
        if look.card is not None:
            self._card = _kept(look.card, self._card)
            self._card_at = now if look.fresh else self._card_at
        up = pulse.state is ServerState.UP
        if pulse.metrics is None or not up:
            self._window.miss(now, gone=not up)
        elif not self._window.add(now, pulse.metrics):
            self._card_at = -STRANGER_AGE
        self._failures = 0 if up else self._failures + 1
        self._become(now, self._status(pulse, now))

    def _judged(self, pulse: Pulse, patient: bool) -> Pulse:
        """Silence is doubt, of what was given time death.

        A server that streams to us is busy, however long its probes wait; one that holds a request
        of ours open may be.
        """
        took = pulse.latency_s or 0.0
        self._slow = pulse.unanswered or took > self._fetcher.timeout
        if not pulse.unanswered:
            slow = f"slow: it took {took:.2g} s to answer" if self._slow else ""
            return replace(pulse, reason=pulse.reason or slow)
        if self._talked is not None and self._clock() - self._talked <= TALKED:
            return replace(pulse, state=ServerState.UP, reason="busy: slow to answer probes")
        if self.awaited or not patient:
            reason = f"{pulse.reason}: slow or hung"
            return replace(pulse, state=ServerState.UNKNOWN, reason=reason)
        return pulse

    def _status(self, pulse: Pulse, now: float) -> ServerStatus:
        card = self._card or Card()
        rates = self._window.rates()
        scrape = pulse.metrics or Metrics()
        return ServerStatus(
            target=self.target,
            state=pulse.state,
            reason=pulse.reason,
            kind=card.provider,
            version=card.version,
            models=card.models,
            running=_whole(scrape.running),
            waiting=_whole(scrape.waiting),
            kv_usage=scrape.kv_usage,
            tokens_per_s=rates.tokens_per_s,
            history=rates.history,
            latency_s=pulse.latency_s,
            checked_at=now,
            notes=notes_of(self.target, self._card, pulse.state),
            cache_hits=rates.hit_rate,
            ttft_s=rates.ttft_s,
            itl_s=rates.itl_s,
            preempted=rates.preempted,
            log=tuple(self._log),
        )

    def _become(self, now: float, status: ServerStatus) -> None:
        before = self.status
        same = status.state is before.state and before.since is not None
        changes = before.changes
        if status.state is not before.state:
            changes = (*changes, self._change(now, status))[-_CHANGES:]
        self.status = replace(status, since=before.since if same else now, changes=changes)

    def _change(self, now: float, status: ServerStatus) -> StateChange:
        news = False
        if status.state in _CERTAIN:
            news = self._certain not in (None, status.state)
            self._certain = status.state
        before, root = self.status.state, self.target.root
        return StateChange(now, self._wall(), root, before, status.state, status.reason, news)


def _kept(new: Card, old: Card | None) -> Card:
    """The new card; a list of models that could not be read this time stays as it was."""
    if old is None or new.models or new.listed or new.kind is not old.kind:
        return new
    return replace(new, models=old.models, listed=old.listed)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
