"""aiohttp's way to host names: ours, whose threads a quitting program does not wait for."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from massgen_tui.net.lookup import look_up, numeric


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
                host=numeric(info),
                port=port,
                family=info[0],
                proto=info[2],
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for info in await look_up(host, port, family)
            if info[0] in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        """Nothing to close: threads end with their call or with the program."""
