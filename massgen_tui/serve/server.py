"""The web server: each request is judged first; ended by a signal, it ends its consoles too."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import WSMsgType, web

from massgen_tui.serve import site
from massgen_tui.serve.child import Size
from massgen_tui.serve.consoles import ENDED, Console, Consoles, Full
from massgen_tui.serve.downloads import Broken
from massgen_tui.serve.guard import Asked, Guard
from massgen_tui.serve.relay import Relay, first_of

_HEARTBEAT = 15.0
"""Seconds between two pings; a page that answers none is gone after half of it more."""
_CLOSING = 0.5
"""Seconds that a page may take to say that it closes."""
_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """What is answered to whom."""

    def __init__(self, guard: Guard, consoles: Consoles, title: str) -> None:
        """Serve these consoles to those that the guard lets in.

        Raises:
            ImportError: textual-serve is not installed.
        """
        self._guard, self._consoles, self._title = guard, consoles, title
        self._files = site.files()

    def application(self) -> web.Application:
        """It, as aiohttp runs it."""
        app = web.Application(middlewares=[self._judged])
        app.add_routes(
            [
                web.get("/", self.page),
                web.get("/ws", self.socket),
                web.get("/download/{key}", self.download),
                web.get("/static/{name}", self.file),
            ]
        )
        app.on_shutdown.append(self._shut)
        return app

    async def _shut(self, app: web.Application) -> None:
        await self._consoles.end_all(ENDED)

    @web.middleware
    async def _judged(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whom the guard does not know; nothing is looked up for them."""
        asked = Asked(
            request.headers.get("Host", ""),
            request.headers.get("Origin"),
            request.query.get("token", ""),
            request.cookies.get(self._guard.cookie, ""),
        )
        if objection := self._guard.objection(asked):
            return _html(site.refusal(objection), 403)
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            return _html(site.refusal(f"there is nothing here ({error.status})"), error.status)
        return answer

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page; its address's token becomes a cookie."""
        full = self._consoles.words if self._consoles.full else ""
        answer = _html(site.page(self._title, full), 503 if full else 200)
        answer.headers["Content-Security-Policy"] = site.policy(request.host)
        if self._guard.is_token(request.query.get("token", "")):
            answer.set_cookie(
                self._guard.cookie, self._guard.token, path="/", httponly=True, samesite="Strict"
            )
        return answer

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file that the page is made of."""
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        headers = _ALWAYS | {"Content-Type": found.kind, "Cache-Control": "no-cache"}
        return web.FileResponse(found.path, headers=headers)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file that a console offers, once."""
        key = request.match_info["key"]
        console = self._consoles.holder(key)
        if console is None:
            raise web.HTTPNotFound
        offer = console.files.take(key)
        answer = web.StreamResponse(
            headers=_ALWAYS
            | {
                "Content-Type": offer.kind,
                "Content-Disposition": offer.disposition,
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "no-store",
            }
        )
        await answer.prepare(request)
        try:
            async for piece in console.files.pieces(console.child, key):
                await answer.write(piece)
        except Broken:
            # half a file must not pass for a whole one: the browser sees that it was cut
            if request.transport is not None:
                request.transport.abort()
            return answer
        await answer.write_eof()
        return answer

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """A console for the page that asks, for as long as it is open."""
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT, timeout=_CLOSING, compress=False, max_msg_size=1 << 22
        )
        await socket.prepare(request)
        query = request.query
        try:
            size = Size.of(query.get("width"), query.get("height"))
            console = await self._consoles.start(query.get("tab", "")[:64], size)
        except Full:
            await _end(socket, self._consoles.words, full=True)
            return socket
        except OSError as error:
            await _end(socket, f"No console can be started: {error.strerror}.")
            return socket
        try:
            await self._joined(console, socket)
        finally:
            await asyncio.shield(self._consoles.end(console))
        return socket

    async def _joined(self, console: Console, socket: web.WebSocketResponse) -> None:
        relay = Relay(console, socket, lambda session: self._consoles.remember(console, session))
        drawing = asyncio.create_task(relay.draw())
        await first_of(drawing, asyncio.create_task(_listen(relay, socket)))
        if socket.closed:
            return
        words = console.why
        if not words and not console.child.asked_to_end:
            words = await console.child.last_words()
            if not words:
                self._consoles.forget(console)
        await _end(socket, words)


async def _listen(relay: Relay, socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await relay.hear(message.data)


async def _end(socket: web.WebSocketResponse, words: str, *, full: bool = False) -> None:
    """Tell the page why its console is gone; without words its user wanted it so."""
    try:
        await socket.send_str(json.dumps(["ended", {"words": words, "full": full}]))
        await socket.close(code=1013 if full else 1000)
    except ConnectionError:
        return


def _html(text: str, status: int) -> web.Response:
    headers = _ALWAYS | {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def run(
    job: Mapping[str, object],
    guard: Guard,
    port: int,
    *,
    most: int,
    title: str,
    ready: Callable[[int], None],
) -> int:
    """Serve until a signal comes; gives its exit code.

    Args:
        job: what each console opens.
        guard: who may ask, and the address to listen on.
        port: 0 takes a free one.
        most: consoles at once.
        title: of the page, until the console has told its own.
        ready: told the port once it is listened on.

    Raises:
        OSError: it cannot be listened on.
        ImportError: textual-serve is not installed.
    """
    _keep_quiet()
    return asyncio.run(_run(Site(guard, Consoles(job, most), title), guard, port, ready))


async def _run(served: Site, guard: Guard, port: int, ready: Callable[[int], None]) -> int:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    codes: list[int] = []

    def end(number: int) -> None:
        codes.append(128 + number)
        ended.set()

    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, end, number)
    runner = web.AppRunner(
        served.application(), access_log=None, handle_signals=False, shutdown_timeout=_CLOSING
    )
    await runner.setup()
    try:
        place = web.TCPSite(runner, guard.host, port)
        await place.start()
        ready(runner.addresses[0][1])
        await ended.wait()
    finally:
        await runner.cleanup()
    return codes[0]


def _keep_quiet() -> None:
    """Let aiohttp log nothing: it would tell addresses, and with them the token."""
    quiet = logging.getLogger("aiohttp")
    quiet.propagate = False
    quiet.addHandler(_Told())


class _Told(logging.Handler):
    """Says what failed in a line without any address."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, ConnectionError | web.HTTPException):
            print(f"massgen-tui serve: a request failed: {type(error).__name__}", file=sys.stderr)
