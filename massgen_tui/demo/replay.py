"""A loopback server that answers with recorded streams, in their real timing. There is no model."""

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from massgen_tui.demo.recording import NO_MODEL, Recording, recording
from massgen_tui.playhead import Playhead

FIBONACCI = "Write a Python function for fibonacci"
SEASONS = "Why does the Earth have seasons?"
STORY = "Write a short story about a robot"


def playlists() -> Mapping[str, Sequence[Recording]]:
    """What each agent of the demo says, question by question."""
    return {
        "thinking": (
            recording("fibonacci-thinking", FIBONACCI),
            recording("story-a", STORY),
            recording("seasons-a", SEASONS),
        ),
        "plain": (
            recording("fibonacci-plain", FIBONACCI),
            recording("story-b", STORY),
            recording("seasons-b", SEASONS),
        ),
    }


class ReplayServer:
    """Plays recordings on a port of its own, in a thread of its own. Used with `with`."""

    def __init__(self, lists: Mapping[str, Sequence[Recording]]) -> None:
        """Prepare to play `lists`: for each `user`, in order, again and again."""
        self.base_url = ""
        """Its root, such as `http://127.0.0.1:40435`, once it serves."""
        self.key = "any-key-will-do"
        """Any is taken; no word of what is shown, since a key is masked wherever it stands."""
        self._lists = lists
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="replay", daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            OSError: no port can be had.
        """
        self._thread.start()
        try:
            self.base_url = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and what it plays."""
        self._stop()

    def _stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> str:
        app = web.Application()
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get("/v1/models", self._models),
                web.post("/v1/chat/completions", self._complete),
            ]
        )
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=0.2,
            handler_cancellation=True,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _models(self, request: web.Request) -> web.Response:
        model = {"id": NO_MODEL, "object": "model", "owned_by": "replay"}
        return web.json_response({"object": "list", "data": [model]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
            chosen = self._choose(body["user"], body["messages"])
        except (json.JSONDecodeError, KeyError, TypeError, IndexError) as error:
            said = {"error": {"message": f"the replay cannot answer this: {error!r}", "code": 400}}
            return web.json_response(said, status=400)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        head = Playhead(0.0, chosen.pieces[-1][0])
        await response.prepare(request)
        for at, piece in chosen.pieces:
            await asyncio.sleep(head.until(at))
            await response.write(piece)
        await response.write_eof()
        return response

    def _choose(self, user: str, messages: Sequence[Mapping[str, str]]) -> Recording:
        """The recording whose question is asked, else the one whose turn it is."""
        asked = [message["content"] for message in messages if message["role"] == "user"]
        recordings = self._lists[user]
        same = [r for r in recordings if asked and r.question.lower() == asked[-1].strip().lower()]
        return same[0] if same else recordings[(len(asked) - 1) % len(recordings)]
