"""A key goes to its own provider over https, or to nobody."""

from pathlib import Path

import pytest

from massgen_tui.config.model import AgentConfig
from massgen_tui.dialects import DIALECTS, Dialect
from tests.support.configs import agent_with, loaded

HOSTED = [dialect for dialect in DIALECTS if dialect.hosted]
EVERY_KEY = {name: f"key-of-{name}" for dialect in DIALECTS for name in dialect.key_vars} | {
    "OPENAI_API_KEY": "key-of-OPENAI_API_KEY"
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def key_of(agent: AgentConfig) -> str | None:
    secret = agent.endpoint.api_key
    return secret.get_secret_value() if secret else None


@pytest.mark.parametrize("dialect", HOSTED, ids=lambda dialect: dialect.name)
def test_a_provider_gets_its_own_key_at_each_of_its_hosts(tmp_path: Path, dialect: Dialect) -> None:
    for kind in (dialect.name, "chatcompletion"):
        for host in dialect.hosts:
            agent = agent_with(
                tmp_path, f"type: {kind}, model: m, base_url: 'https://{host}'", EVERY_KEY
            )
            assert agent.problem is None
            assert key_of(agent) == f"key-of-{dialect.key_vars[0]}"


@pytest.mark.parametrize("dialect", HOSTED, ids=lambda dialect: dialect.name)
def test_without_its_key_a_provider_s_agent_says_which_variable_to_set(
    tmp_path: Path, dialect: Dialect
) -> None:
    blank = dict.fromkeys(dialect.key_vars, "  ")
    agent = agent_with(tmp_path, f"type: {dialect.name}, model: m", blank)
    assert agent.problem is not None
    assert all(name in agent.problem.hint for name in dialect.key_vars)


def test_the_first_variable_that_is_set_wins(tmp_path: Path) -> None:
    environ = {"MOONSHOT_API_KEY": "", "MOONSHOTAI_API_KEY": "second", "KIMI_API_KEY": "third"}
    agent = agent_with(tmp_path, "type: moonshot, model: m", environ)
    assert (key_of(agent), agent.endpoint.key_source) == ("second", "MOONSHOTAI_API_KEY")


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000/v1",
        "http://127.0.0.1/v1",
        "https://api.openai.com.evil.example/v1",
        "https://evil.example/api.openai.com/v1",
        "https://xapi.openai.com/v1",
        "https://api.openai.com.:443/v1",
        "https://z.ai/v1",
        "http://gpu-box:8000",
    ],
)
@pytest.mark.parametrize("kind", ["chatcompletion", "openai", "cerebras", "zai", "llamacpp"])
def test_no_key_of_the_environment_goes_to_an_address_in_no_table(
    tmp_path: Path, kind: str, address: str
) -> None:
    agent = agent_with(tmp_path, f"type: {kind}, model: m, base_url: '{address}'", EVERY_KEY)
    assert agent.problem is None
    assert agent.endpoint.api_key is None


@pytest.mark.parametrize("address", ["http://api.openai.com/v1", "https://api.openai.com:8443/v1"])
@pytest.mark.parametrize("kind", ["openai", "chatcompletion"])
def test_a_provider_s_key_goes_over_https_only(tmp_path: Path, kind: str, address: str) -> None:
    agent = agent_with(tmp_path, f"type: {kind}, model: m, base_url: '{address}'", EVERY_KEY)
    assert agent.endpoint.api_key is None
    assert agent.problem is not None
    assert "https" in agent.problem.message


def test_one_provider_s_key_never_goes_to_another(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path, "type: openai, model: m, base_url: 'https://api.groq.com/openai/v1'", EVERY_KEY
    )
    assert key_of(agent) == "key-of-GROQ_API_KEY"
    agent = agent_with(
        tmp_path,
        "type: zai, model: m, base_url: 'https://api.cerebras.ai/v1'",
        {"ZAI_API_KEY": "z"},
    )
    assert agent.endpoint.api_key is None
    assert agent.problem is not None


def test_a_key_that_is_not_sent_elsewhere_is_spoken_of(tmp_path: Path) -> None:
    text = "agents: [{id: a, backend: {type: openai, model: m, base_url: 'http://box:8000'}}]"
    (warning,) = loaded(tmp_path, text, EVERY_KEY).warnings
    assert "OPENAI_API_KEY" in warning
    assert "key-of" not in warning


@pytest.mark.parametrize(("kind", "name"), [("vllm", "VLLM_API_KEY"), ("sglang", "SGLANG_API_KEY")])
@pytest.mark.parametrize("address", ["http://localhost:1/v1", "http://gpu-box:8000/v1"])
def test_the_servers_own_variables_belong_to_their_type_at_any_address(
    tmp_path: Path, kind: str, name: str, address: str
) -> None:
    backend = f"type: {kind}, model: m, base_url: '{address}'"
    assert key_of(agent_with(tmp_path, backend, EVERY_KEY)) == f"key-of-{name}"
    assert key_of(agent_with(tmp_path, backend, {name: ""})) is None


def test_a_key_in_the_file_goes_wherever_its_agent_does(tmp_path: Path) -> None:
    for kind in ("vllm", "chatcompletion", "openai"):
        agent = agent_with(
            tmp_path,
            f"type: {kind}, model: m, base_url: 'http://h:1', api_key: ' mine '",
            EVERY_KEY,
        )
        assert (key_of(agent), agent.endpoint.key_source) == ("mine", "api_key in the config")


def test_a_key_may_come_from_a_variable_and_is_unset_when_empty(tmp_path: Path) -> None:
    backend = "type: cerebras, model: m, api_key: '${MINE:-}'"
    assert key_of(agent_with(tmp_path, backend, {"MINE": "m"})) == "m"
    assert agent_with(tmp_path, backend).problem is not None
    assert key_of(agent_with(tmp_path, backend, {"CEREBRAS_API_KEY": "c"})) == "c"


def test_a_key_of_dotenv_is_found(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CEREBRAS_API_KEY='from file'\r\n", encoding="utf-8")
    agent = agent_with(tmp_path, "type: cerebras, model: m")
    assert key_of(agent) == "from file"


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "a\x1bb", "a\x00b"])
def test_a_key_that_no_header_can_hold_is_a_problem_without_the_key(
    tmp_path: Path, key: str
) -> None:
    agent = agent_with(tmp_path, "type: cerebras, model: m", {"CEREBRAS_API_KEY": key})
    assert agent.endpoint.api_key is None
    assert agent.problem is not None
    assert key not in f"{agent.problem!r}"


def test_no_representation_of_a_config_holds_a_key(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "agents: [{id: a, backend: {type: vllm, model: m, api_key: hidden1}}, "
        "{id: b, backend: {type: cerebras, model: m}}]\n"
        "servers: [{base_url: 'http://h', api_key: hidden2}]",
        {"CEREBRAS_API_KEY": "hidden3"},
    )
    assert "hidden" not in f"{config!r}{config}{config.model_dump()}{config.model_dump_json()}"
