"""Asks the pages that tell servers' numbers in their stead (`metrics_url`), each once a round."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from massgen_tui.config.address import same_origin
from massgen_tui.config.extras import pairs, with_query
from massgen_tui.config.metrics_pages import MetricsPage
from massgen_tui.dialects.headers import is_credential, is_secret
from massgen_tui.monitor.engines import Told, told_of, unpaced
from massgen_tui.monitor.fetch import TIMEOUT, Answer, Fault, Fetcher
from massgen_tui.monitor.prometheus_text import Sample
from massgen_tui.monitor.remote_page import LIMIT, RemotePage
from massgen_tui.monitor.status import ServerTarget

ROUND = 10.0
"""Seconds between two looks at one address."""
_CREDENTIALS = ("authorization", "api-key", "apikey", "cookie")
"""Parts of the names of headers that say who asks, beside `Authorization` and `X-API-Key`."""


@dataclass(slots=True)
class _Page:
    """One address over time."""

    place: str
    url: str
    headers: Mapping[str, str]
    asked_at: float | None = None
    at: float | None = None
    """When what is known of it was asked for; None: nothing is yet."""
    moment: float = 0.0
    """When its numbers were told, as far as the page says so."""
    gathered: bool = False
    """It is written at times that are not known."""
    samples: Sequence[Sample] = ()
    old: bool = False
    trouble: str = ""
    """Why it cannot be used this time."""
    asking: asyncio.Task[None] | None = field(default=None, repr=False)


class Elsewhere:
    """The pages of all servers under one monitor."""

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Callable[[], float],
        *,
        wall: Callable[[], float] = time.time,
        wait: float = TIMEOUT,
    ) -> None:
        """Ask nothing yet.

        Args:
            fetcher: Carries the questions.
            clock: Monotonic seconds.
            wall: Seconds since 1970, beside which the times in a page are old.
            wait: Seconds for which a look waits for a page; what comes later is for the next look.
        """
        self._fetcher, self._clock, self._wall, self._wait = fetcher, clock, wall, wait
        self._pages: dict[tuple[str, tuple[tuple[str, str], ...]], _Page] = {}
        self._told: dict[str, tuple[object, Told]] = {}

    def begin(self, target: ServerTarget) -> None:
        """Ask those of a server's pages whose turn it is, in the background."""
        for page in self._of(target):
            due = page.asked_at is None or self._clock() - page.asked_at >= ROUND
            if due and page.asking is None:
                page.asked_at = self._clock()
                page.asking = asyncio.create_task(self._ask(page))

    async def told(self, target: ServerTarget, models: Collection[str]) -> Told | None:
        """What its pages tell of these models of a server; None: it has no pages."""
        pages = self._of(target)
        if not pages:
            return None
        if tasks := [page.asking for page in pages if page.asking is not None]:
            done, _ = await asyncio.wait(tasks, timeout=self._wait)
            for task in done:
                task.result()
        silent = next((page.place for page in pages if page.at is None), "")
        trouble = next((page.trouble for page in pages if page.trouble), "")
        if silent or trouble:
            # the sum of some is not the sum
            return Told(self._clock(), note=trouble or f"{silent}: no answer yet")
        key = ([page.at for page in pages], tuple(models))
        kept = self._told.get(target.id)
        if kept is None or kept[0] != key:
            kept = (key, await asyncio.to_thread(_read, pages, models))
            self._told[target.id] = kept
        return kept[1]

    async def aclose(self) -> None:
        """Stop asking."""
        tasks = [page.asking for page in self._pages.values() if page.asking is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _of(self, target: ServerTarget) -> list[_Page]:
        """Its pages; two ways to write one address are one page."""
        found: dict[tuple[str, tuple[tuple[str, str], ...]], _Page] = {}
        for page in target.pages:
            url, headers = _asked_with(page, target)
            key = (url, tuple(headers.items()))
            found[key] = self._pages.setdefault(key, _Page(page.place, url, headers))
        return list(found.values())

    async def _ask(self, page: _Page) -> None:
        try:
            wall, asked_at = self._wall(), self._clock()
            read = RemotePage(wall)

            async def take(piece: bytes) -> None:
                read.feed(piece)

            answer = await self._fetcher.read(
                page.url, take, headers=list(page.headers.items()), patient=True, limit=LIMIT
            )
            words = _trouble(answer) or read.end()
            page.trouble = f"{page.place}: {words}" if words else ""
            page.samples = () if words else await asyncio.to_thread(read.samples)
            page.old, page.gathered, page.at = read.old, read.gathered, asked_at
            page.moment = asked_at - max(0.0, wall - (read.newest or wall))
        finally:
            page.asking = None


def _asked_with(page: MetricsPage, target: ServerTarget) -> tuple[str, dict[str, str]]:
    """The address and headers of a page: never the server's key or what may be one."""
    url = page.url.get_secret_value()
    headers: dict[str, str] = {}
    if same_origin(url, target.base_url):
        headers = dict(pairs(one for one in target.headers if not _is_credential(one.name)))
        url = with_query(url, [extra for extra in target.query if not is_secret(extra.name)])
    if page.authorization is not None:
        headers["Authorization"] = page.authorization.get_secret_value()
    return url, headers


def _is_credential(name: str) -> bool:
    told = name.lower().replace("_", "-")
    return is_credential(told) or any(part in told for part in _CREDENTIALS)


def _trouble(answer: Answer) -> str:
    """Why a page came not whole; empty: it did."""
    if answer.fault is Fault.TOO_LARGE:
        return f"it goes on after {LIMIT >> 20} MiB: ask for less"
    if answer.fault or answer.ok:
        return answer.words if answer.fault else ""
    return f"HTTP {answer.status}" + (", a redirect, is not followed" if answer.location else "")


def _read(pages: Sequence[_Page], models: Collection[str]) -> Told:
    """What all of them tell together."""
    places = [page.place for page in pages]
    samples: list[Sample] = []
    for number, page in enumerate(pages, 1):
        own = page.place if places.count(page.place) == 1 else f"{page.place} {number}"
        mark = own if len(pages) > 1 else ""
        marked: dict[int, dict[str, str]] = {}
        for sample in page.samples:
            # samples of one engine share their labels
            labels = marked.get(id(sample.labels))
            if labels is None:
                labels = marked[id(sample.labels)] = _marked(sample.labels, mark)
            samples.append(sample._replace(labels=labels))
    told = told_of(
        samples,
        models,
        min(page.moment for page in pages),
        old=any(page.old for page in pages),
    )
    return unpaced(told) if any(page.gathered for page in pages) else told


def _marked(labels: Mapping[str, str], page: str) -> dict[str, str]:
    """Labels with what tells an engine from others: two pages may say the same of two."""
    marked = dict(labels)
    if page:
        marked["page"] = page
    where = labels.get("pod") or labels.get("instance") or page
    if where and not labels.get("ReplicaId"):
        marked["worker_addr"] = where
    return marked
