"""What one look at a server finds, and the way a look asks."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from massgen_tui.dialects.headers import missing_headers
from massgen_tui.gist import gist
from massgen_tui.monitor.adapters import Adapter
from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import Condition, ServedModel, ServerState
from massgen_tui.monitor.workers import Worker, Workers

if TYPE_CHECKING:
    from massgen_tui.monitor.kinds.kind import Kind

Ask = Callable[[str], Awaitable[Answer]]
"""GETs a path of the server's root (or, when it begins with `models`, of its base URL)."""

WANTS_KEY = "it wants a key"
NOT_READY = "not ready yet (HTTP 503)"
NO_MODEL = "it lists no model now"
MODELS = "models"
"""The path that is asked of the base URL, for `Ask`."""
ABOVE = ".."
"""What begins a path beside `/openai`, where that is a server's root (KServe)."""
ORIGIN = "//"
"""What begins a path of the server itself, where its API stands under a path (Ray Serve)."""
SIGN_OF_LIFE = "/docs"
"""A path of which any answer will do: it is asked again whatever it was."""


_PAGE = 4000
"""Characters of a page in which its title stands."""
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.I | re.S)
_LOADS = re.compile(r"\bload(?:ing)?\b|\bstart(?:ing|up)\b|\bwarm|not ready|initiali[sz]", re.I)
_SCALES = re.compile(r"\bscaling\b", re.I)
_NOBODY = re.compile(
    r"\bno (?:(?:healthy|available|ready|live) )?"
    r"(?:upstreams?|workers?|servers?|backends?|endpoints?|instances?|replicas?|models?)\b"
    r"|\bunhealthy (?:servers?|workers?)\b|\ball (?:workers|servers|backends) are unavailable\b",
    re.I,
)
"""How gateways say that nobody is behind them: nginx's and envoy's words among them."""


_LISTING = ("vllm", "sglang", "llamacpp")
"""The dialects whose servers never list nothing."""


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What changes seldom: asked for when a server comes up, and again every half minute."""

    kind: "Kind | None" = None
    """What it proved to be; None: no proof."""
    version: str = ""
    models: tuple[ServedModel, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    parser: str | None = None
    """SGLang's reasoning parser; empty: none is on; None: it did not tell."""
    refused_key: bool = False
    """It does not show its models to this key."""
    listed: bool = False
    """It showed a list of models."""
    trouble: str = ""
    """Why its list of models could not be read."""
    astray: "ModelState | None" = None
    """What is under this path where nothing answers there, though the server itself does."""

    @property
    def provider(self) -> str:
        """Its kind as people write it, or empty."""
        return self.kind.name if self.kind else ""

    def foreign_to(self, dialect: str) -> bool:
        """Whether it is another server than those of a dialect: engines list what they serve."""
        if self.kind is not None:
            return self.kind.type != dialect
        return dialect in _LISTING and self.listed and not self.models


def kept(new: ServerInfo, old: ServerInfo | None) -> ServerInfo:
    """The new card; a list of models that could not be read this time stays as it was."""
    if old is None or new.models or new.listed or new.kind is not old.kind:
        return new
    return replace(new, models=old.models, listed=old.listed, adapters=old.adapters)


@dataclass(frozen=True, slots=True)
class ModelState:
    """What one of a router's models is in."""

    state: ServerState
    reason: str = ""
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Liveness:
    """Whether it lives, and its numbers now."""

    state: ServerState
    reason: str = ""
    metrics: Metrics | None = None
    latency_s: float | None = None
    unanswered: bool = False
    """Nothing came in time: slow or hung, one cannot tell yet."""
    patient: bool = False
    """It was given time."""
    refused: bool = False
    """Nothing listens there."""
    shut: bool = False
    """The path that tells it is not there, or kept from us."""
    condition: Condition | None = None
    workers: Workers | None = None
    crew: tuple[Worker, ...] = ()
    taken: bool = False
    """It took the connection, though it may not have answered."""
    kind: "Kind | None" = None
    """What it proves to be, where its list of models says another."""
    by_model: tuple[tuple[str, ModelState], ...] = ()
    """What each of its models is in, where they are not all there at once."""
    told: bool = False
    """Its state is said as such, and not read out of an HTTP status."""
    hint: str = ""
    """What it should be started with, to tell more of itself, or asked with, to answer."""
    unseen: bool = False
    """Its reason says no more than that its engines cannot be seen from here."""
    relayed: bool = False
    """Its numbers are told in its stead, by pages elsewhere."""


def pulse_of(answer: Answer) -> Liveness:
    """What the answer of a liveness path says.

    503 is "not yet" with llama.cpp (`Loading model`) and SGLang; with vLLM its engine has died.
    """
    if answer.fault and not (answer.fault is Fault.TOO_LARGE and answer.status == 200):
        certain = answer.fault not in (Fault.BROKEN, Fault.UNTRUSTED, Fault.PROXY, Fault.OURS)
        return Liveness(
            ServerState.DOWN if certain else ServerState.UNKNOWN,
            answer.words,
            unanswered=answer.silent,
            patient=answer.patient,
            refused=answer.fault is Fault.REFUSED,
            taken=answer.fault is Fault.TIMEOUT,
        )
    state, reason = _state(answer)
    pulse = Liveness(
        state, reason, latency_s=answer.seconds, patient=answer.patient, shut=answer.shut
    )
    words = said(answer) if answer.status >= 400 else ""
    if missing := " or ".join(missing_headers(answer.status, words)):
        hint = f"it wants a header: set {missing} in extra_headers"
        return replace(pulse, reason=words, hint=hint)
    return pulse


def _state(answer: Answer) -> tuple[ServerState, str]:
    status = answer.status
    if 200 <= status < 300:
        return ServerState.UP, answer.words
    if answer.refused_key or lacks_database(answer):
        return ServerState.UNAUTHORIZED, WANTS_KEY
    if status == 503:
        words = said(answer)
        state = ServerState.DOWN if _NOBODY.search(words) else ServerState.LOADING
        return state, words or NOT_READY
    if 300 <= status < 400:
        where = answer.location or "elsewhere"
        return ServerState.UNKNOWN, f"redirects to {where}, which is not followed"
    words = said(answer)
    reason = f"answers HTTP {status}: {words}" if words else f"answers HTTP {status}"
    return ServerState.DOWN if status >= 500 else ServerState.UNKNOWN, reason


def lacks_database(answer: Answer) -> bool:
    """Whether LiteLLM would look a key up where it has no database: it is not the master key."""
    return answer.status == 400 and field(answer.json(), "error", "type") == "no_db_connection"


def speaks_of_loading(words: str) -> bool:
    """Whether a 503 says of itself that it is a start."""
    return bool(_LOADS.search(words))


def speaks_of_scaling(words: str) -> bool:
    """Whether a 503 says that its engines are being added or taken away (vLLM's elastic EP)."""
    return bool(_SCALES.search(words))


def said(answer: Answer) -> str:
    """The message in an error body: JSON, plain text, or a page's title; empty: there is none."""
    body = answer.json()
    if isinstance(body, dict):
        places = (
            ("error", "message"),
            ("error",),
            ("message",),
            ("detail",),
            ("reason",),
            ("html-message",),
        )
        return next((told for path in places if (told := _words(field(body, *path)))), "")
    page = answer.text()[:_PAGE].strip()
    if page[:1] == "<":
        title = _TITLE.search(page)
        return _words(title[1]) if title else ""
    return _words(page if body is None else body)


def _words(value: object) -> str:
    return text(gist(value)) if isinstance(value, str) else ""
