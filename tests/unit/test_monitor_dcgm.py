import asyncio
from pathlib import Path

from massgen_tui.config.schema import Config
from massgen_tui.monitor.dcgm import Exporter, exporters_of, read_hosts
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import GpuStatus
from tests.support.server import ScriptedServer, free_port, whole

GIB = 2**30
LABELS = (
    'gpu="{n}",UUID="GPU-{n}",device="nvidia{n}",modelName="NVIDIA H100 80GB HBM3",Hostname="box"'
)


def page(*values: tuple[str, int, float], more: str = "") -> str:
    lines = [
        "# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).",
        "# TYPE DCGM_FI_DEV_GPU_UTIL gauge",
    ]
    lines += [f"{name}{{{LABELS.format(n=n)}{more}}} {value}" for name, n, value in values]
    return "\n".join(lines) + "\n"


def read_gpus(text: str) -> list[GpuStatus]:
    """The GPUs of a page that tells of one machine."""
    (gpus,) = read_hosts(text).values()
    return gpus


FULL = (
    ("DCGM_FI_DEV_GPU_UTIL", 1, 93),
    ("DCGM_FI_DEV_GPU_UTIL", 0, 87),
    ("DCGM_FI_DEV_FB_USED", 0, 61440),
    ("DCGM_FI_DEV_FB_FREE", 0, 20480),
    ("DCGM_FI_DEV_GPU_TEMP", 0, 64),
    ("DCGM_FI_DEV_POWER_USAGE", 0, 412.5),
    ("DCGM_FI_DEV_SM_CLOCK", 0, 1980),
)


def test_the_gpus_of_another_machine() -> None:
    first, second = read_gpus(page(*FULL))
    assert first == GpuStatus(
        0,
        "H100 80GB HBM3",
        "GPU-0",
        utilisation=87,
        memory_used=60 * GIB,
        memory_total=80 * GIB,
        temperature=64,
        power=412.5,
        sm_clock=1980,
    )
    assert (second.index, second.utilisation, second.memory_used) == (1, 93, None)


def test_blank_values_are_unknown() -> None:
    blanks = (2147483632, 9223372036854775792, 9223372036854775794)
    (gpu,) = read_gpus(
        page(
            ("DCGM_FI_DEV_GPU_UTIL", 0, blanks[0]),
            ("DCGM_FI_DEV_POWER_USAGE", 0, blanks[1]),
            ("DCGM_FI_DEV_FB_USED", 0, blanks[2]),
            ("DCGM_FI_DEV_GPU_TEMP", 0, 50),
        )
    )
    assert (gpu.utilisation, gpu.power, gpu.memory_used, gpu.temperature) == (None, None, None, 50)


def test_an_instance_of_a_mig_gpu_tells_how_active_its_engine_is() -> None:
    more = ',GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"'
    (gpu,) = read_gpus(page(("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 0, 0.42), more=more))
    assert (gpu.utilisation, gpu.note, gpu.uuid) == (42, "MIG 1g.10gb", "GPU-0/7")


NEW = (
    ("DCGM_FI_DEV_GPU_UTIL_RATIO", 0, 0.87),
    ("DCGM_FI_DEV_FB_CAPACITY_BYTES", 0, 80 * GIB),
    ("DCGM_FI_DEV_FB_USED_BYTES", 0, 60 * GIB),
    ("DCGM_FI_DEV_FB_FREE_BYTES", 0, 19 * GIB),
    ("DCGM_FI_DEV_GPU_TEMP_CELSIUS", 0, 64),
    ("DCGM_FI_DEV_BOARD_POWER_WATTS", 0, 412.5),
    ("DCGM_FI_DEV_SM_CLOCK_HERTZ", 0, 1.98e9),
    ("DCGM_FI_DEV_MEMORY_CLOCK_HERTZ", 0, 2.619e9),
    ("DCGM_FI_DEV_XID_ERROR", 0, 0),
)


def test_the_names_and_units_since_4_9() -> None:
    (gpu,) = read_gpus(page(*NEW).replace("Hostname=", "hostname="))
    assert gpu == GpuStatus(
        0,
        "H100 80GB HBM3",
        "GPU-0",
        utilisation=87,
        memory_used=60 * GIB,
        memory_total=80 * GIB,
        temperature=64,
        power=412.5,
        sm_clock=1980,
        memory_clock=2619,
        xid=0,
    )


def test_what_holds_a_gpu_back_its_limit_and_its_errors() -> None:
    (gpu,) = read_gpus(
        page(
            ("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", 0, 0x44),
            ("DCGM_FI_DEV_POWER_MGMT_LIMIT", 0, 700),
            ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", 0, 2),
            ("DCGM_FI_DEV_XID_ERRORS", 0, 79),
        )
    )
    assert (gpu.throttled, gpu.power_limit) == (("power cap", "heat"), 700)
    assert (gpu.ecc_errors, gpu.xid) == (2, 79)


def test_blank_bytes_are_unknown_and_many_bytes_are_not() -> None:
    (gpu,) = read_gpus(
        page(
            ("DCGM_FI_DEV_FB_USED_BYTES", 0, 9223372036854775794),
            ("DCGM_FI_DEV_FB_CAPACITY_BYTES", 0, 180 * GIB),
        )
    )
    assert (gpu.memory_used, gpu.memory_total) == (None, 180 * GIB)


async def looked(text: str, label: str = "") -> list[tuple[str, list[int]]]:
    """The machines that an exporter on loopback names, and the numbers of their GPUs."""
    fetcher = Fetcher()
    async with ScriptedServer() as server:
        server.route("GET", "/metrics", whole(200, text.encode(), "text/plain"))
        exporter = Exporter(f"{server.root}/metrics", label)
        snapshots = await exporter.look(fetcher, 10.0)
    await fetcher.aclose()
    return [(one.host, [gpu.index for gpu in one.gpus]) for one in snapshots]


async def test_a_page_that_gathers_many_machines_shows_each() -> None:
    text = page(*FULL) + page(*FULL).replace('"box"', '"other"').replace("# ", "#")
    assert await looked(text, "cluster") == [("box", [0, 1]), ("other", [0, 1])]


async def test_a_machine_behind_a_tunnel_is_called_by_its_own_name() -> None:
    assert await looked(page(*FULL)) == [("box", [0, 1])]
    assert await looked(page(*FULL), "rack 7") == [("rack 7", [0, 1])]


async def test_a_page_of_hundreds_of_gpus_is_read_whole() -> None:
    many = "".join(page(*FULL).replace('"box"', f'"box{n}"') for n in range(400))
    assert len(await looked(many)) == 400


async def test_an_exporter_that_goes_away_leaves_what_it_said_and_says_why() -> None:
    fetcher = Fetcher()
    async with ScriptedServer() as server:
        server.route("GET", "/metrics", whole(200, page(*FULL).encode(), "text/plain"))
        exporter = Exporter(f"{server.root}/metrics", "rack 7")
        (first,) = await exporter.look(fetcher, 10.0)
    (second,) = await exporter.look(fetcher, 20.0)
    await fetcher.aclose()
    assert (first.host, first.reason, len(first.gpus)) == ("rack 7", "", 2)
    assert first.gpus[0].history == (87,)
    assert second.gpus == first.gpus
    assert (second.sampled_at, second.reason) == (10.0, "connection refused")


async def test_an_exporter_that_was_never_there_says_why() -> None:
    fetcher = Fetcher()
    exporter = Exporter(f"http://127.0.0.1:{free_port()}/metrics")
    (snapshot,) = await exporter.look(fetcher, 10.0)
    await fetcher.aclose()
    assert (snapshot.gpus, snapshot.host) == ((), "127.0.0.1")
    assert snapshot.reason == "connection refused"


def test_every_exporter_of_a_config_is_asked_once() -> None:
    url = "http://gpubox:9400/metrics"
    config = Config.model_validate(
        {
            "path": Path("c.yaml"),
            "agents": [
                {"id": "a", "backend": {"type": "vllm", "gpu_metrics_url": url}},
                {"id": "b", "backend": {"type": "vllm", "gpu_metrics_url": url}},
            ],
            "gpus": [{"dcgm": "http://other:9400/metrics", "label": "rack 7"}],
        }
    )
    assert [(one.url, one.label) for one in exporters_of(config)] == [
        ("http://other:9400/metrics", "rack 7"),
        (url, "gpubox"),
    ]


async def test_the_monitor_asks_exporters_beside_its_servers() -> None:
    asked = asyncio.Event()

    async def wait(_: float, wake: asyncio.Event) -> None:
        asked.set()
        await wake.wait()

    async with ScriptedServer() as server:
        server.route("GET", "/metrics", whole(200, page(*FULL).encode(), "text/plain"))
        exporter = Exporter(f"{server.root}/metrics", "rack 7")
        async with ServerMonitor((), wait=wait, exporters=(exporter,)) as monitor:
            await asked.wait()
            (snapshot,) = monitor.gpus
    assert [gpu.utilisation for gpu in snapshot.gpus] == [87, 93]


async def test_a_look_that_is_asked_for_at_once_comes_once() -> None:
    waits: list[asyncio.Event] = []
    waiting = asyncio.Event()

    async def wait(_: float, wake: asyncio.Event) -> None:
        waits.append(wake)
        waiting.set()
        await wake.wait()

    async with ScriptedServer() as server:
        server.route("GET", "/metrics", whole(200, page(*FULL).encode(), "text/plain"))
        exporter = Exporter(f"{server.root}/metrics", "rack 7")
        async with ServerMonitor((), wait=wait, exporters=(exporter,)) as monitor:
            await waiting.wait()
            monitor.relaxed = True
            waiting.clear()
            monitor.relaxed = False
            await waiting.wait()
            assert not waits[-1].is_set()
            assert len(waits) == 2
            assert len(server.requests) == 2
