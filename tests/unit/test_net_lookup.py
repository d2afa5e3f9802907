"""Names to addresses: what is found can be connected to."""

import socket

import pytest

from massgen_tui.net.lookup import Info, numeric
from massgen_tui.net.resolver import DaemonResolver

V6, V4, TCP = socket.AF_INET6, socket.AF_INET, socket.SOCK_STREAM


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ((V4, ("10.0.0.1", 80)), "10.0.0.1"),
        ((V6, ("::1", 80, 0, 0)), "::1"),
        ((V6, ("fe80::1", 80, 0, 2)), "fe80::1%2"),
        ((V6, ("fe80::1%eth0", 80, 0, 2)), "fe80::1%eth0"),
        ((V6, ("fd00::4", 80, 0, 0)), "fd00::4"),
    ],
)
def test_a_link_local_address_keeps_its_interface(
    address: tuple[int, tuple[str, int] | tuple[str, int, int, int]], host: str
) -> None:
    info: Info = (address[0], TCP, 6, "", address[1])
    assert numeric(info) == host


async def test_a_name_of_the_local_network_is_resolved_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As avahi answers for `gpu-box.local` where there is no other address."""
    found = [(V6, TCP, 6, "", ("fe80::a00:27ff:fe4e:66a1", 8000, 0, 3))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    (result,) = await DaemonResolver().resolve("gpu-box.local", 8000)
    assert (result["host"], result["port"]) == ("fe80::a00:27ff:fe4e:66a1%3", 8000)
