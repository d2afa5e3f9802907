"""What `check` found about one file, for people."""

import json
from collections.abc import Iterator

from massgen_tui.check.ask.told import table
from massgen_tui.monitor.fetch import REFUSED
from massgen_tui.monitor.read import field, items, text
from massgen_tui.monitor.workers import Workers
from massgen_tui.text import clean

_GLYPHS = {"up": "●", "loading": "◐", "down": "✗", "unauthorized": "▲", "unknown": "○"}
_CONDITIONS = {"hung": "✗", "asleep": "○"}
"""Those that say more than the state does."""


def file_text(report: dict[str, object]) -> str:
    """The report of one file as lines, safe for a terminal."""
    return clean("\n".join(_lines(report))) + "\n"


def _lines(report: dict[str, object]) -> Iterator[str]:
    path = str(report["path"])
    if not report["ok"]:
        yield f"{path}: cannot be read as a config"
        yield from (_problem(path, problem) for problem in items(report["problems"]))
        return
    count = len(list(items(report["agents"])))
    yield f"{path}: config ok, {count} agent{'' if count == 1 else 's'}"
    yield from _warnings(report, "  ")
    yield from _coordination(report["coordination"])
    for server in items(report["servers"]):
        yield from server_text(server)
    for agent in items(report["agents"]):
        yield from _agent(agent)


def _coordination(told: object) -> Iterator[str]:
    """Whether the agents agree on an answer, where the file says anything of it."""
    understood = field(told, "understood")
    if isinstance(understood, list) and understood:
        state = "on" if field(told, "on") else "off (--coordinate)"
        yield f"  coordination: {state}, keys understood: {', '.join(map(str, understood))}"


def _problem(path: str, problem: dict[str, object]) -> str:
    place = f"{path}:{problem['line']}:{problem['column']}" if problem["line"] else path
    key = f" {problem['key']}:" if problem["key"] else ""
    hint = f" ({problem['hint']})" if problem["hint"] else ""
    return f"  {place}:{key} {problem['message']}{hint}"


def _warnings(of: dict[str, object], indent: str) -> Iterator[str]:
    warnings = of["warnings"]
    if isinstance(warnings, list):
        yield from (f"{indent}! {warning}" for warning in warnings)


def _agent(agent: dict[str, object]) -> Iterator[str]:
    yield f"  {agent['agent']} · {agent['provider']} · {agent['model'] or 'no model'}"
    problem = agent["problem"]
    if problem:
        hint = text(field(problem, "hint"))
        yield f"    ✗ {text(field(problem, 'message'))}{f' ({hint})' if hint else ''}"
    yield from _warnings(agent, "    ")
    request = agent["request"]
    if request:
        key = text(field(request, "key"))
        default = f"  (the default of {agent['type']})" if field(request, "default_url") else ""
        yield f"    POST {text(field(request, 'url'))}{default}  key: {key}"
        yield from (f"    {line}" for line in _extras(request))
    if agent["probes"] is not None:
        yield from (f"    {line}" for line in table(agent["probes"]))
    elif request:
        body = json.dumps(field(request, "body"), indent=2, ensure_ascii=False)
        yield from (f"    {line}" for line in body.splitlines())


def _extras(of: object) -> Iterator[str]:
    """Headers and parameters of one's own, a line each."""
    for name, joined in (("headers", ": "), ("query", "=")):
        extras = field(of, name)
        if isinstance(extras, dict):
            yield from (f"{extra}{joined}{value}" for extra, value in extras.items())


def server_text(server: dict[str, object]) -> Iterator[str]:
    """The lines of one server."""
    state = server["state"]
    if state is None:
        yield f"  – {server['server']} not looked at"
        return
    condition = server["condition"]
    state = condition if condition in _CONDITIONS else state
    facts = [str(state)]
    if server["kind"]:
        facts.append(" ".join(str(part) for part in (server["kind"], server["version"]) if part))
    if isinstance(latency := server["latency_s"], float):
        facts.append(f"{latency * 1000:.0f} ms")
    if isinstance(workers := server["workers"], dict):
        facts.append(str(Workers(workers["healthy"], workers["of"])))
    reason = f": {server['reason']}" if server["reason"] not in (None, facts[-1]) else ""
    sign = (_GLYPHS | _CONDITIONS).get(str(state), "○")
    yield f"  {sign} {server['server']} {' · '.join(facts)}{reason}"
    yield from (f"    asked with {extra}" for extra in _extras(server))
    yield from _models(server)
    if server["running"] is not None:
        usage = server["kv_usage"]
        cache = f", KV cache {usage:.0%}" if isinstance(usage, float) else ""
        waiting = "–" if server["waiting"] is None else server["waiting"]
        yield f"    {server['running']} running, {waiting} waiting{cache}"
    notes = server["notes"]
    yield from (f"    ! {note}" for note in (notes if isinstance(notes, list) else []))
    if server["reason"] == REFUSED and server["start_command"]:
        yield f"    start it with: {server['start_command']}"
        if server["start_note"]:
            yield f"      {server['start_note']}"


def _models(server: dict[str, object]) -> Iterator[str]:
    named = [
        f"{model['id']} ({model['context_length']} tokens)"
        if model["context_length"]
        else str(model["id"])
        for model in items(server["models"])
    ]
    if named:
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        yield f"    serves {', '.join(named[:5])}{more}"
