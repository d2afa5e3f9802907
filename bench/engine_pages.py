"""What a page of 4 MB at `metrics_url` costs in CPU a look, beside prometheus_client on all of it.

Run: python -m bench.engine_pages
"""

import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from massgen_tui.monitor.engines import Told, told_of
from massgen_tui.monitor.remote_page import RemotePage

SIZE = 4 * 2**20
PIECE = 2**16
"""Bytes that come at a time."""
_RAY = (
    'ReplicaId="{n}a5rexwv0",SessionName="session_2026-11-29_01-28-39_381135_14585",'
    'Version="2.60.0",WorkerId="bf066119d5fe66853afeb77b835df3afa052b09fa8f0889d8b85b605",'
    'engine="0",model_name="m"'
)
_POD = (
    'instance="10.0.0.{n}:8000",job="vllm",namespace="llm",pod="vllm-{n}",engine="0",model_name="m"'
)
_GAUGES = ("num_requests_running", "num_requests_waiting", "kv_cache_usage_perc")
_COUNTERS = (
    *("generation_tokens_total", "prompt_tokens_total", "num_preemptions_total"),
    *("prefix_cache_queries_total", "prefix_cache_hits_total", "iteration_tokens_total_sum"),
)
_HISTOGRAMS = (
    *("time_to_first_token_seconds", "inter_token_latency_seconds", "e2e_request_latency_seconds"),
    *("request_queue_time_seconds", "request_prefill_time_seconds", "request_decode_time_seconds"),
)
_BUCKETS = (*(str(2.0**power) for power in range(-10, 12)), "+Inf")
_OTHERS = (
    'ray_node_disk_free{{SessionName="session_2026-11-29",ip="192.0.2.7",device="{n}"}} 2.5e+10'
)


def engine(prefix: str, labels: str, at: str) -> list[str]:
    """The series of one engine, as vLLM 0.32 has them."""
    lines = [f"{prefix}{name}{{{labels}}} 0.5{at}" for name in (*_GAUGES, *_COUNTERS)]
    for name in _HISTOGRAMS:
        told = f"{prefix}{name}"
        lines += [f'{told}_bucket{{{labels},le="{le}"}} 100.0{at}' for le in _BUCKETS]
        lines += [f"{told}_{end}{{{labels}}} 100.0{at}" for end in ("sum", "count")]
    return lines


def page(prefix: str, labels: str, at: str, engines: int) -> bytes:
    """A page of `SIZE` bytes with so many engines; the rest is what else a node tells."""
    lines = [line for n in range(engines) for line in engine(prefix, labels.format(n=n), at)]
    size, n = sum(len(line) + 1 for line in lines), 0
    while size < SIZE:
        lines.append(_OTHERS.format(n=n))
        size, n = size + len(lines[-1]) + 1, n + 1
    return "".join(f"{line}\n" for line in lines).encode()


def looked(data: bytes) -> Told:
    """One look at a page."""
    read = RemotePage(time.time())
    for start in range(0, len(data), PIECE):
        read.feed(data[start : start + PIECE])
    assert not read.end()
    return told_of(read.samples(), ("m",), 0.0)


def whole(data: bytes) -> int:
    """All of it by prometheus_client."""
    return sum(len(family.samples) for family in text_string_to_metric_families(data.decode()))


def spent(work: Callable[[bytes], object], data: bytes, times: int) -> float:
    """Seconds of CPU, the median of several runs."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work(data)
        found.append(time.process_time() - began)
    return sorted(found)[times // 2]


def main() -> None:
    """Print a row a page."""
    at = f" {time.time() * 1000:.0f}"
    pages = {
        "Ray's agent, 4 engines": page("ray_vllm_", _RAY, "", 4),
        "Ray's agent, 16 engines": page("ray_vllm_", _RAY, "", 16),
        "federation, 20 pods": page("vllm:", _POD, at, 20),
        "federation, all of it pods": page("vllm:", _POD, at, 180),
    }
    print("page                         MB   a look   prometheus_client on all of it   run")
    for name, data in pages.items():
        told = looked(data)
        running = told.metrics.running if told.metrics else None
        ours, theirs = spent(looked, data, 9), spent(whole, data, 3)
        size = len(data) / 1e6
        print(f"{name:27} {size:4.1f} {ours * 1e3:5.1f} ms {theirs * 1e3:8.0f} ms {running:>27}")


if __name__ == "__main__":
    main()
