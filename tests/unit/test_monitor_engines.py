"""`metrics_url`: what pages elsewhere tell of a server's engines, and Ray of its deployments."""

import time
from pathlib import Path

import pytest

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.status import Condition, ServerState
from massgen_tui.monitor.workers import Workers
from tests.support.engine_pages import deployment, engine, looked, numbers, page, ray
from tests.support.paged import Paged, vllm_pages

DATA = Path(__file__).parents[1] / "data" / "monitor"
QWEN = "Qwen/Qwen3-4B"
IDLE = "idle, or its replica is gone"
UNASKED = "no engine tells its numbers there: none was asked yet, or name every node's agent"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        # Ray's metrics agent (2.60.0): two replicas
        (engine(2, 1, 0.25) + engine(1, None, 0.75, who='ReplicaId="b"'), (3, 1, 0.75)),
        # waiting prompts stand in Ray's own queue, one a proxy
        (
            engine(2, 1, 0.25)
            + deployment("deployment_queued_queries", 2, labels=',handle="h1"')
            + deployment("deployment_queued_queries", 3, labels=',handle="h2"')
            + deployment("deployment_queued_queries", 9, who="other"),
            (2, 6, 0.25),
        ),
        # vLLM's own page, on another port
        (engine(2, 3, 0.5, prefix="vllm:", who=""), (2, 3, 0.5)),
        # a Prometheus' federation, of two pods
        (
            engine(2, 3, 0.5, prefix="vllm:", who='instance="10.0.0.1:8000",job="x"')
            + engine(1, 1, 0.1, prefix="vllm:", who='instance="10.0.0.2:8000",job="x"'),
            (3, 4, 0.5),
        ),
        # an OpenTelemetry collector's names, and blanks in labels' values
        (engine(2, 3, 0.5, prefix="vllm_", who='pod="a {b} \\"c\\""'), (2, 3, 0.5)),
        # SGLang's, whose ranks repeat a fact
        (
            'sglang:num_running_reqs{model_name="m",tp_rank="0"} 4\n'
            'sglang:num_running_reqs{model_name="m",tp_rank="1"} 4\n'
            'sglang:num_queue_reqs{model_name="m",tp_rank="0"} 1\n'
            'sglang:token_usage{model_name="m",tp_rank="0"} 0.5\n',
            (4, 1, 0.5),
        ),
        # an exemplar behind the value (OpenMetrics)
        (
            engine(2, 3, 0.5).replace("5000", '5000 # {trace_id="abc"} 1.0') + "# EOF",
            (2, 3, 0.5),
        ),
        # of several models that which is asked for counts
        (engine(2, 3, 0.5) + engine(7, 7, 0.9, model="other"), (2, 3, 0.5)),
        # a path in place of the name, where it is the only one (KServe, Ray)
        (engine(2, 3, 0.5, model="/mnt/models"), (2, 3, 0.5)),
        # a part that cannot be read, or cannot be, makes the number unknown
        (engine(2, 1, 0.25) + engine(1, 1, 7.5, who='ReplicaId="b"'), (3, 2, None)),
        (engine(2, 1, 0.25) + 'ray_vllm_num_requests_running{model_name="m"\n', (None, 1, 0.25)),
        (engine(2, 1, 0.25) + engine(-1, 1, 0.2, who='ReplicaId="b"'), (None, 2, 0.25)),
    ],
)
async def test_the_numbers_of_its_engines_are_read_from_there(
    agent: str, told: tuple[int | None, int | None, float | None]
) -> None:
    status = await looked(agent)
    assert numbers(status) == told
    assert (status.state, status.reason, status.condition) == (ServerState.UP, "", None)


@pytest.mark.parametrize(
    ("pages", "model", "told", "state", "reason", "workers"),
    [
        ("queued", QWEN, (1, 1), ServerState.UP, "", Workers(1, 1)),
        # the counters of a replica that is gone stand beside those of the new one
        ("restarted", QWEN, (1, 0), ServerState.UP, "", Workers(1, 1)),
        (
            "killed",
            QWEN,
            (0, 1),
            ServerState.UP,
            f"{IDLE}: Ray says that its deployment is unhealthy, and starts another replica",
            None,
        ),
        (
            "zero",
            QWEN,
            (0, 0),
            ServerState.UP,
            f"{IDLE}: scaled to zero: the next prompt starts a replica",
            Workers(0, 0),
        ),
        (
            "starting",
            QWEN,
            (None, None),
            ServerState.LOADING,
            "starting: no replica is healthy yet",
            None,
        ),
    ],
)
async def test_pages_of_a_real_ray_serve_are_read(
    pages: str,
    model: str,
    told: tuple[int | None, int | None],
    state: ServerState,
    reason: str,
    workers: Workers | None,
) -> None:
    """Ray Serve LLM 2.60.0 over vLLM 0.32.0, one node, one replica."""
    agent = (DATA / f"ray-2.60.0-{pages}.txt").read_text()
    status = await looked(agent, model=model)
    assert (status.running, status.waiting) == told
    assert (status.state, status.reason, status.workers) == (state, reason, workers)


@pytest.mark.parametrize(
    ("agent", "state", "condition", "reason", "workers"),
    [
        (deployment("deployment_status", 6), ServerState.UP, None, UNASKED, None),
        (engine(0, 0, 0) + deployment("deployment_status", 6), ServerState.UP, None, "", None),
        (
            deployment("deployment_status", 4),
            ServerState.LOADING,
            None,
            "starting: no replica is healthy yet",
            None,
        ),
        # it adds replicas to one that is healthy
        (
            deployment("deployment_status", 4)
            + deployment("deployment_replica_healthy", 1, labels=',replica="a"')
            + deployment("autoscaling_target_replicas", 3),
            ServerState.UP,
            Condition.PARTIAL,
            "1 of 3 workers",
            Workers(1, 3),
        ),
        (
            deployment("deployment_status", 4)
            + deployment("deployment_replica_healthy", 0, labels=',replica="a"')
            + engine(1, 0, 0.1),
            ServerState.LOADING,
            None,
            "starting: no replica is healthy yet",
            Workers(0, 1),
        ),
        (
            deployment("deployment_status", 6)
            + deployment("deployment_replica_healthy", 1, labels=',replica="a"')
            + deployment("deployment_replica_healthy", 0, labels=',replica="b"'),
            ServerState.UP,
            Condition.PARTIAL,
            "1 of 2 workers",
            Workers(1, 2),
        ),
        (
            deployment("deployment_status", 6) + deployment("autoscaling_target_replicas", 0),
            ServerState.UP,
            Condition.ASLEEP,
            "scaled to zero: the next prompt starts a replica",
            None,
        ),
        # counters of the last replica stand there still
        (
            engine() + deployment("autoscaling_target_replicas", 0),
            ServerState.UP,
            Condition.ASLEEP,
            f"{IDLE}: scaled to zero: the next prompt starts a replica",
            None,
        ),
        (
            deployment("deployment_status", 1),
            ServerState.DOWN,
            None,
            "Ray says that its deployment failed",
            None,
        ),
        # another model's deployment says nothing of this one
        (
            engine(1, 0, 0.1)
            + deployment("deployment_status", 4, who="other")
            + deployment("deployment_status", 6),
            ServerState.UP,
            None,
            "",
            None,
        ),
        (engine(), ServerState.UP, None, IDLE, None),
        (
            "ray_node_mem_total 1\n",
            ServerState.UP,
            None,
            "its metrics_url tells nothing of it",
            None,
        ),
    ],
)
async def test_what_ray_says_of_its_deployment_is_told(
    agent: str,
    state: ServerState,
    condition: Condition | None,
    reason: str,
    workers: Workers | None,
) -> None:
    status = await looked(agent)
    assert (status.state, status.condition, status.reason) == (state, condition, reason)
    assert status.workers == workers


@pytest.mark.parametrize("name", ["org/m-1.5", "Org/M-1.5"])
async def test_a_deployment_is_known_by_its_model_however_ray_spells_it(name: str) -> None:
    agent = deployment("deployment_status", 4, who="org--m-1_5")
    agent += deployment("deployment_status", 6, who="other")
    assert (await looked(agent, model=name)).state is ServerState.LOADING


@pytest.mark.parametrize("prefix", ["ray_vllm_", "vllm:"])
async def test_counters_without_gauges_are_idle_or_gone_and_never_the_last_number(
    prefix: str,
) -> None:
    watched = Paged({**ray(), "/agent": engine(3, 1, 0.5, prefix=prefix)}, elsewhere=(page(),))
    assert numbers(await watched.look()) == (3, 1, 0.5)
    watched.wire.pages["/agent"] = engine(prefix=prefix)
    status = await watched.look(10)
    assert numbers(status) == (0, 0, None)
    assert (status.state, status.reason) == (ServerState.UP, IDLE)


async def test_without_a_page_it_is_said_that_a_replica_is_not_seen() -> None:
    status = await Paged(ray()).look()
    assert status.reason == "whether a replica runs is not known from here"
    assert "metrics_url" in status.remark
    told = await looked(engine(1, 0, 0.1))
    assert (told.reason, told.remark) == ("", "")


async def test_which_model_is_meant_is_unknown_where_none_of_several_is_asked_for() -> None:
    agent = engine(1, 1, 0.1, model="/models/a") + engine(2, 2, 0.2, model="/models/b")
    status = await looked(agent)
    assert numbers(status) == (None, None, None)
    assert status.reason == (
        "metrics_url tells of 2 models, none asked for: /models/a, /models/b; "
        'narrow: match[]={model_name="/models/a"}'
    )


@pytest.mark.parametrize("own", [Answer(403), Answer(500), "vllm:num_requests_running 7", ""])
async def test_what_is_wrong_with_its_own_page_is_not_told(own: str | Answer) -> None:
    status = await looked(engine(2, 1, 0.25, prefix="vllm:"), {**vllm_pages(""), "/metrics": own})
    assert numbers(status) == (2, 1, 0.25)
    assert (status.state, status.reason, status.notes) == (ServerState.UP, "", ())


async def test_a_server_that_no_agent_uses_is_told_by_the_models_that_it_lists() -> None:
    agent = engine(1, 1, 0.1) + engine(2, 2, 0.2, model="other")
    watched = Paged({**ray(), "/agent": agent}, asked_for=(), elsewhere=(page(),))
    assert numbers(await watched.look()) == (1, 1, 0.1)


@pytest.mark.parametrize(
    ("age", "told"), [(59, (2, 3, 0.5)), (61, (None, None, None)), (-5, (2, 3, 0.5))]
)
@pytest.mark.parametrize("unit", [1000, 1])
async def test_samples_that_bear_an_old_time_do_not_count(
    age: float, told: tuple[int | None, ...], unit: int
) -> None:
    """Prometheus' text has milliseconds, OpenMetrics seconds."""
    at = f" {(time.time() - age) * unit:.0f}"
    status = await looked(engine(2, 3, 0.5, prefix="vllm:", at=at), vllm_pages(""))
    assert numbers(status) == told
    old = "what its metrics_url tells is over 60 s old" if told[0] is None else ""
    assert (status.state, status.reason) == (ServerState.UP, old)
