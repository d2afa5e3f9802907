"""From the port of a server to the processes on the GPUs, on a /proc that the test wrote."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from massgen_tui.monitor.gpu_processes import GpuProcesses, places_of
from massgen_tui.monitor.gpu_status import GpuProcess, GpuStatus
from massgen_tui.monitor.gpus import GpuMonitor
from massgen_tui.monitor.listening import listening
from massgen_tui.monitor.nvml import Nvml
from massgen_tui.monitor.status import ServerTarget
from tests.support.fakes import FakeClock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt  uid inode\n"
TAIL = "00000000:00000000 00:00000000 00000000  1000        0"


class Proc:
    """A /proc of a few processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: dict[str, list[str]] = {"tcp": [], "tcp6": []}
        (root / "net").mkdir()

    def listen(self, port: int, inode: int, *, state: str = "0A", table: str = "tcp") -> None:
        """A socket in the table."""
        at = f"0100007F:{port:04X} 00000000:0000 {state}"
        self.lines[table].append(f"   0: {at} {TAIL} {inode} 1 0000000000000000 100 0 0 10 0\n")
        (self.root / "net" / table).write_text(HEAD + "".join(self.lines[table]))

    def process(self, pid: int, parent: int, *inodes: int, name: str = "python") -> None:
        """A process with open sockets."""
        folder = self.root / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "stat").write_text(f"{pid} ({name}) S {parent} 1 1 0 -1 4194560")
        for number, inode in enumerate(inodes, 3):
            (folder / "fd" / str(number)).symlink_to(f"socket:[{inode}]")


@pytest.fixture
def proc(tmp_path: Path) -> Proc:
    return Proc(tmp_path)


def on_gpu(*pids: int) -> list[GpuStatus]:
    return [GpuStatus(0, processes=tuple(GpuProcess(pid) for pid in pids))]


def servers(owners: GpuProcesses, *pids: int) -> list[str]:
    (row,) = owners.named(on_gpu(*pids))
    return [process.server for process in row.processes or ()]


def test_a_worker_is_the_server_s_that_its_forebear_is(proc: Proc) -> None:
    proc.listen(8000, 501)
    proc.listen(30000, 502, table="tcp6")
    proc.process(10, 1, 501)
    proc.process(11, 10, 7, name="VLLM :: (odd) name")
    proc.process(12, 11)
    proc.process(20, 1, 502)
    proc.process(30, 1, 999)
    owners = GpuProcesses({8000: ":8000", 30000: ":30000"}, proc=proc.root)
    assert servers(owners, 12, 11, 20, 30, 404) == [":8000", ":8000", ":30000", "", ""]


def test_a_client_of_the_port_is_not_the_server(proc: Proc) -> None:
    proc.listen(8000, 501, state="01")
    proc.process(10, 1, 501)
    assert servers(GpuProcesses({8000: ":8000"}, proc=proc.root), 10) == [""]


def test_what_may_not_be_looked_into_is_nobody_s(proc: Proc) -> None:
    proc.listen(8000, 501)
    (proc.root / "10").mkdir()
    assert servers(GpuProcesses({8000: ":8000"}, proc=proc.root), 10) == [""]
    assert servers(GpuProcesses({8000: ":8000"}, proc=proc.root / "no-such"), 10) == [""]


def test_it_searches_every_ten_seconds_at_most(proc: Proc) -> None:
    clock = FakeClock()
    owners = GpuProcesses({8000: ":8000"}, clock=clock, proc=proc.root)
    proc.listen(8000, 501)
    assert servers(owners, 10) == [""]
    proc.process(10, 1, 501)
    clock.tick(9)
    assert servers(owners, 10) == [""]
    clock.tick(1)
    assert servers(owners, 10) == [":8000"]


def test_parents_in_a_ring_end(proc: Proc) -> None:
    proc.listen(8000, 501)
    proc.process(10, 11)
    proc.process(11, 10)
    assert servers(GpuProcesses({8000: ":8000"}, proc=proc.root), 10) == [""]


def test_the_real_proc_knows_this_very_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert servers(GpuProcesses({port: "mine"}), os.getpid()) == ["mine"]


@pytest.mark.parametrize(("family", "host"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
@pytest.mark.parametrize("refuses", ["nobody", "the kernel", "the build"])
def test_the_kernel_and_its_files_tell_the_same_sockets(
    family: str, host: str, refuses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        server = socket.create_server((host, 0), family=getattr(socket, family))
    except OSError:
        pytest.skip(f"no {host} here")
    with server:
        port = server.getsockname()[1]
        if refuses == "the kernel":
            # a sandbox without netlink
            monkeypatch.setattr(socket, "AF_NETLINK", 9999)
        elif refuses == "the build":
            monkeypatch.delattr(socket, "AF_NETLINK")
        inode = os.fstat(server.fileno()).st_ino
        assert listening({port: "mine", port ^ 1: "nobody's"}) == {inode: "mine"}


def test_a_connection_from_the_server_s_port_does_not_listen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            assert list(listening({port: "mine"})) == [os.fstat(server.fileno()).st_ino]


def test_without_a_search_only_what_was_found_before_is_named(proc: Proc) -> None:
    proc.listen(8000, 501)
    proc.process(10, 1, 501)
    owners = GpuProcesses({8000: ":8000"}, proc=proc.root)
    (before,) = owners.named(on_gpu(10), search=False)
    assert servers(owners, 10) == [":8000"], "the search is not over for that"
    (after,) = owners.named(on_gpu(10), search=False)
    told = [[one.server for one in row.processes or ()] for row in (before, after)]
    assert told == [[""], [":8000"]]


def test_only_servers_of_this_host_are_looked_for() -> None:
    def at(root: str, *, hosted: bool = False) -> ServerTarget:
        return ServerTarget(root, f"{root}/v1", "vllm", (), hosted=hosted)

    named = f"http://{socket.gethostname()}:8001"
    found = places_of(
        [at("http://localhost:8000"), at(named), at("http://gpubox:8002"), at("https://api.x.ai")]
    )
    assert found == {8000: ":8000", 8001: at(named).place}


def test_the_monitor_names_and_marks_what_nvml_tells(proc: Proc) -> None:
    class Told(Nvml):
        def __init__(self) -> None:
            pass

        def sample(self) -> Iterator[GpuStatus]:
            yield from (*on_gpu(10), GpuStatus(1))

        def close(self) -> None:
            pass

    proc.listen(8000, 501)
    proc.process(10, 1, 501)
    owners = GpuProcesses({8000: ":8000"}, proc=proc.root)
    environ = {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    monitor = GpuMonitor(open_nvml=Told, owners=owners, environ=environ)
    monitor.start()
    told = monitor.wait_for(
        lambda s: len(s.gpus) == 2 and any(one.server for one in s.gpus[0].processes or ())
    )
    assert monitor.stop(5)
    assert told.gpus[0].processes == (GpuProcess(10, server=":8000"),)
    assert [gpu.chosen for gpu in told.gpus[:2]] == [False, True]
