"""Host names to addresses, in threads that a quitting program does not wait for."""

import asyncio
import contextlib
import socket
import threading

from aiohttp.abc import AbstractResolver, ResolveResult

_Info = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class DaemonResolver(AbstractResolver):
    """The system's `getaddrinfo` in a daemon thread a call.

    A name server that says nothing holds `getaddrinfo` for half a minute and more; in the loop's
    own executor it would hold the exit of the program as long.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of `host`.

        Raises:
            OSError: there are none (`socket.gaierror`).
        """
        infos = await self._infos(host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in infos
            if kind in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        """Nothing to close: threads end with their call or with the program."""

    async def _infos(self, host: str, port: int, family: socket.AddressFamily) -> list[_Info]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[_Info]] = loop.create_future()

        def settle(result: list[_Info] | OSError) -> None:
            if future.done():
                return
            if isinstance(result, OSError):
                future.set_exception(result)
            else:
                future.set_result(result)

        def look_up() -> None:
            result: list[_Info] | OSError
            try:
                result = list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
            except OSError as error:
                result = error
            except UnicodeError as error:  # a name that IDNA cannot write, such as "a..b"
                result = socket.gaierror(socket.EAI_NONAME, str(error))
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
        return await future
