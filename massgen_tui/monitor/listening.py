"""Which sockets listen on this host: asked of the kernel, else read of /proc/net.

Linux answers `sock_diag(7)` of listening sockets alone. To write /proc/net/tcp it goes through its
table of all connections, 8 ms of CPU where that has a million places.
"""

import itertools
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from massgen_tui.monitor.host import PROC

Inode = int
_SOCK_DIAG = 4
"""NETLINK_SOCK_DIAG; a message's type is SOCK_DIAG_BY_FAMILY."""
_BY_FAMILY, _REQUEST, _DUMP = 20, 0x1, 0x300
_ERROR, _DONE = 2, 3
_TCP_LISTEN = 10
_HEAD = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence, port."""
_QUESTION = struct.Struct("=BBBxI48x")
"""struct inet_diag_req_v2: family, protocol, extensions, states, and which socket: any."""
_PORT, _INODE = struct.Struct("!4xH"), struct.Struct("=68xI")
"""Of struct inet_diag_msg: where it listens, and the socket's inode."""
_MOST_BYTES, _WAITS = 1 << 16, 1.0
_LISTENS = " 0A "
_MOST_SOCKETS = 20_000


def listening(ports: Mapping[int, str], proc: Path = PROC) -> dict[Inode, str]:
    """The sockets that listen on these ports by their inode, with what stands beside the port.

    The kernel is asked of this machine only; of another `proc` the files are read.
    """
    asked = _asked() if proc == PROC else None
    found = _read(proc) if asked is None else asked
    return {inode: ports[port] for port, inode in found if port in ports}


def _asked() -> list[tuple[int, Inode]] | None:
    """Ports and inodes, as the kernel answers; None: it cannot be asked here."""
    family = getattr(socket, "AF_NETLINK", None)
    if family is None:
        return None
    try:
        with socket.socket(family, socket.SOCK_RAW, _SOCK_DIAG) as asks:
            asks.settimeout(_WAITS)
            return [one for net in (socket.AF_INET, socket.AF_INET6) for one in _of(asks, net)]
    except (OSError, struct.error):
        return None


def _of(asks: socket.socket, net: int) -> Iterator[tuple[int, Inode]]:
    """Those of IPv4, or of IPv6.

    Raises:
        OSError: the kernel does not tell.
    """
    question = _QUESTION.pack(net, socket.IPPROTO_TCP, 0, 1 << _TCP_LISTEN)
    size = _HEAD.size + len(question)
    asks.send(_HEAD.pack(size, _BY_FAMILY, _REQUEST | _DUMP, 0, 0) + question)
    while True:
        told, at = asks.recv(_MOST_BYTES), 0
        while at < len(told):
            size, kind, *_ = _HEAD.unpack_from(told, at)
            if kind == _DONE:
                return
            if kind == _ERROR or size < _HEAD.size:
                raise OSError("the kernel does not tell which sockets listen")
            body = at + _HEAD.size
            yield _PORT.unpack_from(told, body)[0], _INODE.unpack_from(told, body)[0]
            at += (size + 3) & ~3


def _read(proc: Path) -> Iterator[tuple[int, Inode]]:
    """Ports and inodes, as the files tell them."""
    for name in ("tcp", "tcp6"):
        try:
            with (proc / "net" / name).open(encoding="ascii", errors="replace") as file:
                lines = list(itertools.islice(file, 1, _MOST_SOCKETS))
        except OSError:
            continue
        for parts in (line.split() for line in lines if _LISTENS in line):
            if len(parts) > 9 and parts[3] == _LISTENS.strip() and parts[9].isdecimal():
                yield _port(parts[1]), int(parts[9])


def _port(address: str) -> int:
    port = address.rpartition(":")[2]
    try:
        return int(port, 16)
    except ValueError:
        return 0
