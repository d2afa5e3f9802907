"""The demo with its real engine and its real model, where both can be had."""

import sys
import urllib.error
import urllib.request
from importlib.util import find_spec

import pytest

from massgen_tui import demo_command, paths
from massgen_tui.demo import template
from massgen_tui.demo.errors import ModelUnavailable
from massgen_tui.demo.fetch import ensure_model
from massgen_tui.demo.model import SMOLLM2
from massgen_tui.demo.progress import Progress
from massgen_tui.demo.server import ModelServer
from massgen_tui.headless import Options, run


@pytest.fixture
def server() -> ModelServer:
    if find_spec("xllamacpp") is None:
        pytest.skip("the extra 'demo' is not installed: no wheel for this machine, or no network")
    try:
        directory = paths.cache_dir() / "models"
        model = ensure_model(directory, Progress(sys.stderr), seconds=100)
        return ModelServer(model, SMOLLM2.name)
    except (ModelUnavailable, OSError) as error:
        pytest.skip(f"the model cannot be had: {error}")


@pytest.mark.timeout(180)
def test_two_agents_answer_from_the_real_model(
    server: ModelServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with server:
        config = demo_command.live_config(server, SMOLLM2.name, screen=False)
        code = run(config, Options(template.QUESTION, reasoning=True, timings=True))
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{server.base_url}/v1/models", timeout=10)
    printed = capfd.readouterr()
    assert code == 0
    thinking, plain = printed.out.split("## plain")
    assert "### reasoning" in thinking
    assert "### answer" in thinking
    assert "### reasoning" not in plain
    assert len(plain.split()) > 10
    assert "TTFT" in plain
    assert server.key not in printed.out + printed.err
