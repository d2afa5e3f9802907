"""Asks one server over time: how long a path may take, which it does not have, what came back."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from massgen_tui.config.extras import pairs, with_query
from massgen_tui.monitor.fetch import Answer, Fault, Fetcher
from massgen_tui.monitor.looking import ABOVE, MODELS, ORIGIN, SIGN_OF_LIFE
from massgen_tui.monitor.probe_log import ProbeLogEntry
from massgen_tui.monitor.status import ServerTarget

LOOK_TAKES, PATIENT_LOOK_TAKES = 6.0, 20.0
"""Seconds of a look after which nothing more is asked in it."""
_KEPT = 4096
"""Bytes of the refusal of a path that are kept."""
_LOGGED = 30
"""Questions that the log keeps."""
_SHUT = frozenset({401, 403, 404, 405, 501})
"""What servers answer to a path that they do not have, have switched off or keep from us."""
_DETAILS = frozenset(
    (
        *("/version", "/model_info", "/get_model_info", "/props", "/api/version", "/api/ps"),
        *("/workers", "/get_loads", "/engine_metrics", "/v1/conversations/none"),
        *("/health/liveliness", "/health/readiness"),
        *("/-/routes", "//-/routes"),
    )
)
"""Paths that are worth no wait."""
_WAKING = frozenset({"/slots"})
"""Paths that keep a server awake: asked for half as often each time that they tell the same."""
_SHORTEST_REST, _LONGEST_REST = 2.0, 3600.0
"""Seconds."""


class ProbeClient:
    """The questions to one server; called with a path it gives the answer."""

    def __init__(
        self,
        target: ServerTarget,
        fetcher: Fetcher,
        clock: Callable[[], float],
        may: Callable[[str], bool] = lambda path: True,
    ) -> None:
        """Ask nothing yet.

        Args:
            target: The server.
            fetcher: Carries the questions.
            clock: Monotonic seconds.
            may: Whether it may be asked for a path now.
        """
        self._target = target
        self._fetcher = fetcher
        self._clock = clock
        self._may = may
        self.held = False
        """Something of this look was not asked, as it must not be disturbed."""
        self._patient = False
        self._spent = 0.0
        self._shut: dict[str, Answer] = {}
        self._told: dict[str, bytes] = {}
        self._rest: dict[str, float] = {}
        self._slow: set[str] = set()
        self._fast: set[str] = set()
        self.log: deque[ProbeLogEntry] = deque(maxlen=_LOGGED)
        """The last questions, oldest first."""
        self.at: dict[str, float] = {}
        """When each path last answered, in seconds of the clock."""

    def begin(self, *, patient: bool, awake: bool = False) -> None:
        """A look begins.

        Args:
            patient: It waits longer for what was slow before.
            awake: It works for us, so that nothing keeps it awake.
        """
        if awake:
            self._rest.clear()
        self._patient, self._spent, self.held = patient, 0.0, False

    def forget(self) -> None:
        """Ask again for paths that were shut."""
        self._shut.clear()

    async def __call__(self, path: str) -> Answer:
        """Ask for one path of the server's root; `MODELS` is one of its base URL."""
        if path.startswith(ORIGIN) and not urlsplit(self._target.root).path:
            path = path.removeprefix("/")
        if not self._may(path):
            self.held = True
            return Answer(fault=Fault.UNASKED, words="not asked: it answers us")
        if path in self._shut:
            return self._shut[path]
        if self._clock() - self.at.get(path, 0.0) < self._rest.get(path, 0.0):
            return Answer(fault=Fault.UNASKED, words="not asked: it would be kept awake")
        if self._spent >= (PATIENT_LOOK_TAKES if self._patient else LOOK_TAKES):
            return Answer(fault=Fault.TIMEOUT, words="not asked: the look took too long")
        patient = self._patient and self._may_be_slow(path)
        answer = await self._get(path, patient=patient)
        self._spent += answer.seconds
        self._learn(path, answer)
        return answer

    def _may_be_slow(self, path: str) -> bool:
        if path in _DETAILS:
            return False
        return path in self._slow or (bool(self._slow) and path not in self._fast)

    async def _get(self, path: str, *, patient: bool) -> Answer:
        target = self._target
        base = (target.base_url if path == MODELS else target.root).rstrip("/")
        if path.startswith(ABOVE):
            base, path = base.removesuffix("/openai"), path.removeprefix(ABOVE)
        elif path.startswith(ORIGIN):
            base, path = base.removesuffix(urlsplit(base).path), path.removeprefix("/")
        url = with_query(f"{base}/{path.lstrip('/')}", target.query)
        answer = await self._fetcher.get(
            url, key=target.key, headers=pairs(target.headers), patient=patient
        )
        now = self._clock()
        self.at[path] = now
        self.log.append(ProbeLogEntry(now, path, answer.status, answer.seconds, answer.words))
        return replace(answer, patient=True) if patient else answer

    def _learn(self, path: str, answer: Answer) -> None:
        if answer.status in _SHUT and path != SIGN_OF_LIFE:
            # why, too: a second question of the same look is answered from here
            kept = answer.body if len(answer.body) <= _KEPT else b""
            self._shut[path] = Answer(status=answer.status, body=kept)
        if path in _WAKING:
            same = self._told.get(path) == answer.body
            rest = max(2 * self._rest.get(path, 0.0), _SHORTEST_REST) if same else 0.0
            self._rest[path] = min(rest, _LONGEST_REST)
            self._told[path] = answer.body
        soon = self._fetcher.timeout
        if answer.silent or answer.seconds > soon:
            self._slow.add(path)
            self._fast.discard(path)
        elif answer.seconds < soon / 2:
            # what is fast every other time is slow
            self._slow.discard(path)
            self._fast.add(path)
