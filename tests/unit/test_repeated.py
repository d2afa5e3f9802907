"""A GET that is repeated is asked and answered as the first one was, whatever the answer."""

import asyncio
from dataclasses import replace

import pytest

from massgen_tui.monitor.fetch import Answer, Fault, Fetcher
from tests.support.server import (
    CRLF,
    END,
    Close,
    Hang,
    Reset,
    ScriptedServer,
    Step,
    chunk,
    head,
    whole,
)

FINE = whole(200, b"fine", "text/plain", server="uvicorn", date="Sun")
PATH = "/metrics"
OWN = [("X-Own", "né"), ("Authorization", "Bearer other")]


async def asked(fetcher: Fetcher, server: ScriptedServer) -> Answer:
    answer = await fetcher.get(f"{server.root}{PATH}?a=b%20c", key="secret", headers=OWN)
    return replace(answer, seconds=0.0)


async def test_it_is_asked_in_the_same_bytes_and_on_one_connection() -> None:
    async with ScriptedServer() as server:
        server.route("GET", PATH, FINE)
        fetcher = Fetcher()
        answers = [await asked(fetcher, server) for _ in range(5)]
        assert len(server.requests) == 5
        assert len({one.raw_head for one in server.requests}) == 1
        assert [one.connection for one in server.requests] == [1, 2, 2, 2, 2]
        assert set(answers) == {Answer(200, b"fine", "uvicorn")}
        await fetcher.aclose()
        await server.all_closed()


LATER: dict[str, tuple[Step, ...]] = {
    "another body": (whole(200, b"other"),),
    "no body": (whole(200, b""),),
    "a large body": (whole(200, b"x" * 300_000),),
    "too large a body": (whole(200, b"x" * 3000),),
    "in pieces": (FINE[:9], FINE[9:60], FINE[60:]),
    "404": (whole(404, {"detail": "Not Found"}),),
    "401": (whole(401, {"error": "no"}),),
    "500": (whole(500, b"<html>"),),
    "503": (whole(503, b""),),
    "redirect": (whole(302, b"", location="http://elsewhere/"),),
    "another server": (whole(200, b"fine", server="nginx"),),
    "chunked": (head(200, "text/plain"), chunk(b"fi"), chunk(b"ne"), END),
    "chunks cut off": (head(200, "text/plain"), chunk(b"fi"), Close()),
    "until the end": (head(200, "text/plain", connection="close"), b"fine", Close()),
    "closes after it": (whole(200, b"fine", connection="close"), Close()),
    "closes silently after it": (FINE, Close()),
    "no content": (b"HTTP/1.1 204 None\r\n\r\n",),
    "cut off": (head(200, content_length="100"), b"fi", Close()),
    "reset": (head(200, content_length="100"), b"fi", Reset()),
    "closed": (Close(),),
    "reset at once": (Reset(),),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n\r\n", Close()),
    "HTTP/1.0": (FINE.replace(b"HTTP/1.1", b"HTTP/1.0"), Close()),
    "a strange length": (FINE.replace(b"length: 4", b"length: +4"), Close()),
    "two lengths": (FINE.replace(CRLF * 2, b"\r\ncontent-length: 5\r\n\r\n"), Close()),
    "a folded line": (FINE.replace(b"date: Sun", b"date: Sun\r\n 29 Nov"), Close()),
    "more than its length": (FINE + b"HTTP/1.1 200 OK\r\n", Close()),
    "packed": (whole(200, b"fine", content_encoding="gzip"),),
    "continue before it": (b"HTTP/1.1 100 Continue\r\n\r\n" + FINE,),
    "an endless head": (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000, Close()),
    "nothing": (Hang(),),
    "half a head": (FINE[:30], Hang()),
    "half a body": (FINE[:-2], Hang()),
}


@pytest.mark.parametrize("name", LATER)
async def test_whatever_comes_later_is_told_as_if_it_had_come_first(name: str) -> None:
    limit = 1000 if name.startswith("too") else 2**20
    async with ScriptedServer() as server:
        server.route("GET", PATH, FINE)
        knows, fresh = (
            Fetcher(timeout=0.3, limit=limit, page_limit=limit),
            Fetcher(timeout=0.3, limit=limit, page_limit=limit),
        )
        for _ in range(2):
            assert (await asked(knows, server)).body == b"fine"
        server.route("GET", PATH, *LATER[name])
        first = await asked(fresh, server)
        assert [await asked(knows, server) for _ in range(3)] == [first] * 3
        server.route("GET", PATH, FINE)
        assert {(await asked(knows, server)).body for _ in range(3)} == {b"fine"}
        for fetcher in (knows, fresh):
            await fetcher.aclose()
        await server.all_closed()


async def test_a_server_that_is_gone_and_comes_back_is_told_so() -> None:
    fetcher = Fetcher()
    async with ScriptedServer() as server:
        port = server.port
        server.route("GET", PATH, FINE)
        for _ in range(2):
            assert (await asked(fetcher, server)).ok
    assert (await asked(fetcher, server)).fault is Fault.REFUSED
    async with ScriptedServer(port=port) as server:
        server.route("GET", PATH, FINE)
        for _ in range(3):
            assert (await asked(fetcher, server)).ok
        assert len(server.requests) == 3
    await fetcher.aclose()


async def test_what_is_never_plain_is_asked_once_a_time() -> None:
    async with ScriptedServer() as server:
        server.route("GET", PATH, *LATER["chunked"])
        fetcher = Fetcher()
        for _ in range(4):
            assert (await asked(fetcher, server)).body == b"fine"
        assert len(server.requests) == 4
        await fetcher.aclose()


async def test_several_at_once_share_no_connection() -> None:
    async with ScriptedServer() as server:
        server.route("GET", PATH, FINE)
        fetcher = Fetcher()
        await asked(fetcher, server)
        answers = await asyncio.gather(*(asked(fetcher, server) for _ in range(8)))
        assert {answer.body for answer in answers} == {b"fine"}
        assert {(await asked(fetcher, server)).body for _ in range(3)} == {b"fine"}
        await fetcher.aclose()
        await server.all_closed()


async def test_one_that_is_given_up_leaves_no_answer_to_the_next() -> None:
    async with ScriptedServer() as server:
        server.route("GET", PATH, FINE)
        fetcher = Fetcher(timeout=0.2)
        for _ in range(2):
            await asked(fetcher, server)
        server.route("GET", PATH, Hang())
        assert (await asked(fetcher, server)).fault is Fault.TIMEOUT
        server.route("GET", PATH, FINE)
        assert (await asked(fetcher, server)).body == b"fine"
        await fetcher.aclose()
