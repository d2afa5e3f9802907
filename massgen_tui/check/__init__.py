"""`massgen-tui check`: what a config says, what its servers say, and what would be sent to them."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from massgen_tui.check.ask.asking import UNANSWERED, Job, ask_all
from massgen_tui.check.ask.finding import Finding
from massgen_tui.check.report import file_report, unreadable_report
from massgen_tui.check.text import file_text
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.monitor.elsewhere import Elsewhere
from massgen_tui.monitor.fetch import PATIENCE, Fetcher
from massgen_tui.monitor.kinds import wakes
from massgen_tui.monitor.poller import ServerPoller
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, ServerTarget
from massgen_tui.monitor.targets import targets_of

_AT_ONCE = 16
"""Servers that are looked at at the same time."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: the config or why it is none, and its servers' statuses (None: not looked at)."""

    path: Path
    config: Config | None = None
    error: ConfigError | None = None
    servers: Mapping[ServerTarget, ServerStatus | None] | None = None
    probes: Mapping[str, Sequence[Finding]] | None = None
    """What its agents' servers did when they were asked, by agent; None: they were not."""


async def check(
    paths: Sequence[Path | Config],
    *,
    probe: bool,
    as_json: bool,
    strict: bool,
    out: IO[str],
    ask: bool = False,
) -> int:
    """Validate config files, look at each of their servers once, and print what was found.

    Args:
        paths: The files; or configs that were made without one, which go by their name.
        probe: Look at the servers.
        as_json: Print one JSON object, as docs/check-output.md describes it.
        strict: Whatever would keep an agent from answering makes the exit code 1.
        out: Where to print.
        ask: Send the small requests of `check.ask`, and judge what comes.

    Returns:
        The exit code: 1 when a file cannot be read as a config, else 0; with `ask` what it found.
    """
    files = [_read(path) for path in paths]
    if probe:
        files = await _probed(files)
    asked = 0
    if ask:
        files, asked = await _asked(files)
    reports = [_report(file) for file in files]
    fine = all(file.config is not None and not (strict and _stuck(file)) for file in files)
    code = asked if fine or asked > UNANSWERED else 1
    ok = code == 0
    if as_json:
        out.write(json.dumps({"ok": ok, "files": reports}, indent=2) + "\n")
    else:
        out.write("\n".join(file_text(report) for report in reports))
    return code


def _read(path: Path | Config) -> Checked:
    if isinstance(path, Config):
        return Checked(Path(path.name), path, servers=dict.fromkeys(targets_of(path)))
    try:
        config = load_config(path)
    except ConfigError as error:
        return Checked(path, error=error)
    return Checked(path, config, servers=dict.fromkeys(targets_of(config)))


def _report(file: Checked) -> dict[str, object]:
    if file.config is None:
        return unreadable_report(file.path, file.error)
    return file_report(file.path, file.config, file.servers or {}, file.probes)


def _stuck(file: Checked) -> bool:
    """Whether some agent of the file could not be asked now."""
    agents = file.config.agents if file.config else ()
    if any(agent.problem for agent in agents):
        return True
    return any(
        status is not None and not _usable(status) for status in (file.servers or {}).values()
    )


def _usable(status: ServerStatus) -> bool:
    # a provider that answers, and does not list its models, may well take prompts
    unlisted = status.target.hosted and status.state is ServerState.UNKNOWN and not status.silent
    stands = status.condition is Condition.ASLEEP and not wakes(status.kind)
    up = status.state is ServerState.UP and not status.unserved and not stands
    return unlisted or up


async def _asked(files: Sequence[Checked]) -> tuple[list[Checked], int]:
    """Ask all agents of all files, and give what was found with the exit code."""
    jobs = [
        [_job(file, agent) for agent in file.config.agents] if file.config else [] for file in files
    ]
    code = await ask_all([job for of_file in jobs for job in of_file])
    found = [{job.agent.id: job.found for job in of_file} for of_file in jobs]
    return [replace(file, probes=probes) for file, probes in zip(files, found, strict=True)], code


def _job(file: Checked, agent: AgentConfig) -> Job:
    servers = (file.servers or {}).items()
    return Job(agent, next((s for target, s in servers if agent.id in target.agents), None))


async def _probed(files: Sequence[Checked]) -> list[Checked]:
    """Look once at every distinct server of all files together."""
    fetcher = Fetcher()
    # who asks once waits for an answer
    elsewhere = Elsewhere(fetcher, time.monotonic, wait=PATIENCE)
    watches: dict[tuple[str, str | None], ServerPoller] = {}
    for target in (target for file in files for target in file.servers or ()):
        watch = ServerPoller(target, fetcher, time.monotonic, elsewhere=elsewhere)
        watches.setdefault((target.id, target.key), watch)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def look(watch: ServerPoller) -> None:
        async with gate:
            status = await watch.look()
            if status.silent:
                # slow or down: who asks once wants to know which
                await watch.look(patient=True)

    try:
        await asyncio.gather(*(look(watch) for watch in watches.values()))
    finally:
        await elsewhere.aclose()
        await fetcher.aclose()
    return [
        Checked(
            file.path,
            file.config,
            file.error,
            {t: watches[t.id, t.key].status_for(t) for t in file.servers or ()},
        )
        for file in files
    ]
