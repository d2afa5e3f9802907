"""Asks for a page of metrics, and says in words why there is none."""

import asyncio

from massgen_tui.monitor import metrics, prometheus_text
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.looking import Ask, said
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import LARGE
from massgen_tui.monitor.table import Table

_NO_METRICS = (404, 405, 501)
"""What is answered where there are none, or they are not switched on."""
_END = "# EOF"
_RUNNING = ("num_requests_running", "num_running_reqs")


async def scrape(ask: Ask, table: Table, path: str = "/metrics") -> tuple[Metrics | None, str]:
    """The metrics, and in words why there are none; None: this time."""
    page, trouble = await page_of(ask, path)
    return (None, trouble) if page is None else await scraped(page, table)


async def page_of(ask: Ask, path: str = "/metrics") -> tuple[str | None, str]:
    """The page of metrics, empty where there is none; None: not this time, and why."""
    answer = await ask(path)
    if answer.fault:
        return None, f"/metrics: {answer.words}"
    if answer.status in _NO_METRICS:
        return "", ""
    if answer.status == 400 and "model name" in said(answer):
        # llama.cpp's router wants to know of which model: to ask for that would load it
        return "", ""
    if answer.ok:
        return answer.text(), ""
    words = said(answer) if answer.status == 503 else ""
    return None, f"/metrics: HTTP {answer.status}" + (f": {words}" if words else "")


async def scraped(page: str, table: Table) -> tuple[Metrics, str]:
    """The numbers on a page, a long one read in a thread, and in words why there are none."""
    if len(page) <= LARGE:
        return _read(page, table)
    return await asyncio.to_thread(_read, page, table)


def _read(page: str, table: Table) -> tuple[Metrics, str]:
    page = prometheus_text.unwrapped(page)
    if not page.endswith(("\n", _END)) and page.strip():
        # every line ends with one: a proxy cut it, and engines or half a number may be missing
        return Metrics(), "/metrics: the page is cut off"
    extract = table.extract(page)
    if extract.too_many:
        return Metrics(), "/metrics: more engines than are read"
    found = metrics.read_extract(extract, table)
    if found.bare and any(name in page for name in _RUNNING):
        return found, "/metrics: its numbers stand under names that are not known"
    return found, ""


async def first_found(ask: Ask, paths: tuple[str, ...]) -> Answer:
    """The answer of the first path that exists, else of the last."""
    answer = Answer()
    for path in paths:
        answer = await ask(path)
        if answer.status != 404:
            break
    return answer
