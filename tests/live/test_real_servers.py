"""The config of the guide on a real vLLM and a real SGLang (`make live`), for who has both running.

They must serve `Qwen/Qwen3-4B` on ports 8000 and 30000 with a reasoning parser and a tool parser.
Nothing here looks at how good an answer is; a server's first request may take half a minute.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

CONFIG = Path(__file__).parents[2] / "configs" / "two_qwen_vllm_sglang.yaml"


def run(config: Path, prompt: str, *options: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code and the answer of each agent by its id."""
    command = [sys.executable, "-m", "massgen_tui", "run", str(config), prompt, "--format", "json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    answers = json.loads(done.stdout)["agents"]
    return done.returncode, {answer["agent"]: answer for answer in answers}


def changed(tmp_path: Path, **parameters: object) -> Path:
    """The guide's config with other parameters in both backends."""
    config = yaml.safe_load(CONFIG.read_text())
    for agent in config["agents"]:
        agent["backend"].pop("chat_template_kwargs", None)
        agent["backend"].pop("extra_body", None)
        agent["backend"].update(parameters)
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def test_both_answer_with_reasoning_apart() -> None:
    code, answers = run(CONFIG, "Hello!")
    assert code == 0
    assert {answer["server"] for answer in answers.values()} == {
        "http://localhost:8000",
        "http://localhost:30000",
    }
    for answer in answers.values():
        assert answer["status"] == "done"
        assert answer["reasoning"].strip()
        assert answer["content"].strip()
        assert "<think>" not in answer["content"]
        assert answer["usage"]["completion_tokens"] > 0
        assert answer["timing"]["ttft_s"] > 0


def test_thinking_is_switched_off(tmp_path: Path) -> None:
    code, answers = run(changed(tmp_path, enable_thinking=False), "Hello!")
    assert code == 0
    for answer in answers.values():
        assert answer["reasoning"] == ""
        assert answer["content"].strip()


def test_thoughts_that_use_up_the_limit_say_so(tmp_path: Path) -> None:
    code, answers = run(changed(tmp_path, max_tokens=12), "Write a Python function for fibonacci")
    assert code == 0
    for answer in answers.values():
        assert answer["finish_reason"] == "length"
        assert answer["content"].strip() == ""


def test_an_unknown_model_is_named_with_those_served(tmp_path: Path) -> None:
    config = yaml.safe_load(CONFIG.read_text())
    config["agents"][0]["backend"]["model"] = "nope/none"
    path = tmp_path / "unknown.yaml"
    path.write_text(yaml.safe_dump(config))
    code, answers = run(path, "Hello!")
    assert code == 2
    error = answers["qwen1"]["error"]
    assert error["kind"] == "not_found"
    assert error["status"] == 404
    assert "Qwen/Qwen3-4B" in error["message"] + error["hint"]
    assert answers["qwen2"]["status"] == "done"


def test_a_tool_call_is_shown_and_not_executed(tmp_path: Path) -> None:
    tool = {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
    config = changed(tmp_path, tools=[tool], tool_choice="auto", temperature=0)
    code, answers = run(config, "What is the weather in Paris?")
    assert code == 0
    for answer in answers.values():
        assert answer["status"] == "done"
        for call in answer["tool_calls"]:
            assert isinstance(call["arguments"], str)


def test_cold_answers_find_nothing_in_the_cache(tmp_path: Path) -> None:
    prompt = "Name three sorting algorithms and say when each is the best choice. " * 25
    config = changed(tmp_path, enable_thinking=False, max_tokens=8)
    hits = []
    for options in ((), (), ("--cold",)):
        code, answers = run(config, prompt, *options)
        assert code == 0
        assert {answer["cold"] for answer in answers.values()} == {bool(options)}
        hits.append([answer["usage"]["cached_tokens"] for answer in answers.values()])
    told = [(warm, cold) for warm, cold in zip(*hits[1:], strict=True) if warm is not None]
    assert all(cold == 0 for _, cold in told), "where the servers are started to tell"


def coordinated(config: Path, prompt: str) -> dict[str, Any]:
    """What the agents came to."""
    command = [sys.executable, "-m", "massgen_tui", "run", str(config), prompt]
    done = subprocess.run(
        [*command, "--coordinate", "--format", "json"], capture_output=True, text=True, check=False
    )
    came: dict[str, Any] = json.loads(done.stdout)["coordination"]
    assert done.returncode == (2 if came["out"] else 0)
    return came


def test_they_agree_by_tool_calls(tmp_path: Path) -> None:
    path = changed(tmp_path, temperature=0, enable_thinking=False)
    config = yaml.safe_load(path.read_text())
    asked = "List three sorting algorithms"
    known = {"round": "Vote for the best answer", "present": asked}
    path.write_text(yaml.safe_dump(config | {"orchestrator": {"prompts": known}}))
    came = coordinated(path, asked)
    assert (came["requests"], came["rounds"], came["by"]) == (5, 2, "votes")
    assert came["way"] == {"qwen1": "tools", "qwen2": "tools"}
    assert len({vote["for"] for vote in came["votes"] if vote["counted"]}) == 1
    assert came["prompt_tokens"] <= 1500
    assert "Quicksort" in came["final"]


def test_they_end_with_the_best_there_is_whatever_they_say() -> None:
    came = coordinated(CONFIG, "Hello!")
    assert came["final"].strip()
    assert came["winner"] in [answer["name"] for answer in came["answers"]]
    assert came["rounds"] <= 4
    assert came["prompt_tokens"] > 0
    assert set(came["way"]) <= {"qwen1", "qwen2"}
