"""Host names to addresses, in threads that a quitting program does not wait for."""

import asyncio
import contextlib
import socket
import threading

Info = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""What `socket.getaddrinfo` gives: family, type, protocol, canonical name, address."""


async def look_up(
    host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
) -> list[Info]:
    """Give the addresses of `host`, by the system's `getaddrinfo` in a daemon thread a call.

    A name server that says nothing holds `getaddrinfo` for half a minute and more; in the loop's
    own executor it would hold the exit of the program as long.

    Raises:
        OSError: there are none (`socket.gaierror`).
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[Info]] = loop.create_future()

    def settle(result: list[Info] | OSError) -> None:
        if future.done():
            return
        if isinstance(result, OSError):
            future.set_exception(result)
        else:
            future.set_result(result)

    def ask() -> None:
        result: list[Info] | OSError
        try:
            result = list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
        except OSError as error:
            result = error
        except UnicodeError as error:  # a name that IDNA cannot write, such as "a..b"
            result = socket.gaierror(socket.EAI_NONAME, str(error))
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return await future


def numeric(info: Info) -> str:
    """The address that was found, to connect to: a link-local one of IPv6 with its interface.

    CPython's `getaddrinfo` tells that apart: `('fe80::1', 8000, 0, 2)`.
    """
    address = info[4]
    host, scope = str(address[0]), address[3] if len(address) == 4 else 0
    return f"{host}%{scope}" if scope and "%" not in host else host
