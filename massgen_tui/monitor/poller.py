"""One server over time: looks at it, remembers what it is, and turns looks into a status."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr

from massgen_tui.config.secrets import hidden_in, without
from massgen_tui.monitor.adapters import started_with
from massgen_tui.monitor.asked_for import of_those_asked_for
from massgen_tui.monitor.course import Course, Wall
from massgen_tui.monitor.elsewhere import ROUND, Elsewhere
from massgen_tui.monitor.engines import Told, applied
from massgen_tui.monitor.failure import LastFailures
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.figures import Figures
from massgen_tui.monitor.findings import notes_of, unserved
from massgen_tui.monitor.looking import MODELS, Liveness, ServerInfo, kept
from massgen_tui.monitor.pace import UNKNOWN_KIND_AGE, pause_after, server_info_age
from massgen_tui.monitor.probe_client import ProbeClient
from massgen_tui.monitor.probes import ProbeResult, look_at, peek_at, unasked
from massgen_tui.monitor.resting import Resting, unseen
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, ServerTarget
from massgen_tui.monitor.wording import worded

Clock = Callable[[], float]

TALKED = 6.0
"""Seconds for which what our own streams brought proves that a server lives."""

_PAGES = ("/metrics", "/engine_metrics")
"""Where counters are read: they are as old as these answers."""
_AWAY = frozenset({ServerState.DOWN, ServerState.LOADING})


class ServerPoller:
    """Polls one server; never twice at the same time."""

    def __init__(
        self,
        target: ServerTarget,
        fetcher: Fetcher,
        clock: Clock,
        wall: Wall = datetime.now,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Know nothing yet; `elsewhere` asks the pages that tell its numbers in its stead."""
        self.target = target
        self.status = ServerStatus(target, reason=target.problem or "not looked at yet")
        self._fetcher = fetcher
        self._clock = clock
        self._course = Course(wall)
        self._talked: float | None = None
        self._answered: set[str] = set()
        """Models that answered a prompt of ours."""
        self._was_up = False
        """It was up since it last was not there at all."""
        self.awaited = False
        """A request of our own is open there."""
        self._info: ServerInfo | None = None
        self._info_at = 0.0
        self._hint = ""
        self._figures = Figures()
        self._elsewhere = elsewhere or Elsewhere(fetcher, clock)
        self._client = ProbeClient(target, fetcher, clock, may=self._may)
        self._peeks = False
        """Only paths that disturb nobody are asked."""
        self._slow = False
        """It did not answer in time when it was last looked at, or not soon."""
        self._failures = 0
        self._last = LastFailures()
        self._resting = Resting()
        self._one = asyncio.Lock()
        key = SecretStr(target.key) if target.key else None
        self._secrets = hidden_in(key, (*target.headers, *target.query, *target.pages))

    def suits(self, target: ServerTarget) -> bool:
        """Whether a look at `target` is a look at its own: only who asks it differs."""
        return target.unasked == self.target.unasked

    def retarget(self, target: ServerTarget) -> None:
        """Look for other agents from now on; what is known stays."""
        self.target = target
        self.status = self.status_for(target)

    @property
    def passive(self) -> bool:
        """Nothing is asked any more: a provider's API that has answered, or one we cannot ask."""
        return bool(self.target.problem) or (self._settled and not self.target.pages)

    @property
    def _settled(self) -> bool:
        """A provider's API that has answered: it is not asked again."""
        settled = (ServerState.UP, ServerState.UNAUTHORIZED)
        # a provider that shows no list of models has answered too
        log = self._client.log
        said = bool(log) and 200 <= log[-1].status < 500
        return self.target.hosted and (self.status.state in settled or said)

    @property
    def _talks(self) -> bool:
        """One of our own streams brought something of late."""
        return self._talked is not None and self._clock() - self._talked <= TALKED

    @property
    def _untouchable(self) -> bool:
        """It answers us, and what is asked now could end that: the stream is its sign of life."""
        kind = self._info.kind if self._info else None
        known = kind is not None and kind.pulse is not None and not kind.fragile
        return self.awaited and not known and not self.target.hosted

    @property
    def _rests(self) -> bool:
        """A look would wake it, or keep it awake, and nobody here needs it now."""
        kind = self._info.kind if self._info else None
        return self._resting.now(self._clock(), kind, self.status.state, awaited=self.awaited)

    def _may(self, path: str) -> bool:
        return not self._untouchable or (self._peeks and path != MODELS)

    async def _peek(self) -> ProbeResult | None:
        return await peek_at(self._client, self.target.dialect) if self._info is None else None

    def pause(self, *, relaxed: bool) -> float:
        """Seconds until the next look."""
        if self._settled:
            return ROUND
        hosted, state = self.target.hosted, self.status.state
        return pause_after(state, self._failures, hosted=hosted, relaxed=relaxed)

    async def look(self, *, patient: bool = False) -> ServerStatus:
        """Look once and give what it is now; waits for a look under way.

        A `patient` look gives time to what was slow before; only such a look can find that a server
        which takes connections is down. Another tells nothing new of a slow server: it gives what
        is known.
        """
        if self._slow and not patient:
            return self.status
        async with self._one:
            if not self.target.problem:
                self._elsewhere.begin(self.target)
                await self._look_now(patient=patient)
            return self.status

    async def _look_now(self, *, patient: bool) -> None:
        if self._settled and self.target.pages:
            self._take(unasked(self.status), self._clock(), await self._told())
        elif self._rests and not await self._runs():
            notes = self._notes(self.target, ServerState.UNKNOWN)
            self._become(self._clock(), unseen(self.status, notes))
        else:
            self._client.begin(patient=patient, awake=self.awaited)
            self._peeks = self._untouchable
            look = await (self._peek() if self._peeks else self._look())
            if look is None or self._client.held:
                self._overhear(self._clock())
            else:
                told = await self._told(look.card)
                self._take(look, self._clock(), told)

    async def _told(self, card: ServerInfo | None = None) -> Told | None:
        """What its pages tell of the models that are asked for, else of those that it serves."""
        card = card or self._info
        served = tuple(model.id for model in card.models) if card else ()
        return await self._elsewhere.told(self.target, self.target.models or served)

    async def _runs(self) -> bool:
        told = await self._told()
        return told is not None and told.runs

    def _overhear(self, now: float) -> None:
        """Nothing was asked: what streams to us lives, of the rest nothing new is known."""
        if self._talks:
            up = replace(self.status, state=ServerState.UP, condition=None, silent=False)
            self._become(now, replace(up, reason="", checked_at=now))

    def status_for(self, target: ServerTarget) -> ServerStatus:
        """The status as another target of the same server should read it."""
        notes = self._notes(target, self.status.state)
        missing = unserved(target, self._info, self._answered)
        adapters = self._info.adapters if self._info else ()
        told = started_with(target, adapters)
        return replace(self.status, target=told, notes=notes, unserved=missing)

    def _notes(self, target: ServerTarget, state: ServerState) -> tuple[str, ...]:
        notes = notes_of(target, self._info, state, self._answered, self._hint)
        return tuple(without(note, self._secrets) for note in notes)

    def heard(self, now: float, state: ServerState, reason: str, code: int | None) -> None:
        """Take in what a request of our own met; the state of servers that are not probed."""
        self._last.prompted(now, code, reason)
        status = replace(self.status, last_failure=self._last.last)
        if self.target.hosted and not self.target.problem:
            status = replace(status, state=state, reason=reason, checked_at=now)
        self._become(now, status)

    def answered(self, model: str) -> None:
        """A prompt of ours was answered: the model is there, whatever the list says."""
        if model not in self._answered:
            self._answered.add(model)
            self.status = self.status_for(self.target)

    def talked(self, at: float) -> None:
        """One of our own streams brought something at `at` seconds of the clock: it lives."""
        self._talked = at if self._talked is None else max(at, self._talked)

    def give_up(self, now: float) -> None:
        """Admit that nothing is known: looking itself went wrong."""
        reason = "looking at it failed: see the log"
        self._become(now, ServerStatus(self.target, ServerState.UNKNOWN, reason, checked_at=now))

    async def _look(self) -> ProbeResult:
        kind = self._info.kind if self._info else None
        # who lists its models dearly is found out anew only when nothing listens any more
        spared = kind is not None and kind.costly_list and self.status.occupied
        card = None if self.status.state in _AWAY and not spared else self._info
        refresh = self._clock() - self._info_at > server_info_age(kind, slow=self._slow)
        if card is None or refresh:
            self._client.forget()
        return await look_at(self._client, card, refresh=refresh, hosted=self.target.hosted)

    def _take(self, look: ProbeResult, now: float, told: Told | None) -> None:
        pulse = of_those_asked_for(look.pulse, self.target.models)
        pulse = self._judged(applied(pulse, told) if told else pulse)
        up = pulse.state is ServerState.UP
        if look.card is not None:
            turned_up = up and look.card.kind is None and self.status.state is not ServerState.UP
            self._info = kept(look.card, self._info)
            self._info_at = now if look.fresh else -UNKNOWN_KIND_AGE if turned_up else self._info_at
        at = told.at if told else max(self._client.at.get(path, 0.0) for path in _PAGES) or now
        counting = self.status.running is not None
        open = self.awaited and not self._talks
        if not self._figures.take(now, pulse, at, counting=counting, open=open):
            self._info_at = -UNKNOWN_KIND_AGE
        self._hint = pulse.hint
        self._failures = 0 if up else self._failures + 1
        self._was_up = up or (self._was_up and not pulse.refused)
        reason = without(pulse.reason, self._secrets)
        self._last.looked(now, self._client.log, reason, up=up)
        status = self._figures.added(self._status(pulse, now), pulse, now, talks=self._talks)
        self._become(now, status)

    def _judged(self, pulse: Liveness) -> Liveness:
        """A timeout means UNKNOWN; a timeout of a patient poll means DOWN.

        A server that streams to us is busy, however long its probes wait; one that holds a request
        of ours open may be.
        """
        took, soon = pulse.latency_s or 0.0, self._fetcher.timeout
        self._slow = pulse.unanswered or took > (soon / 2 if self._slow else soon)
        if not pulse.unanswered:
            slow = f"slow: it took {took:.2g} s to answer" if took > soon else ""
            kind = self._info.kind if self._info else None
            return worded(pulse, slow, kind, keyed=self.target.keyed, was_up=self._was_up)
        if self._talks:
            return replace(pulse, state=ServerState.UP, reason="busy: slow to answer probes")
        if self.status.state is ServerState.DOWN and self.status.silent:
            # less silence, at a path that was fast before, is no better news
            reason = pulse.reason if pulse.patient else self.status.reason
            return replace(pulse, reason=reason, condition=self.status.condition)
        hung = Condition.HUNG if pulse.patient and pulse.taken else None
        if self.awaited or not pulse.patient:
            reason = pulse.reason if hung else f"{pulse.reason}: slow or hung"
            return replace(pulse, state=ServerState.UNKNOWN, reason=reason, condition=hung)
        return replace(pulse, condition=hung)

    def _status(self, pulse: Liveness, now: float) -> ServerStatus:
        """What it is, without its numbers."""
        card, up = self._info or ServerInfo(), pulse.state is ServerState.UP
        return ServerStatus(
            target=started_with(self.target, card.adapters),
            state=pulse.state,
            kind=card.provider,
            version=card.version,
            reasoning_parser=card.parser,
            models=card.models,
            workers=pulse.workers,
            crew=pulse.crew,
            remark=card.kind.remark if card.kind and up and not pulse.relayed else "",
            foreign=card.foreign_to(self.target.dialect),
            starts_replicas=card.kind is not None and card.kind.starts_replicas,
            latency_s=pulse.latency_s,
            checked_at=now,
            notes=self._notes(self.target, pulse.state),
            unserved=unserved(self.target, card, self._answered),
            silent=pulse.unanswered,
            occupied=pulse.state is ServerState.DOWN and not pulse.refused,
            log=tuple(self._client.log),
            last_failure=self._last.last,
        )

    def _become(self, now: float, status: ServerStatus) -> None:
        # a server may repeat what it was sent
        if self._secrets and status.reason:
            status = replace(status, reason=without(status.reason, self._secrets))
        self.status = self._course.went(self.status, status, now)
