"""Which servers are watched changes meanwhile: what is known of those that stay is kept."""

from dataclasses import replace

from massgen_tui.monitor.dcgm import Exporter
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState, ServerTarget
from tests.support.server import ScriptedServer
from tests.unit.test_monitor_servers import Pauses, at, up


async def test_a_server_that_comes_is_looked_at_and_one_that_goes_no_more() -> None:
    pauses = Pauses()
    async with ScriptedServer() as first, ScriptedServer() as second:
        up(first)
        up(second)
        async with ServerMonitor([at(first)], wait=pauses) as monitor:
            await pauses.begun(1)
            before = monitor.revision
            monitor.set_targets([at(first), at(second)])
            assert monitor.revision > before
            assert monitor.statuses[first.root].state is ServerState.UP, "it stays known"
            assert monitor.statuses[second.root].state is ServerState.UNKNOWN
            await pauses.begun(2)
            assert monitor.statuses[second.root].state is ServerState.UP
            monitor.set_targets([at(second)])
            assert list(monitor.statuses) == [second.root]
            assert len(monitor._tasks) == 1
            asked = len(first.requests)
            for _ in (first, second):
                pauses.end()  # the one that was cut short holds one as well
            await pauses.begun(3)
            assert len(first.requests) == asked


async def test_other_agents_at_a_server_change_nothing_of_what_is_known_of_it() -> None:
    pauses = Pauses()
    async with ScriptedServer() as server:
        up(server)
        async with ServerMonitor([at(server)], wait=pauses) as monitor:
            await pauses.begun(1)
            asked = len(server.requests)
            other = replace(at(server), models=("m", "n"), agents=("a", "b"))
            monitor.set_targets([other])
            status = monitor.statuses[server.root]
            assert (status.state, status.target.agents) == (ServerState.UP, ("a", "b"))
            assert status.unserved == ("n",), "it is told which of the models is not there"
            assert len(server.requests) == asked


async def test_another_key_is_another_server_to_look_at() -> None:
    pauses = Pauses()
    async with ScriptedServer() as server:
        up(server)
        async with ServerMonitor([at(server)], wait=pauses) as monitor:
            await pauses.begun(1)
            monitor.set_targets([replace(at(server), key="another")])
            assert monitor.statuses[server.root].state is ServerState.UNKNOWN
            await pauses.begun(2)
            assert server.requests[-1].header("authorization") == "Bearer another"


async def test_targets_may_change_before_it_is_started() -> None:
    monitor = ServerMonitor([ServerTarget("http://a:1", "http://a:1/v1", "vllm", ("m",))])
    monitor.set_targets([], [Exporter("http://b:9400/metrics")])
    assert not monitor.statuses
    assert not monitor._tasks
    assert [snapshot.host for snapshot in monitor.gpus] == ["b"]
    await monitor.stop()
