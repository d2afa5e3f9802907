"""`metrics_url`: what is an address of a page, what is refused where, what is never told."""

import json
from pathlib import Path

import pytest

from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config, Endpoint
from massgen_tui.config.secrets import all_secrets
from tests.support.configs import agent_with, problems_of

ENVIRON = {"PASS": "pa%s/ss-word", "SCRAPE": "tok-distinctive-0123456789", "NODE": "ray-head"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def backend(folder: Path, written: str) -> Endpoint:
    return agent_with(folder, f"type: vllm, model: m, metrics_url: {written}", ENVIRON).endpoint


@pytest.mark.parametrize(
    ("written", "urls"),
    [
        ("http://head:8080/metrics", ["http://head:8080/metrics"]),
        (
            "[http://a:8080, 'https://b/federate?match[]=up']",
            ["http://a:8080", "https://b/federate?match[]=up"],
        ),
        # each once, however it is written
        ("[http://a/m, http://A:80/m, 'HTTP://a/m']", ["http://a/m"]),
        ("[http://a:1/m, http://a:1/m, http://b:1/m]", ["http://a:1/m", "http://b:1/m"]),
        ("'http://${NODE}:8080/metrics'", ["http://ray-head:8080/metrics"]),
        ("'http://[::1]:8080/metrics'", ["http://[::1]:8080/metrics"]),
        ("null", []),
        ("''", []),
        ("[]", []),
    ],
)
def test_one_address_or_a_list_is_read(tmp_path: Path, written: str, urls: list[str]) -> None:
    pages = backend(tmp_path, written).metrics_pages
    assert [page.url.get_secret_value() for page in pages] == urls


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("ftp://head/metrics", "metrics_url"),
        ("file:///etc/passwd", "metrics_url"),
        ("head:8080/metrics", "metrics_url"),
        ("'http://'", "metrics_url"),
        ("'http://a b/metrics'", "metrics_url"),
        ("'http://ann:s3cret-pass@head:99999/metrics'", "metrics_url"),
        ("[http://a/m, 'gopher://ann:s3cret-pass@b/m']", "metrics_url[1]"),
        ("{url: http://a/m}", "metrics_url"),
        ("[[http://a/m]]", "metrics_url[0]"),
    ],
)
def test_what_is_none_is_refused_at_its_place_and_not_quoted(
    tmp_path: Path, written: str, place: str
) -> None:
    text = f"agents: [{{id: a, backend: {{type: vllm, model: m, metrics_url: {written}}}}}]"
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.key) == (1, f"agents[0].backend.{place}")
    assert problem.column > len("agents: [{id: a, backend: {type: vllm, model: m, ")
    assert "s3cret" not in repr(problem)


@pytest.mark.parametrize(
    ("written", "basic", "hidden"),
    [
        # ann:s3cret-pass, and with signs that an address escapes
        ("http://ann:s3cret-pass@head/m", "Basic YW5uOnMzY3JldC1wYXNz", {"s3cret-pass"}),
        ("http://ann:s3cret%40pass@head/m", "Basic YW5uOnMzY3JldEBwYXNz", {"s3cret@pass"}),
        # a name alone is a token
        ("http://ghp-token-77@head/m", "Basic Z2hwLXRva2VuLTc3Og==", {"ghp-token-77"}),
        ("'http://head/m?token=tok-77-a&x=plain'", None, {"tok-77-a"}),
        ("'http://head/m?who=${SCRAPE}'", None, {"tok-distinctive-0123456789"}),
    ],
)
def test_what_is_secret_of_an_address_is_sent_and_never_told(
    tmp_path: Path, written: str, basic: str | None, hidden: set[str]
) -> None:
    read = backend(tmp_path, written)
    (page,) = read.metrics_pages
    told = page.authorization.get_secret_value() if page.authorization else None
    assert (told, page.place) == (basic, "head/m")
    assert "@" not in page.url.get_secret_value()
    secrets = set(all_secrets(Config.model_validate({"agents": [{"id": "a", "endpoint": read}]})))
    assert hidden <= secrets
    assert not secrets & {"plain", "head", "m"}
    shown = repr(read) + json.dumps(
        read.model_dump(mode="json", exclude={"metrics_pages": {"__all__": {"hidden"}}})
    )
    assert not [secret for secret in hidden if secret in shown]


def test_servers_have_them_too(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(
        "agents: [{id: a, backend: {type: vllm, model: m}}]\n"
        "servers: [{base_url: http://b:1, metrics_url: [http://ann:s3cret-pass@c:2/m]}]\n"
    )
    config = load_config(path)
    assert [page.place for page in config.servers[0].metrics_pages] == ["c:2/m"]
    assert "s3cret-pass" in all_secrets(config)


def test_an_unset_variable_is_the_agents_problem(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, "type: vllm, model: m, metrics_url: '${NO_SUCH}'", ENVIRON)
    assert agent.problem is not None
    assert "NO_SUCH" in agent.problem.message
