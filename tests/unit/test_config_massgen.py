"""The configs that MassGen ships, read from its wheel: every one loads. None is kept here."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.request import build_request
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.json_schema import config_schema
from massgen_tui.config.loader import load_config

WHEEL = "massgen==0.1.97"
HOW_MANY = 276


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All of its YAML files, unpacked."""
    folder = tmp_path_factory.mktemp("massgen")
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    try:
        done = subprocess.run(
            [*pip, "--disable-pip-version-check", "-q", "-d", str(folder), WHEEL],
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{WHEEL} cannot be had: {error}")
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        pytest.skip(f"{WHEEL} cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = [
            name
            for name in wheel.namelist()
            if name.startswith("massgen/configs/") and name.endswith((".yaml", ".yml"))
        ]
        wheel.extractall(folder, names)
    return [folder / name for name in names]


def test_every_config_of_massgen_loads(
    configs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(configs) == HOW_MANY
    refused = {}
    for path in configs:
        try:
            config = load_config(path, {})
        except ConfigError as error:
            refused[path.name] = str(error)
            continue
        for agent in config.agents:
            body = build_request(agent, Call((Message("user", "hi"),))).body
            assert not {"cwd", "mcp_servers", "custom_tools", "tools"} & set(body)
        ignored = [warning for warning in config.warnings if warning.startswith("ignored")]
        assert len(ignored) <= 1
    assert refused == {}


def test_every_config_of_massgen_satisfies_the_schema(configs: list[Path]) -> None:
    validator = Draft202012Validator(config_schema())
    wrong = {
        path.name: [error.message for error in validator.iter_errors(data)][:3]
        for path in configs
        if not validator.is_valid(data := yaml.safe_load(path.read_text(encoding="utf-8")))
    }
    assert wrong == {}
