"""aiohttp's way to host names: ours, whose threads a quitting program does not wait for."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from massgen_tui.net.lookup import look_up


class DaemonResolver(AbstractResolver):
    """Resolves by `massgen_tui.net.lookup`."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of `host`.

        Raises:
            OSError: there are none (`socket.gaierror`).
        """
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in await look_up(host, port, family)
            if kind in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        """Nothing to close: threads end with their call or with the program."""
