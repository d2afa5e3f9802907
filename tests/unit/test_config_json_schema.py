"""The JSON Schema for editors."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from massgen_tui.config.json_schema import config_schema

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(json.dumps(config_schema()))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_our_configs_satisfy_it(validator: Draft202012Validator, path: Path) -> None:
    validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "agnets: []",
        "agents: []",
        "agents: [{id: a}]",
        "agents: [{id: a, backend: {model: m}}]",
        "agents: [{id: a, backend: {type: vllm, temperature: hot}}]",
        "agents: [{id: a, backend: {type: vllm, timeout: {conect: 1}}}]",
        "agents: [{id: a, backend: {type: vllm}}]\nui: {colour: red}",
        "agents: [{id: a, backend: {type: vllm}}]\nservers: [{type: vllm}]",
        "agents: [{id: a, backend: {type: vllm, metrics_url: {a: b}}}]",
        "agents: [{id: a, backend: {type: vllm}}]\nservers: [{base_url: b, metrics_url: [1]}]",
    ],
)
def test_what_is_wrong_does_not(validator: Draft202012Validator, text: str) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text)))


@pytest.mark.parametrize(
    "text",
    [
        "agents: [{id: a, backend: {type: vllm, temperature: '${T:-1}', timeout: 5}}]",
        "agent: {id: 7, backend: {type: sglang, model: m, brand_new: 1}}\nx-mine: 1",
        "agents: [{id: a, backend: {type: gemini, model: m}}]\norchestrator: {}",
        "agents: [{id: a, backend: {type: vllm, metrics_url: 'http://${NODE}:8080/metrics'}}]",
        "agents: [{id: a, backend: {type: vllm, metrics_url: [http://a/m, http://b/m]}}]\n"
        "servers: [{base_url: b, metrics_url: http://a/m}, {base_url: c, metrics_url: null}]",
    ],
)
def test_what_is_right_does(validator: Draft202012Validator, text: str) -> None:
    validator.validate(yaml.safe_load(text))
