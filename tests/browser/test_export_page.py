"""An exported page in a real browser: `make browser`."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta
from massgen_tui.export.document import document_of
from massgen_tui.export.forms import written
from massgen_tui.session.agent import Agent, Turn
from tests.support import browser
from tests.support.attempts import attempt_of, told
from tests.support.browser import Tab
from tests.support.fakes import FakeBackend, config_of

pytestmark = pytest.mark.browser

HOSTILE = """# An <b onclick="run()">answer</b>

<script>document.title = "ran"</script>
<img src="http://evil.example/a.png" onerror="document.title = 'ran'">
<link rel="stylesheet" href="http://evil.example/b.css"><iframe src="http://evil.example/c"></iframe>
![i](http://evil.example/d.png) [l](javascript:document.title='ran') <http://evil.example/e>
</style></title></div></article><base href="http://evil.example/">

```html
</code></pre><script>document.title = "ran"</script>
```

```python
wide = "a line that is wider than a column of two agents is, so that it can be scrolled"
```

|a table|of|many|columns|that|is|wider|than|the|screen|of|a|telephone|
|-|-|-|-|-|-|-|-|-|-|-|-|-|
|1|2|3|4|5|6|7|8|9|10|11|12|13|
"""
IDS = ("qwen1", "qwen2")


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    """A tab that shows two agents' hostile answers."""
    chromium = browser.found()
    if chromium is None:
        pytest.skip("no Chromium on this machine: install it, or name it with CHROMIUM=PATH")
    agents = [Agent(config, FakeBackend(config.id)) for config in config_of(*IDS).agents]
    for agent in agents:
        answer = attempt_of(ReasoningDelta(HOSTILE), ContentDelta(HOSTILE), Finished("stop"))
        agent.turns = [Turn(1, HOSTILE, [answer])]
    page = tmp_path / "page.html"
    page.write_text(written(document_of(agents, told("title")), "html", str), "utf-8")
    async with browser.tab(chromium, tmp_path / "profile") as opened:
        await opened.open(page)
        yield opened


async def test_nothing_runs_and_nothing_is_asked_for(tab: Tab) -> None:
    assert await tab.value("document.title") == "title"
    assert await tab.value("document.scripts.length + document.images.length") == 0
    assert await tab.value("document.links.length + document.styleSheets.length") == 1
    assert [url.partition("://")[0] for url in tab.requested] == ["file"]
    assert "Runtime.exceptionThrown" not in tab.names
    assert [one["params"] for one in tab.events if one["method"] == "Log.entryAdded"] == []


async def test_the_page_s_policy_forbids_what_might_slip_through(tab: Tab) -> None:
    forbidden = await tab.value(
        """new Promise((done) => {
          const forbidden = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            forbidden.push(event.effectiveDirective);
            if (forbidden.length == 4) done(forbidden.sort().join(" "));
          });
          for (const tag of ["img", "iframe", "script"]) {
            const one = document.createElement(tag);
            one.src = "http://127.0.0.1:9/x";
            document.body.append(one);
          }
          const inline = document.createElement("script");
          inline.textContent = "document.title = 'ran'";
          document.body.append(inline);
        })"""
    )
    assert forbidden == "frame-src img-src script-src-elem script-src-elem"
    assert await tab.value("document.title") == "title"


async def test_agents_stand_side_by_side_where_there_is_room_and_else_stacked(tab: Tab) -> None:
    places = """JSON.stringify([...document.querySelectorAll("article")].map((one) => {
      const place = one.getBoundingClientRect();
      return [place.left, place.top, place.right];
    }))"""
    await tab.width(1400)
    [one, two] = json.loads(str(await tab.value(places)))
    assert one[1] == two[1]
    assert one[2] < two[0]
    await tab.width(400)
    [one, two] = json.loads(str(await tab.value(places)))
    assert one[0] == two[0]
    assert one[1] < two[1]
    for width in (320, 400, 900, 1400, 3000):
        await tab.width(width)
        assert await tab.value(f"document.documentElement.scrollWidth <= {width}")


async def test_reasoning_unfolds_without_a_script(tab: Tab) -> None:
    seen = "document.querySelector('.reasoning').checkVisibility()"
    assert await tab.value(seen) is False
    await tab.value("document.querySelector('summary').click()")
    assert await tab.value(seen) is True
    text = await tab.value("document.querySelector('.reasoning').textContent")
    assert text == HOSTILE.strip()


async def test_it_is_light_or_dark_as_its_reader_wants(tab: Tab) -> None:
    def media(scheme: str) -> list[dict[str, str]]:
        return [{"name": "prefers-color-scheme", "value": scheme}]

    shades = []
    for scheme in ("light", "dark"):
        await tab.call("Emulation.setEmulatedMedia", features=media(scheme))
        shades.append(await tab.value("getComputedStyle(document.body).backgroundColor"))
    assert shades == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]
