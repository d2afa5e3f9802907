"""A monitor of one server whose pages a test writes, with a clock moved by hand."""

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from massgen_tui.config.metrics_pages import MetricsPage
from massgen_tui.monitor.fetch import Answer, Fetcher, Take
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerStatus, ServerTarget
from tests.support.fakes import FakeClock

ROOT = "http://localhost:8000"


class Pages(Fetcher):
    """Answers 200 with a page, or as the page says; 404 where there is none."""

    def __init__(self, pages: Mapping[str, str | Answer]) -> None:
        super().__init__()
        self.pages = dict(pages)
        self.asked: list[str] = []
        self.seen: Callable[[str], object] = bool
        """Told each path as it is asked."""

    async def get(
        self, url: str, *, key: str | None = None, patient: bool = False, **own: object
    ) -> Answer:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.asked.append(path)
        self.seen(path)
        page = self.pages.get(path, Answer(404, b'{"detail":"Not Found"}'))
        return page if isinstance(page, Answer) else Answer(200, page.encode())

    async def read(
        self,
        url: str,
        take: Take,
        *,
        patient: bool = False,
        limit: int | None = None,
        **own: object,
    ) -> Answer:
        answer = await self.get(url)
        if answer.ok:
            await take(answer.body)
        return answer


def models(*entries: Mapping[str, object]) -> str:
    return json.dumps({"object": "list", "data": list(entries)})


def vllm_pages(metrics: str, model: str = "m") -> dict[str, str | Answer]:
    listed = models({"id": model, "owned_by": "vllm", "max_model_len": 4096, "parent": None})
    return {
        "/v1/models": listed,
        "/version": '{"version": "0.32.0"}',
        "/health": "",
        "/metrics": metrics,
    }


def sglang_pages(metrics: str, model: str = "m") -> dict[str, str | Answer]:
    return {
        "/v1/models": models({"id": model, "owned_by": "sglang", "max_model_len": 4096}),
        "/model_info": json.dumps({"model_path": model, "reasoning_parser": "qwen3"}),
        "/ready": "",
        "/metrics": metrics,
    }


class Paged:
    """One server under a monitor."""

    def __init__(
        self,
        pages: Mapping[str, str | Answer],
        dialect: str = "vllm",
        asked_for: tuple[str, ...] = ("m",),
        command: str = "",
        root: str = ROOT,
        elsewhere: tuple[MetricsPage, ...] = (),
    ) -> None:
        self.clock, self.wire = FakeClock(), Pages(pages)
        self.target = ServerTarget(
            root,
            f"{root}/v1",
            dialect,
            asked_for,
            key="EMPTY",
            start_command=command,
            pages=elsewhere,
        )
        self.monitor = ServerMonitor([self.target], clock=self.clock, fetcher=self.wire)

    async def look(self, seconds: float = 2.5, *, patient: bool = True) -> ServerStatus:
        """Look again after a while."""
        self.clock.tick(seconds)
        return await self.monitor.look(self.target, patient=patient)

    async def looks(self, seconds: float) -> ServerStatus:
        """Look every 2.5 s for so long, the page as it is."""
        for _ in range(int(seconds / 2.5)):
            status = await self.look()
        return status
