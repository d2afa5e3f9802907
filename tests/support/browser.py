"""A real Chromium without a window, told what to do over its DevTools protocol."""

import asyncio
import base64
import itertools
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 30.0
"""What a browser may take for one thing."""
_LISTENS = re.compile(rb"DevTools listening on ws://([^/]+)/")


def found() -> str | None:
    """The Chromium of this machine; `CHROMIUM` names another."""
    names = [name for name in (os.environ.get("CHROMIUM"), *NAMES) if name]
    return next((path for name in names if (path := shutil.which(name))), None)


class Tab:
    """One tab: what is asked of it is answered, all else that it tells is kept."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Do something; gives what it gives."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            told = await self._socket.receive_json(timeout=SECONDS)
            if told.get("id") == number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result
            self.events.append(told)

    async def until(self, event: str) -> None:
        """Wait for an event."""
        while event not in self.names:
            await self.hear()

    async def open(self, path: Path) -> None:
        """Show a file, whole."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=path.as_uri())
        await self.until("Page.loadEventFired")

    async def visit(self, address: str) -> None:
        """Show an address, as if it had been typed."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=address)
        await self.until("Page.loadEventFired")

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.call("Input.insertText", text=text)

    async def press(self, key: str, code: int, *, text: str = "", modifiers: int = 0) -> None:
        """Press a key.

        Args:
            key: its name in a browser.
            code: its number there.
            text: what it types.
            modifiers: 1 alt, 2 ctrl, 8 shift, added up.
        """
        kind = "keyDown" if text else "rawKeyDown"
        one = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        await self.call("Input.dispatchKeyEvent", type=kind, text=text, **one)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **one)

    async def send(self, method: str, **params: object) -> None:
        """Have something done that is not answered before something else happens."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})

    async def hear(self) -> dict[str, Any]:
        """Take the next event."""
        told: dict[str, Any] = await self._socket.receive_json(timeout=SECONDS)
        if "method" in told:  # else it answers what was sent
            self.events.append(told)
        return told

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def value(self, expression: str) -> object:
        """What an expression of JavaScript is on the page, or what it promises."""
        told = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def width(self, pixels: int, height: int = 900) -> None:
        """Make it so wide, and so high."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=pixels,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    @property
    def names(self) -> list[str]:
        """The events, by name."""
        return [event["method"] for event in self.events]

    @property
    def requested(self) -> list[str]:
        """The addresses that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]


@asynccontextmanager
async def tab(chromium: str, folder: Path) -> AsyncIterator[Tab]:
    """A tab of a browser of its own, whose files are in `folder`."""
    browser = await asyncio.create_subprocess_exec(
        chromium,
        "--headless",
        "--no-sandbox",  # a container's root may have no other
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        f"--user-data-dir={folder}",
        "--remote-debugging-port=0",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        host = await asyncio.wait_for(_host(browser), SECONDS)
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://{host}/json/list") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            async with http.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
                await socket.send_json({"id": 0, "method": "Browser.close"})
    finally:
        if browser.returncode is None:
            browser.terminate()
        await browser.communicate()


async def _host(browser: asyncio.subprocess.Process) -> str:
    assert browser.stderr is not None
    async for line in browser.stderr:
        if match := _LISTENS.search(line):
            return match[1].decode()
    raise AssertionError("the browser ended")
