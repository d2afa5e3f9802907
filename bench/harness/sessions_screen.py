"""How long the list of kept sessions takes on the screen, and how long it holds up the loop.

python -m bench.harness.sessions_screen: of the sessions in the state directory.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from textual.widgets import Input

from massgen_tui.config.model import AgentConfig, Config, Endpoint, Settings
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.sessions import SessionsScreen


async def main() -> None:
    """Open it, search, page; print each."""
    agent = AgentConfig(id="a", endpoint=Endpoint(type="vllm"), settings=Settings(model="m"))
    app = ConsoleApp(Config(name="bench", agents=(agent,), monitor=False))
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause(0.5)
        gaps: list[float] = []
        watching = asyncio.ensure_future(_watch(gaps))

        def shown() -> SessionsScreen | None:
            return app.screen if isinstance(app.screen, SessionsScreen) else None

        def there() -> SessionsScreen:
            found = shown()
            assert found is not None
            return found

        async def press() -> None:
            app.action_sessions()

        await _timed("screen: first rows", press, lambda: (s := shown()) and s.row, gaps)
        await _timed("screen: all read", _nothing, lambda: _read(shown()), gaps)
        for query in ("common", "needle17", "eedle17", "nowhere", ""):

            async def typed(query: str = query) -> None:
                there().query_one(Input).value = query

            def found(query: str = query) -> bool:
                return there().shows(query)

            await _timed(f"screen: search {query!r}", typed, found, gaps)
            await asyncio.sleep(0.7)

        async def pages() -> None:
            for _ in range(30):
                there().action_page(1)
                await asyncio.sleep(0.02)

        await _timed("screen: 30 pages down", pages, lambda: True, gaps)
        watching.cancel()


def _read(screen: SessionsScreen | None) -> bool:
    return screen is not None and not screen.reading


async def _nothing() -> None:
    return


async def _watch(gaps: list[float]) -> None:
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now


async def _timed(
    name: str, act: Callable[[], Awaitable[None]], done: Callable[[], object], gaps: list[float]
) -> None:
    gaps.clear()
    began = time.perf_counter()
    await act()
    for _ in range(10_000):
        if done():
            break
        await asyncio.sleep(0.002)
    took = time.perf_counter() - began
    await asyncio.sleep(0.5)
    print(f"{name:34} {took:8.3f} s  {'':12}  loop held {max(gaps) * 1000:5.1f} ms")


if __name__ == "__main__":
    asyncio.run(main())
