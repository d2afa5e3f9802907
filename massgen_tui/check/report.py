"""What `check` found about one file, as plain JSON values; docs/check-output.md describes them."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.request import build_request
from massgen_tui.check.ask.finding import Finding
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.extras import MASK, Extra
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.secrets import all_secrets
from massgen_tui.dialects import by_name
from massgen_tui.monitor.failure import LastFailure
from massgen_tui.monitor.status import ServerStatus, ServerTarget

PROMPT = "(the prompt)"
_SECRET_NAMES = frozenset(
    {"api_key", "apikey", "api-key", "x-api-key", "authorization", "password", "secret", "token"}
)
_SHORTEST = 4
"""Characters of a key under which masking it would eat ordinary words."""


def unreadable_report(path: Path, error: ConfigError | None) -> dict[str, object]:
    """A file that is no config, and everything that is wrong with it."""
    problems = [
        {
            "line": problem.line or None,
            "column": problem.column or None,
            "key": problem.key or None,
            "message": problem.message,
            "hint": problem.hint or None,
        }
        for problem in (error.problems if error else ())
    ]
    return {
        "path": str(path),
        "ok": False,
        "problems": problems,
        "warnings": [],
        "coordination": None,
        "agents": [],
        "servers": [],
    }


def file_report(
    path: Path,
    config: Config,
    servers: Mapping[ServerTarget, ServerStatus | None],
    probes: Mapping[str, Sequence[Finding]] | None = None,
) -> dict[str, object]:
    """A config: its agents with the requests they would send and what they found, its servers."""
    report = {
        "path": str(path),
        "ok": True,
        "problems": [],
        "warnings": list(config.warnings),
        "coordination": {
            "on": config.coordination.coordinate,
            "understood": list(config.coordination.understood),
        },
        "agents": [
            _agent(agent, None if probes is None else probes.get(agent.id, ()))
            for agent in config.agents
        ],
        "servers": [server_report(target, status) for target, status in servers.items()],
    }
    return masked(report, config)


def masked(report: dict[str, object], config: Config) -> dict[str, object]:
    """The report without any key of the config."""
    told = _masked(report, _secrets(config))
    return told if isinstance(told, dict) else report


def _agent(agent: AgentConfig, probes: Sequence[Finding] | None) -> dict[str, object]:
    endpoint, settings = agent.endpoint, agent.settings
    problem = agent.problem
    request = None if problem else build_request(agent, Call((Message("user", PROMPT),)))
    return {
        "agent": agent.id,
        "type": endpoint.type,
        "provider": endpoint.dialect.provider if by_name(endpoint.type) else endpoint.type,
        "model": settings.model,
        "problem": {"message": problem.message, "hint": problem.hint or None} if problem else None,
        "warnings": list(request.warnings) if request else [],
        "request": None
        if request is None
        else {
            "method": "POST",
            "url": f"{endpoint.base_url}/chat/completions",
            "default_url": endpoint.base_url_default,
            "key": endpoint.key_source or ("EMPTY" if endpoint.api_key is None else "set"),
            "headers": _told(endpoint.extra_headers),
            "query": _told(endpoint.extra_query),
            "body": request.body,
        },
        "probes": None if probes is None else [finding.as_json() for finding in probes],
    }


def server_report(target: ServerTarget, status: ServerStatus | None) -> dict[str, object]:
    """One server as it was when it was looked at; keys are not masked yet."""
    known = status or ServerStatus(target, reason="not looked at")
    return {
        "server": target.root,
        "agents": list(target.agents),
        "headers": _told(target.headers),
        "query": _told(target.query),
        "state": known.state.value if status else None,
        "condition": known.condition.value if known.condition else None,
        "workers": None
        if known.workers is None
        else {"healthy": known.workers.healthy, "of": known.workers.of},
        "reason": known.reason or None,
        "kind": known.kind or None,
        "version": known.version or None,
        "latency_s": known.latency_s,
        "models": [
            {"id": model.id, "context_length": model.context_length} for model in known.models
        ],
        "running": known.running,
        "waiting": known.waiting,
        "kv_usage": known.kv_usage,
        "notes": list(known.notes),
        "last_failure": _failure(known.last_failure),
        "start_command": known.start_command or None,
        "start_note": (known.start_command and target.start_note) or None,
    }


def _failure(failure: LastFailure | None) -> dict[str, object] | None:
    """How it failed at this look; `ago_s` is 0 where that was the last."""
    if failure is None:
        return None
    return {
        "source": failure.source,
        "status": failure.status,
        "ago_s": round(max(time.monotonic() - failure.at, 0.0), 1),
        "message": failure.message,
    }


def _secrets(config: Config) -> list[str]:
    return [value for value in all_secrets(config) if len(value) >= _SHORTEST]


class _Shown(str):
    """What may be told under whatever name: it tells no more of a secret than `${VAR}`."""

    __slots__ = ()


def _told(extras: Iterable[Extra]) -> dict[str, str]:
    """Headers or parameters by name, of secrets what the file says of them."""
    return {extra.name: _Shown(extra.shown) for extra in extras}


def _masked(value: object, secrets: Sequence[str], name: str = "") -> object:
    """The value without any key: neither under a name that keys go by nor anywhere in a text."""
    if isinstance(value, Mapping):
        return {str(key): _masked(item, secrets, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, secrets) for item in value]
    if isinstance(value, str):
        if name.lower() in _SECRET_NAMES and value and not isinstance(value, _Shown):
            return MASK
        for secret in secrets:
            value = value.replace(secret, MASK)
    return value
