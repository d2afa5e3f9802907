"""LoRA adapters take context and start command from the model that they are on."""

from pathlib import Path

import pytest

from massgen_tui.monitor.fetch import REFUSED, Answer, Fault
from massgen_tui.monitor.status import ServedModel, ServerStatus
from tests.support.paged import Paged, models, sglang_pages, vllm_pages

DATA = Path(__file__).parent.parent / "data" / "monitor"
VLLM = "python -m vllm.entrypoints.openai.api_server --model {} --port 8000"
SGLANG = "python -m sglang.launch_server --model-path {} --port 30000"


async def seen(listed: str, asked_for: str, dialect: str, command: str) -> ServerStatus:
    pages = (vllm_pages if dialect == "vllm" else sglang_pages)("")
    watched = Paged(
        pages | {"/v1/models": listed}, dialect, (asked_for,), command.format(asked_for)
    )
    return await watched.look()


async def test_a_vllm_s_adapter_has_its_parent_s_context_and_command() -> None:
    """vLLM 0.32.0 with `--lora-modules my-lora=lora1`."""
    listed = (DATA / "vllm-0.32.0-lora-models.json").read_text()
    status = await seen(listed, "my-lora", "vllm", VLLM)
    assert status.models == (ServedModel("Qwen/Qwen3-4B", 4096), ServedModel("my-lora", 4096))
    assert status.start_command == (
        VLLM.format("Qwen/Qwen3-4B") + " --enable-lora --lora-modules my-lora=lora1"
    )
    assert status.notes == ()


@pytest.mark.parametrize(
    ("dialect", "command", "flags"),
    [
        ("vllm", VLLM, "--enable-lora --lora-modules '/l/a b=/l/sql'"),
        ("sglang", SGLANG, "--lora-paths '/l/a b=/l/sql'"),
    ],
)
async def test_each_kind_is_started_with_its_own_flags(
    dialect: str, command: str, flags: str
) -> None:
    """A name that a shell would split; SGLang 0.5 lists adapters alike."""
    listed = models(
        {"id": "base", "owned_by": dialect, "max_model_len": 8192, "parent": None},
        {"id": "/l/a b", "owned_by": dialect, "root": "/l/sql", "parent": "base"},
    )
    command_of = command.replace("{}", "'{}'")
    status = await seen(listed, "/l/a b", dialect, command_of)
    assert status.start_command == f"{command.format('base')} {flags}"
    assert status.context_length("/l/a b") == 8192


async def test_an_adapter_of_its_own_length_or_of_an_unknown_parent_keeps_what_it_says() -> None:
    listed = models(
        {"id": "base", "owned_by": "vllm", "max_model_len": 8192},
        {"id": "short", "owned_by": "vllm", "max_model_len": 512, "parent": "base"},
        {"id": "lost", "owned_by": "vllm", "parent": "gone"},
        {"id": "odd", "owned_by": "vllm", "parent": 7},
    )
    status = await seen(listed, "base", "vllm", VLLM)
    assert [model.context_length for model in status.models] == [8192, 512, None, None]
    assert status.start_command == VLLM.format("base"), "the base itself is asked for"


async def test_the_command_of_one_that_went_down_is_still_that_of_its_parent() -> None:
    listed = (DATA / "vllm-0.32.0-lora-models.json").read_text()
    pages = vllm_pages("") | {"/v1/models": listed}
    watched = Paged(pages, "vllm", ("my-lora",), VLLM.format("my-lora"))
    await watched.look()
    gone = Answer(fault=Fault.REFUSED, words=REFUSED)
    watched.wire.pages = dict.fromkeys(watched.wire.pages, gone)
    status = await watched.look()
    assert status.startable
    assert "--model Qwen/Qwen3-4B" in status.start_command
