"""Pages with the series of engines, as Ray, vLLM and a Prometheus write them."""

from collections.abc import Mapping

from massgen_tui.config.metrics_pages import MetricsPage, page_at
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.status import ServerStatus
from tests.support.paged import Paged, models


def page(path: str = "/agent", host: str = "node:8080") -> MetricsPage:
    found = page_at(f"http://{host}{path}")
    assert found is not None
    return found


def ray(model: str = "m") -> dict[str, str | Answer]:
    """The ingress of Ray Serve LLM 2.60."""
    row = {"id": model, "owned_by": "organization-owner", "metadata": {}}
    return {"/v1/models": models(row), "/-/routes": '{"/": "default"}', "/-/healthz": "success"}


def engine(
    running: float | None = None,
    waiting: float | None = None,
    kv: float | None = None,
    *,
    model: str = "m",
    prefix: str = "ray_vllm_",
    total: float | None = 5000,
    who: str = 'ReplicaId="a"',
    at: str = "",
) -> str:
    """The series of one engine."""
    told = {
        "num_requests_running": running,
        "num_requests_waiting": waiting,
        "kv_cache_usage_perc": kv,
        "generation_tokens_total": total,
    }
    labels = f'{who},engine="0",model_name="{model}"'.lstrip(",")
    lines = [f"{prefix}{name}{{{labels}}} {v}{at}\n" for name, v in told.items() if v is not None]
    return "".join(lines)


def deployment(name: str, value: float, who: str = "m", labels: str = "") -> str:
    return (
        f'ray_serve_{name}{{deployment="LLMServer:{who}",application="default"{labels}}} {value}\n'
    )


async def looked(
    agent: str | Answer, pages: Mapping[str, str | Answer] | None = None, model: str = "m"
) -> ServerStatus:
    """One look at a server with one page elsewhere."""
    asked = {**(ray(model) if pages is None else pages), "/agent": agent}
    return await Paged(asked, asked_for=(model,), elsewhere=(page(),)).look()


def numbers(status: ServerStatus) -> tuple[int | None, int | None, float | None]:
    return status.running, status.waiting, status.kv_usage
