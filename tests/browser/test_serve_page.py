"""The console on a page of a real browser: `make browser`."""

import asyncio
import base64
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from tests.support import browser
from tests.support.browser import Tab
from tests.support.probed import sglang, vllm
from tests.support.server import Hang, ScriptedServer, sse_chat
from tests.support.serving import SECONDS, Drawn, Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "assets" / "browser.png"
"""Of the README; recorded by `make browser PYTEST=--snapshot-update`."""
ANSWER = """A **brown bear** is a large mammal of Eurasia and North America.

- *Ursus arctos* weighs 80 to 600 kg
- it sleeps through the winter, in a den

| | brown bear | polar bear |
|-|-|-|
| lives | in forests | on sea ice |
| eats | nearly all | seals |

```python
def is_bear(name: str) -> bool:
    return name.endswith("bear")
```
"""
THOUGHT = "The user asks about bears. There are eight species; the brown bear is the best known."


@pytest_asyncio.fixture
async def models() -> AsyncIterator[list[ScriptedServer]]:
    async with ScriptedServer() as first, ScriptedServer() as second:
        vllm(first)
        sglang(second)
        for one in (first, second):
            pieces = [ANSWER[at : at + 40] for at in range(0, len(ANSWER), 40)]
            chat = sse_chat([THOUGHT], pieces, model="Qwen/Qwen3-4B", usage=(19, 172))
            one.route("POST", "/v1/chat/completions", *chat)
        yield [first, second]


@pytest_asyncio.fixture
async def served(tmp_path: Path, models: list[ScriptedServer]) -> AsyncIterator[Served]:
    kinds = zip(("qwen1", "qwen2"), ("vllm", "sglang"), models, strict=True)
    agents = [
        {"id": id, "backend": {"type": kind, "model": "Qwen/Qwen3-4B", "base_url": one.base_url}}
        for id, kind, one in kinds
    ]
    config = tmp_path / "bears.yaml"
    config.write_text(json.dumps({"agents": agents}))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = kept | {"XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONPATH": str(ROOT)}
    async with serving(str(config), env=env) as server:
        yield server


@pytest_asyncio.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    chromium = browser.found()
    if chromium is None:
        pytest.skip("no Chromium on this machine: install it, or name it with CHROMIUM=PATH")
    async with browser.tab(chromium, tmp_path / "profile") as opened:
        await opened.width(1200, 700)
        yield opened


class Watched:
    """What the console draws on a tab: what its socket brings, on a screen of our own."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.drawn = Drawn(80, 24)
        self.size = (80, 24)
        self._taken = 0

    async def until(self, *words: str) -> None:
        """Wait until all of these are drawn."""
        await self.happens(lambda: all(word in self.drawn.text for word in words), words)

    async def happens(self, condition: Callable[[], bool], what: object = "") -> None:
        """Wait until it is so."""
        end = time.monotonic() + SECONDS
        while not self._now(condition):
            assert time.monotonic() < end, f"{what}\n{self.drawn.text}"
            await self.tab.hear()

    def _now(self, condition: Callable[[], bool]) -> bool:
        while self._taken < len(self.tab.events):
            self._take(self.tab.events[self._taken])
            self._taken += 1
        return condition()

    def _take(self, event: dict[str, Any]) -> None:
        told = event["params"]
        match event["method"]:
            case "Network.webSocketCreated":
                query = parse_qs(urlsplit(told["url"]).query)
                self._resize(int(query["width"][0]), int(query["height"][0]))
                self.drawn = Drawn(*self.size)
            case "Network.webSocketFrameReceived" if told["response"]["opcode"] == 2:
                self.drawn.feed(base64.b64decode(told["response"]["payloadData"]))
            case "Network.webSocketFrameSent" if told["response"]["payloadData"][:8] == '["resize':
                size = json.loads(told["response"]["payloadData"])[1]
                self._resize(size["width"], size["height"])

    def _resize(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.drawn.resize(width, height)


async def seen(tab: Tab, expression: str) -> None:
    """Wait until an expression is true on the page."""
    wait = "new Promise((done) => { const look = () => (%s) ? done(true) : setTimeout(look, 50);"
    await tab.value(wait % expression + " look(); })")


FITS = "document.documentElement.scrollWidth <= innerWidth && scrollY == 0"


async def test_a_page_is_asked_resized_copied_from_loaded_again_and_closed(
    served: Served, tab: Tab, models: list[ScriptedServer], request: pytest.FixtureRequest
) -> None:
    shown = Watched(tab)
    await tab.visit(served.address)
    await shown.until("qwen1", "qwen2", "f7 reasoning")
    await seen(tab, "document.activeElement.className == 'xterm-helper-textarea'")
    assert served.token not in str(await tab.value("location.href"))
    assert {urlsplit(url).netloc for url in tab.requested} == {served.root.partition("://")[2]}
    await tab.type("what is a brown bear?")
    await tab.press("Enter", 13, text="\r", modifiers=8)  # shift: a new line
    await tab.type("Be short.")
    await tab.press("Enter", 13, text="\r")
    await shown.happens(lambda: shown.drawn.text.count("✓ done") == 2)
    await shown.until("polar bear", "vLLM 0.3", "SGLang 0.5")
    assert models[0].asked == models[1].asked == ["what is a brown bear?\nBe short."]
    await seen(tab, "document.title == 'massgen-tui · bears'")
    if request.config.getoption("--snapshot-update"):
        await asyncio.to_thread(PICTURE.write_bytes, await tab.picture())
    width, height = shown.size
    await tab.width(1000, 500)
    await shown.happens(lambda: shown.size[0] < width and shown.size[1] < height)
    await shown.until("f1 help")
    assert await tab.value(FITS)
    await tab.call("Browser.grantPermissions", permissions=["clipboardReadWrite"])
    await tab.press("Tab", 9)
    await tab.type("y")
    await shown.until("characters) copied")
    assert str(await tab.value("navigator.clipboard.readText()")).strip() == ANSWER.strip()
    await tab.call("Page.reload")
    await shown.until("goes on", "polar bear")
    assert models[0].asked == ["what is a brown bear?\nBe short."]
    assert len(served.consoles()) == 1
    assert [e["params"] for e in tab.events if e["method"] == "Runtime.exceptionThrown"] == []
    assert (await tab.call("Page.getInstallabilityErrors"))["installabilityErrors"] == []
    await tab.call("Page.navigate", url="about:blank")
    await served.none_left()


async def test_a_page_asks_before_it_is_left_while_agents_answer(
    served: Served, tab: Tab, models: list[ScriptedServer]
) -> None:
    models[0].route("POST", "/v1/chat/completions", *sse_chat(["hm"], ["a bear"])[:2], Hang())
    shown = Watched(tab)
    await tab.visit(served.address)
    await shown.until("qwen1", "f7 reasoning")
    await seen(tab, "document.activeElement.className == 'xterm-helper-textarea'")
    await tab.type("which bear?")
    await tab.press("Enter", 13, text="\r")
    await seen(tab, "document.title.endsWith('1 answering')")
    await tab.send("Page.reload")
    await tab.until("Page.javascriptDialogOpening")
    assert tab.events[-1]["params"]["type"] == "beforeunload"


async def test_a_console_that_is_gone_is_told_on_the_page_and_begun_again(
    served: Served, tab: Tab
) -> None:
    shown = Watched(tab)
    await tab.visit(served.address)
    await shown.until("qwen1", "f7 reasoning")
    [console] = served.consoles()
    os.kill(console, signal.SIGKILL)
    await seen(tab, "!document.getElementById('told').hidden")
    words = await tab.value("document.getElementById('words').textContent")
    assert words == "The console ended unexpectedly: signal 9 (SIGKILL)."
    await tab.value("document.getElementById('again').click()")
    await shown.happens(lambda: len(served.consoles()) == 1 and served.consoles() != [console])
    await shown.until("qwen1", "f7 reasoning")
    assert await served.end() == 130
    await seen(tab, "document.getElementById('words').textContent == 'The server has ended.'")
