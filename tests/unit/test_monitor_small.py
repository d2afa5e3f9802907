"""Servers that a look could disturb, and small ones that tell no numbers: named, and left alone."""

import json
from pathlib import Path

import pytest

from massgen_tui.monitor.fetch import REFUSED, Answer, Fault
from massgen_tui.monitor.status import ServerState
from tests.support.paged import ROOT, Paged, models, vllm_pages

DATA = Path(__file__).parent.parent / "data" / "monitor"
LISTED = (DATA / "llama-cpp-python-0.3.36-models.json").read_text()
OK = '{"status":"ok"}'


def headed(body: str, server: str, status: int = 200) -> Answer:
    return Answer(status, body.encode(), server=server)


def llama_cpp_python(**more: str) -> dict[str, str | Answer]:
    pages: dict[str, str | Answer] = {"/v1/models": LISTED, "/docs": "<html>"}
    return pages | more


async def test_llama_cpp_python_is_named_and_asked_for_its_models_once() -> None:
    """llama-cpp-python 0.3.36: any GET of /v1/models ends the answer under way."""
    watched = Paged(llama_cpp_python(), "chatcompletion")
    status = await watched.looks(120)
    assert (status.state, status.kind) == (ServerState.UP, "llama-cpp-python")
    assert watched.wire.asked.count("/v1/models") == 1
    assert set(watched.wire.asked) == {"/v1/models", "/docs"}


async def test_that_its_agents_cut_each_other_off_is_said_with_the_switch_that_ends_it() -> None:
    (note,) = (n for n in (await Paged(llama_cpp_python()).look()).notes if "one request" in n)
    assert "--interrupt_requests false" in note


async def test_it_lives_though_the_page_that_is_asked_is_switched_off() -> None:
    pages = llama_cpp_python()
    del pages["/docs"]
    watched = Paged(pages)
    await watched.looks(10)
    assert watched.wire.asked.count("/docs") == 4, "a 404 is an answer, and not remembered"
    watched.wire.pages["/docs"] = Answer(fault=Fault.REFUSED, words=REFUSED)
    assert (await watched.look()).state is ServerState.DOWN


@pytest.mark.parametrize(
    "pages",
    [
        llama_cpp_python(),
        {"/v1/models": models({"id": "m"})},
        {"/v1/models": models({"id": "koboldcpp/m", "owned_by": "koboldcpp"})},
    ],
)
async def test_nothing_is_asked_of_it_while_an_answer_of_ours_is_open(
    pages: dict[str, str | Answer],
) -> None:
    watched = Paged(pages, "chatcompletion")
    before = await watched.look()
    watched.monitor.await_answers({ROOT})
    watched.wire.asked.clear()
    for _ in range(20):
        watched.monitor.talked(ROOT, watched.clock.now + 2)
        status = await watched.look()
        assert (status.state, status.kind) == (ServerState.UP, before.kind)
        assert status.checked_at == watched.clock.now, "the stream is the sign of life"
    assert watched.wire.asked == []
    watched.monitor.await_answers(())
    await watched.look()
    assert watched.wire.asked


async def test_a_stream_that_says_nothing_is_no_sign_of_life_and_still_not_disturbed() -> None:
    watched = Paged(llama_cpp_python())
    before = await watched.look()
    watched.monitor.await_answer(ROOT)
    watched.wire.asked.clear()
    status = await watched.look(60)
    assert (status.checked_at, watched.wire.asked) == (before.checked_at, [])


async def test_a_server_that_was_never_looked_at_is_not_disturbed_either() -> None:
    watched = Paged(llama_cpp_python(), "chatcompletion")
    watched.monitor.await_answers({ROOT})
    watched.monitor.talked(ROOT, watched.clock.now + 2)
    status = await watched.look()
    assert (status.state, status.kind, watched.wire.asked) == (ServerState.UP, "", [])


async def test_a_prompt_that_is_sent_in_the_middle_of_a_look_ends_it() -> None:
    watched = Paged({"/v1/models": models({"id": "m"})}, "chatcompletion")
    watched.wire.seen = lambda _: watched.monitor.await_answer(ROOT)
    await watched.look()
    assert watched.wire.asked == ["/v1/models"]


async def test_harmless_paths_of_a_known_kind_go_on_while_it_answers_us() -> None:
    watched = Paged(vllm_pages("vllm:num_requests_running 1\n"))
    await watched.look()
    watched.monitor.await_answers({ROOT})
    watched.wire.asked.clear()
    assert (await watched.look()).running == 1
    assert watched.wire.asked == ["/health", "/metrics"]


TRANSFORMERS = json.dumps({"paths": {"/v1/chat/completions": {}, "/load_model": {}, "/reset": {}}})
LLAMA = json.dumps({"paths": {"/v1/chat/completions": {}, "/extras/tokenize": {}}})


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        # transformers 5.23: its list is that of a cache, by author
        (
            {
                "/v1/models": models({"id": "Qwen/Qwen3-4B", "owned_by": "Qwen"}),
                "/openapi.json": TRANSFORMERS,
                "/health": OK,
            },
            "transformers serve",
        ),
        (
            {"/v1/models": models(), "/openapi.json": TRANSFORMERS, "/health": OK},
            "transformers serve",
        ),
        (
            {
                "/v1/models": Answer(500, b"Internal Server Error"),
                "/openapi.json": TRANSFORMERS,
                "/health": OK,
            },
            "transformers serve",
        ),
        # mlx-lm 0.32.2: http.server, no owner
        (
            {
                "/v1/models": headed(models({"id": "/m"}), "BaseHTTP/0.6 Python/3.12.3"),
                "/health": OK,
            },
            "mlx-lm",
        ),
        # optillm 0.4.0 on Flask: the list is its upstream's, owner and all
        (
            {
                "/v1/models": headed(
                    models({"id": "m", "owned_by": "vllm"}), "Werkzeug/3.1.3 Python/3.12.3"
                ),
                "/health": OK,
            },
            "optillm",
        ),
        ({"/v1/models": models({"id": "m", "owned_by": "optillm"}), "/health": OK}, "optillm"),
        # a list that was patched to name another owner
        (
            {
                "/v1/models": models({"id": "m", "owned_by": "acme"}),
                "/openapi.json": LLAMA,
                "/docs": "",
            },
            "llama-cpp-python",
        ),
    ],
)
async def test_small_servers_are_named_by_what_they_answer(
    pages: dict[str, str | Answer], kind: str
) -> None:
    watched = Paged(pages, "chatcompletion")
    status = await watched.looks(5)
    assert (status.state, status.kind) == (ServerState.UP, kind)


@pytest.mark.parametrize("server", ["BaseHTTP/0.6 Python/3.12.3", "Werkzeug/3.1.3 Python/3.12.3"])
@pytest.mark.parametrize("health", ["", '{"status":"healthy"}', '{"status":"ok","worker":1}'])
async def test_a_server_of_one_s_own_in_python_is_not_taken_for_one_of_them(
    server: str, health: str
) -> None:
    pages: dict[str, str | Answer] = {"/health": health}
    pages["/v1/models"] = headed(models({"id": "m"}), server)
    assert (await Paged(pages, "chatcompletion").look()).kind == ""


async def test_whoever_says_me_without_permissions_is_not_taken_for_llama_cpp_python() -> None:
    pages = {"/v1/models": models({"id": "m", "owned_by": "me"})}
    assert (await Paged(pages, "chatcompletion").look()).kind == ""


@pytest.mark.parametrize("kind", ["transformers serve", "mlx-lm"])
async def test_one_whose_engine_died_is_down_not_loading(kind: str) -> None:
    server = "BaseHTTP/0.6 Python/3.12.3" if kind == "mlx-lm" else "uvicorn"
    pages: dict[str, str | Answer] = {
        "/v1/models": headed(models({"id": "m"}), server),
        "/openapi.json": TRANSFORMERS,
        "/health": OK,
    }
    watched = Paged(pages, "chatcompletion")
    assert (await watched.look()).kind == kind
    watched.wire.pages["/health"] = Answer(503, b'{"status":"unavailable"}')
    assert (await watched.look()).state is ServerState.DOWN


@pytest.mark.parametrize("metrics", ["vllm:num_requests_running 1\n", "", Answer(404)])
async def test_a_prompt_that_is_sent_before_the_first_look_hides_no_server(
    metrics: str | Answer,
) -> None:
    """What the config says is proven by paths that disturb nobody, whatever stands there."""
    watched = Paged(vllm_pages("") | {"/metrics": metrics})
    watched.monitor.await_answers({ROOT})
    status = await watched.look()
    assert "/v1/models" not in watched.wire.asked
    proven = metrics == "vllm:num_requests_running 1\n"
    assert (status.running, status.kind) == ((1, "vLLM") if proven else (None, ""))
    watched.monitor.talked(ROOT, watched.clock.now + 2)
    status = await watched.look()
    assert status.state is ServerState.UP
    assert ("/v1/models" in watched.wire.asked) is proven


async def test_a_llama_cpp_python_that_the_config_calls_vllm_is_not_disturbed_by_that() -> None:
    watched = Paged(llama_cpp_python())
    watched.monitor.await_answers({ROOT})
    await watched.looks(20)
    assert not {"/v1/models", "/docs"} & set(watched.wire.asked)
