import asyncio
import threading
from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from massgen_tui.monitor.dcgm import Exporter, exporters_of
from massgen_tui.monitor.dcgm_page import Page, Told, read_hosts
from massgen_tui.monitor.fetch import Fetcher
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.sanitize import sanitize
from massgen_tui.monitor.servers import ServerMonitor
from tests.support.configs import agent_of
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
    (told,) = read_hosts(text).values()
    return list(told.gpus)


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
    idle = ("DCGM_FI_DEV_GPU_UTIL", 0, 0)  # what DCGM says of an instance whatever it does
    (gpu,) = read_gpus(page(("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 0, 0.42), idle, more=more))
    assert (gpu.utilisation, gpu.note, gpu.uuid) == (42, "MIG 1g.10gb", "GPU-0/7")
    (blind,) = read_gpus(page(idle, more=more))
    assert blind.utilisation is None


@pytest.mark.parametrize(("told", "percent"), [(0, 0), (0.37, 37), (1, 100), (37, 37), (100, 100)])
def test_a_ratio_is_a_percentage_in_releases_that_gave_one(told: float, percent: int) -> None:
    (gpu,) = read_gpus(page(("DCGM_FI_DEV_GPU_UTIL_RATIO", 0, told)))
    assert gpu.utilisation == percent


def test_no_memory_at_all_is_unknown() -> None:
    (gpu,) = read_gpus(page(("DCGM_FI_DEV_FB_USED", 0, 0), ("DCGM_FI_DEV_FB_FREE", 0, 0)))
    assert sanitize(gpu).memory_total is None


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


async def looks(*texts: str, label: str = "", wall: float = 0.0) -> tuple[GpuSnapshot, ...]:
    """What is known after an exporter on loopback has shown these pages, ten seconds apart."""
    fetcher = Fetcher()
    snapshots: tuple[GpuSnapshot, ...] = ()
    async with ScriptedServer() as server:
        exporter = Exporter(f"{server.root}/metrics", label, wall=lambda: wall)
        for turn, text in enumerate(texts, 1):
            server.route("GET", "/metrics", whole(200, text.encode(), "text/plain"))
            snapshots = await exporter.look(fetcher, 10.0 * turn)
    await fetcher.aclose()
    return snapshots


async def looked(text: str, label: str = "") -> list[tuple[str, list[int]]]:
    """The machines that an exporter on loopback names, and the numbers of their GPUs."""
    snapshots = await looks(text, label=label)
    return [(one.host, [gpu.index for gpu in one.gpus]) for one in snapshots]


async def test_a_page_that_gathers_many_machines_shows_each() -> None:
    text = page(*FULL) + page(*FULL).replace('"box"', '"other"').replace("# ", "#")
    assert await looked(text, "cluster") == [("box", [0, 1]), ("other", [0, 1])]


async def test_machines_that_only_prometheus_names_are_told_apart() -> None:
    text = page(*FULL).replace("Hostname=", "job=")
    both = text.replace("job=", 'instance="a:9400",job=') + text.replace(
        "job=", 'instance="b",job='
    )
    assert await looked(both) == [("a:9400", [0, 1]), ("b", [0, 1])]


async def test_a_machine_that_is_not_told_any_more_keeps_its_name_and_grows_old() -> None:
    box, other = page(*FULL), page(*FULL).replace('"box"', '"other"')
    snapshots = await looks(box + other, box, label="cluster")
    assert [(one.host, one.reason, one.sampled_at) for one in snapshots] == [
        ("box", "", 20.0),
        ("other", "not told any more", 10.0),
    ]
    assert [gpu.utilisation for gpu in snapshots[1].gpus] == [87, 93]


async def test_a_gpu_that_is_not_told_any_more_keeps_its_row() -> None:
    (told,) = await looks(page(*FULL), page(*FULL[2:]))
    assert [(gpu.index, gpu.state, gpu.note) for gpu in told.gpus] == [
        (0, "there", ""),
        (1, "unreachable", "not told any more"),
    ]


async def test_a_page_without_gpus_takes_away_none_that_are_known() -> None:
    (told,) = await looks(page(*FULL), "")
    assert (len(told.gpus), told.reason, told.sampled_at) == (2, "the exporter names no GPU", 10.0)


async def test_samples_are_as_old_as_the_time_they_bear() -> None:
    stamped = page(*FULL).replace(" 93\n", " 93 1700000000000\n")
    (late,) = await looks(stamped, wall=1_700_000_300.0)
    assert late.sampled_at == 10.0 - 300
    (fresh,) = await looks(stamped, wall=1_700_000_030.0)
    assert fresh.sampled_at == 10.0, "clocks of machines differ"


async def test_a_machine_behind_a_tunnel_is_called_by_its_own_name() -> None:
    assert await looked(page(*FULL)) == [("box", [0, 1])]
    assert await looked(page(*FULL), "rack 7") == [("rack 7", [0, 1])]


async def test_a_page_of_hundreds_of_gpus_is_read_whole() -> None:
    many = "".join(page(*FULL).replace('"box"', f'"box{n}"') for n in range(400))
    assert len(await looked(many)) == 400


@pytest.mark.parametrize(("machines", "elsewhere"), [(1, False), (400, True)])
async def test_only_a_page_that_takes_long_is_read_beside_the_event_loop(
    machines: int, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    class Read(Page):
        def hosts(self) -> dict[str, Told]:
            threads.append(threading.get_ident())
            return super().hosts()

    monkeypatch.setattr("massgen_tui.monitor.dcgm.Page", Read)
    many = "".join(page(*FULL).replace('"box"', f'"box{n}"') for n in range(machines))
    assert len(await looked(many)) == machines
    assert [thread != threading.get_ident() for thread in threads] == [elsewhere]


def stamped(load: int, power: float, age_ms: int, pod: str) -> str:
    more = f',exported_pod="{pod}",instance="10.0.0.9:9400"'
    told = ("DCGM_FI_DEV_GPU_UTIL", 0, load), ("DCGM_FI_DEV_POWER_USAGE", 0, power)
    return page(*told, more=more).replace("\n", f" {1_700_000_000_000 - age_ms}\n")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("old", [170_000, 15_000, 1])
def test_of_two_series_of_one_gpu_the_younger_counts(old: int, turned: bool) -> None:
    """NVIDIA/dcgm-exporter#340: the pod changed, Prometheus tells the old series for 5 minutes."""
    series = [stamped(98, 300.0, old, "old-pod"), stamped(2, 70.0, 0, "new-pod")]
    (gpu,) = read_gpus("".join(reversed(series) if turned else series))
    assert (gpu.utilisation, gpu.power) == (2, 70.0)


def test_what_only_an_ended_series_tells_is_not_known() -> None:
    old = stamped(98, 300.0, 170_000, "old-pod")
    new = "".join(line for line in stamped(2, 0, 0, "new-pod").splitlines(True) if "UTIL" in line)
    (gpu,) = read_gpus(old + new)
    assert (gpu.utilisation, gpu.power) == (2, None)
    (still,) = read_gpus(stamped(98, 300.0, 20_000, "old-pod") + new)
    assert (still.utilisation, still.power) == (2, 300.0)


def test_the_power_of_a_card_is_told_once_among_its_instances() -> None:
    """NVIDIA/dcgm-exporter#353: each instance bears its card's power, temperature and clocks."""
    parts = [
        page(("DCGM_FI_DEV_POWER_USAGE", card, 212.0 + card), more=f',GPU_I_ID="{number}"')
        for card in (0, 1)
        for number in (1, 5, 13)
    ]
    assert [gpu.power for gpu in read_gpus("".join(parts))] == [
        212.0,
        None,
        None,
        213.0,
        None,
        None,
    ]
    whole = page(("DCGM_FI_DEV_POWER_USAGE", 0, 212.0))
    assert [(gpu.part, gpu.power) for gpu in read_gpus("".join([*parts[:3], whole]))] == [
        (False, 212.0),
        (True, None),
        (True, None),
        (True, None),
    ]


@pytest.mark.parametrize(
    ("line", "maker"),
    [
        ('gpu_gfx_activity{gpu_id="0",card_vendor="Advanced Micro Devices"} 13', "AMD"),
        ('amd_gpu_power{productname="MI250",device="0"} 90', "AMD"),
        ('xpum_engine_ratio{dev_name="Intel(R) Data Center GPU Max 1550"} 40', "Intel"),
        ('habanalabs_utilization{Serial="1",UUID="2"} 3', "Intel Gaudi"),
        ('nvidia_smi_utilization_gpu_ratio{uuid="1"} 0.4', "nvidia-smi"),
    ],
)
async def test_another_s_exporter_is_named(line: str, maker: str) -> None:
    (told,) = await looks(f"# HELP x\n{line}\n")
    assert (told.gpus, told.reason) == ((), f"no DCGM page: {maker}'s exporter")


METRICS = ("GPU_UTIL", "FB_USED", "FB_FREE", "GPU_TEMP", "POWER_USAGE", "SM_CLOCK")


def large(machines: int, order: str) -> str:
    """A page of eight GPUs a machine, told GPU by GPU or metric by metric."""
    gpus = [(host, gpu) for host in range(machines) for gpu in range(8)]
    told = [(one, name) for one in gpus for name in METRICS]
    if order == "by metric":
        told = [(one, name) for name in METRICS for one in gpus]
    return "".join(
        f'DCGM_FI_DEV_{name}{{gpu="{gpu}",UUID="GPU-{host}-{gpu}",Hostname="n{host:03}",'
        f'pod="a-{"x" * 40}"}} {50 + gpu}\n'
        for (host, gpu), name in told
    )


async def cut(text: str, limit: int, path: str = "/metrics") -> tuple[GpuSnapshot, ...]:
    fetcher = Fetcher(page_limit=limit)
    async with ScriptedServer() as server:
        server.route("GET", path, whole(200, text.encode(), "text/plain"))
        found = await Exporter(f"{server.root}{path}").look(fetcher, 10.0)
    await fetcher.aclose()
    return found


@pytest.mark.parametrize(("share", "kept"), [(0.3, 240), (0.5, 400), (0.9, 720)])
async def test_a_page_that_goes_on_shows_the_gpus_that_came_whole(share: float, kept: int) -> None:
    text = large(100, "by gpu")
    found = await cut(text, int(len(text) * share))
    gpus = [gpu for one in found for gpu in one.gpus]
    assert kept - 12 <= len(gpus) <= kept
    assert {(gpu.utilisation is None, gpu.sm_clock is None) for gpu in gpus} == {(False, False)}
    assert found[0].reason == (
        f"first {len(gpus)} GPUs; the page goes on: "
        "name each machine's own exporter, or let it tell fewer metrics (-f)"
    )
    assert {one.reason for one in found[1:]} == {""}


async def test_a_page_told_metric_by_metric_shows_those_of_which_all_came_that_can() -> None:
    text = large(100, "by metric")
    found = await cut(text, int(len(text) * 0.75), "/federate")
    gpus = [gpu for one in found for gpu in one.gpus]
    assert 380 <= len(gpus) <= 420
    assert {(gpu.temperature is None, gpu.power is None) for gpu in gpus} == {(False, False)}
    assert found[0].reason.startswith(f"first {len(gpus)} GPUs; the page goes on: ask for match[]=")


async def test_more_gpus_than_fit_two_mebibytes_are_all_read() -> None:
    text = large(400, "by metric")
    assert len(text) > 2 * 2**20
    found = await looks(text)
    assert sum(len(one.gpus) for one in found) == 3200
    assert {one.reason for one in found} == {""}


@pytest.mark.parametrize("step", [1, 7, 64, 1000])
def test_a_page_reads_the_same_in_whatever_pieces_it_comes(step: int) -> None:
    data = (page(*FULL) + 'DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-0",Hostname="box"} 7').encode()
    read = Page()
    for at in range(0, len(data), step):
        read.feed(data[at : at + step])
    assert read.end() == 2
    assert read.hosts() == read_hosts(data.decode())
    assert read.hosts()["box"].gpus[0].sm_clock == 7


def test_lines_that_cannot_be_read_hide_no_other() -> None:
    odd = "".join(
        f"DCGM_FI_DEV_GPU_TEMP{line}\n"
        for line in (
            "{",
            '{gpu="0"',
            '{gpu="0"} hot',
            '{gpu="0"} 5 5 5',
            "{" + "x" * 10_000 + "} 1",
        )
    )
    assert [gpu.utilisation for gpu in read_gpus(odd + page(*FULL))] == [87, 93]
    brace = page(*FULL).replace('device="nvidia0"', 'pod="a}\\"b\\n"')
    assert [gpu.utilisation for gpu in read_gpus(brace)] == [87, 93]


async def test_an_exporter_that_goes_away_leaves_what_it_said_and_says_why() -> None:
    fetcher = Fetcher()
    async with ScriptedServer() as server:
        server.route("GET", "/metrics", whole(200, page(*FULL).encode(), "text/plain"))
        exporter = Exporter(f"{server.root}/metrics", "rack 7")
        (first,) = await exporter.look(fetcher, 10.0)
    (second,) = await exporter.look(fetcher, 20.0)
    await fetcher.aclose()
    assert (first.host, first.reason, len(first.gpus)) == ("rack 7", "", 2)
    assert [load for gpu in first.gpus[:1] for load in gpu.history] == [87]
    assert [gpu.utilisation for gpu in second.gpus] == [87, 93]
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
                agent_of("a", type="vllm", gpu_metrics_url=url),
                agent_of("b", type="vllm", gpu_metrics_url=url),
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
