"""A kept session's first line makes its config again, and holds no key."""

import json
from collections.abc import Mapping

from massgen_tui.config.build import build
from massgen_tui.config.model import Config
from massgen_tui.session.agent import KeptProfile
from massgen_tui.store.head import Head, config_of, head_of

KEY, TOKEN = "sk-planted-0123456789", "tok-planted-9876543210"
VALUES = {
    "agents": [
        {
            "id": "a $${WHO}",
            "system_message": "Be $${BRIEF}.",
            "backend": {
                "type": "vllm",
                "model": "org/model",
                "base_url": "${PLACE}",
                "api_key": "${MY_KEY}",
                "temperature": 0.5,
                "extra_body": {"template": "$${literal}"},
                "extra_headers": {"x-route": "pool-${TOKEN}"},
            },
        },
        {"id": "b", "backend": {"type": "sglang", "model": "m", "api_key": KEY}},
        {"id": "c", "backend": {"type": "openai", "model": "m"}},
    ],
    "servers": [{"base_url": "other:80", "type": "vllm", "api_key": "${TOKEN}"}],
}
VARIABLES = {"PLACE": "http://box:9", "MY_KEY": KEY, "TOKEN": TOKEN, "OPENAI_API_KEY": KEY}


def kept(config: Config) -> Head:
    """The head of a session of this config, as it comes back from its file."""
    profiles = {agent.id: KeptProfile("", "", "", "") for agent in config.agents}
    line = head_of(config, profiles, 0.0).model_dump_json()
    assert KEY not in line
    assert TOKEN not in line
    return Head.model_validate(json.loads(line))


def rebuilt(variables: Mapping[str, str]) -> tuple[Config, Config]:
    config = build(VALUES, VARIABLES)
    return config, config_of(kept(config), variables)


def test_a_config_comes_back_as_it_was() -> None:
    config, again = rebuilt(VARIABLES)
    assert again.agents[0] == config.agents[0]
    assert again.agents[2] == config.agents[2]
    assert again.servers == config.servers


def test_a_key_that_stood_in_the_config_is_missed_with_a_sentence() -> None:
    config, again = rebuilt(VARIABLES)
    assert again.agents[1].settings == config.agents[1].settings
    assert again.agents[1].problem is not None
    assert "api_key in the config is not kept with a session" in again.agents[1].problem.message


def test_keys_are_those_of_today_and_settings_those_of_then() -> None:
    today = {"PLACE": "http://elsewhere:1", "MY_KEY": "sk-new", "TOKEN": TOKEN}
    config, again = rebuilt(today)
    assert again.agents[0].settings == config.agents[0].settings
    assert again.agents[0].endpoint.base_url == "http://box:9/v1"
    assert again.agents[0].endpoint.api_key is not None
    assert again.agents[0].endpoint.api_key.get_secret_value() == "sk-new"
    assert again.agents[2].problem is not None, "its provider's key is gone"
