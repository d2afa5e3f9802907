"""`extra_headers` and `extra_query`: what is taken, what is refused where, what is never told."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from massgen_tui.config.model import Config, Endpoint
from massgen_tui.config.secrets import all_secrets
from massgen_tui.dialects.headers import is_secret, missing_headers
from tests.support.configs import agent_with, loaded, problems_of, warnings_with

TOKEN = "tok-distinctive-0123456789"
ENVIRON = {"TEAM_TOKEN": TOKEN, "TEAM": "blue-team", "VLLM_API_KEY": "key-of-the-environment"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def backend(folder: Path, extras: str, kind: str = "vllm") -> Endpoint:
    return agent_with(folder, f"type: {kind}, model: m, {extras}", ENVIRON).endpoint


def test_headers_and_query_are_read_in_order_as_they_are_written(tmp_path: Path) -> None:
    read = backend(
        tmp_path,
        "extra_headers: {x-portkey-provider: openai, X-Retries: 3, x-on: true, x-none: null}, "
        "extra_query: {api-version: 2024-05-01, trace: false}",
    )
    assert [header.pair for header in read.extra_headers] == [
        ("x-portkey-provider", "openai"),
        ("X-Retries", "3"),
        ("x-on", "true"),
    ]
    assert [one.pair for one in read.extra_query] == [
        ("api-version", "2024-05-01"),
        ("trace", "false"),
    ]
    assert [header.shown for header in read.extra_headers] == ["openai", "3", "true"]
    assert all_secrets_of(read) == {"key-of-the-environment"}


def all_secrets_of(read: Endpoint) -> set[str]:
    agent = {"id": "a", "endpoint": read}
    return set(all_secrets(Config.model_validate({"agents": [agent]})))


@pytest.mark.parametrize(
    ("written", "shown", "hidden"),
    [
        ("x-team: 'team-${TEAM}'", "team-${TEAM}", {"blue-team", "team-blue-team"}),
        ("Authorization: 'Bearer ${TEAM_TOKEN}'", "Bearer ${TEAM_TOKEN}", {TOKEN}),
        ("authorization: Bearer sk-literal-1", "***", {"sk-literal-1"}),
        ("x-team: '${UNSET:-fallback-1}'", "${UNSET}", {"fallback-1"}),
        ("x-api-key: 'prefix-${TEAM_TOKEN}'", "***${TEAM_TOKEN}", {TOKEN, f"prefix-{TOKEN}"}),
        ("Cookie: 'session=c00kie-value; a=b'", "***", {"c00kie-value"}),
        (
            f"Authorization: Basic {b64encode(b'ann:s3cret-pass').decode()}",
            "***",
            {"s3cret-pass", "ann:s3cret-pass"},
        ),
    ],
)
def test_a_secret_is_known_by_its_name_or_its_variable_and_never_shown(
    tmp_path: Path, written: str, shown: str, hidden: set[str]
) -> None:
    read = backend(tmp_path, f"extra_headers: {{{written}}}")
    (header,) = read.extra_headers
    assert header.secret
    assert header.shown == shown
    assert hidden <= all_secrets_of(read)
    assert not any(secret in repr(read) for secret in hidden)
    dumped = json.dumps(read.model_dump(mode="json"))
    assert not any(secret in dumped for secret in hidden)


def test_a_secret_parameter_is_hidden_as_it_stands_in_an_address_too(tmp_path: Path) -> None:
    read = backend(tmp_path, "extra_query: {key: 'a/b c+d=='}")
    assert {"a/b c+d==", "a%2Fb%20c%2Bd%3D%3D", "a%2Fb+c%2Bd%3D%3D"} <= all_secrets_of(read)
    assert read.extra_query[0].shown == "***"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Authorization", True),
        ("x-portkey-provider", False),
        ("x-portkey-api-key", True),
        ("Ocp-Apim-Subscription-Key", True),
        ("X-Auth-Token", True),
        ("client_secret", True),
        ("X-DB-Password", True),
        ("Cookie", True),
        ("x-keycloak-realm", False),
        ("x-tenant", False),
    ],
)
def test_a_name_says_whether_it_holds_a_secret(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "content-length", "Content-Type", "Transfer-Encoding", "connection"),
        *("ACCEPT-ENCODING", "TE", "Trailer", "Upgrade", "Expect"),
        *("Proxy-Authorization", "proxy-connection"),
        *("'x y'", "'x:y'", "''", "'x\\ty'", "ünicode", "'x(y)'", '"x\\r\\ny"'),
    ],
)
def test_headers_that_are_not_one_s_own_and_names_that_are_none_are_refused(
    tmp_path: Path, name: str
) -> None:
    text = f"""\
        agents:
        - id: a
          backend:
            type: vllm
            model: m
            extra_headers:
              x-fine: 1
              {name}: value-that-is-not-told
        """
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.column) == (8, 7)
    assert problem.key.startswith("agents[0].backend.extra_headers.")
    assert "value-that-is-not-told" not in str(problem)


@pytest.mark.parametrize("key", ["extra_headers", "extra_query"])
@pytest.mark.parametrize(
    "value",
    [
        '"told-never\\r\\nX-Evil: 1"',
        '"told-never\\nX-Evil: 1"',
        '"told-never\\0"',
        '"told-never\\x7f"',
        '"told-never\\e[2J"',
        '"told-never\\u202e"',
        "[told-never]",
        "{a: told-never}",
    ],
)
@pytest.mark.parametrize("section", ["backend", "servers"])
def test_a_value_that_cannot_be_sent_is_refused_at_its_place(
    tmp_path: Path, key: str, value: str, section: str
) -> None:
    agents = "agents:\n- id: a\n  backend:\n    type: vllm\n    model: m\n"
    if section == "servers":
        text = f"{agents}servers:\n- base_url: http://h:1\n  {key}:\n    x-one: {value}\n"
        place = (9, 12)
    else:
        text = f"{agents}    {key}:\n      x-one: {value}\n"
        place = (7, 14)
    problems = problems_of(tmp_path, text)
    assert [(one.line, one.column) for one in problems] == [place]
    assert "told-never" not in str(problems)


@pytest.mark.parametrize("hostile", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\x1b[2J", "a\x85b"])
def test_control_characters_of_a_variable_are_refused_and_not_told(
    tmp_path: Path, hostile: str
) -> None:
    text = "agents: [{id: a, backend: {type: vllm, model: m, extra_headers: {x-a: '${H}'}}}]"
    with pytest.raises(Exception, match="control characters") as caught:
        loaded(tmp_path, text, {"H": hostile})
    assert "Evil" not in str(caught.value)
    assert ":1:71" in str(caught.value)


def test_names_compare_without_case(tmp_path: Path) -> None:
    text = """\
        agents:
        - id: a
          backend:
            type: vllm
            model: m
            extra_headers:
              X-One: 1
              x-one: 2
        """
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.column) == (8, 7)
    assert "written twice" in problem.message


@pytest.mark.parametrize("name", ["Authorization", "authorization", "X-API-Key", "x-api-KEY"])
@pytest.mark.parametrize("kind", ["vllm", "openai, base_url: 'https://api.openai.com/v1'"])
def test_a_header_that_says_who_asks_stands_in_place_of_a_key(
    tmp_path: Path, name: str, kind: str
) -> None:
    agent = agent_with(
        tmp_path,
        f"type: {kind}, model: m, extra_headers: {{{name}: '${{TEAM_TOKEN}}'}}",
        ENVIRON | {"OPENAI_API_KEY": "sk-of-openai"},
    )
    assert agent.problem is None
    assert agent.endpoint.api_key is None
    assert agent.endpoint.key_source == f"{name} in extra_headers"


def test_an_api_key_beside_such_a_header_is_said_not_to_be_sent(tmp_path: Path) -> None:
    written = "type: vllm, model: m, api_key: k, extra_headers: {Authorization: Bearer x}"
    (warning,) = warnings_with(tmp_path, written)
    assert warning == "a: api_key is not sent: extra_headers has Authorization"


def test_an_unset_variable_is_the_agents_problem(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, "type: vllm, model: m, extra_headers: {x-a: '${NOT_SET}'}")
    assert agent.problem is not None
    assert "NOT_SET" in agent.problem.message


def test_no_warning_of_how_a_value_is_written_tells_it(tmp_path: Path) -> None:
    own = "extra_headers: {x-token: 0123456, x-code: '${NO_SUCH}'}, extra_query: {key: 0765432}"
    config = loaded(
        tmp_path,
        f"""\
        agents: [{{id: a, backend: {{type: vllm, model: m, {own}}}}}]
        servers: [{{base_url: 'http://h:1', {own}}}, {{base_url: 'http://h:2', api_key: 01234567}}]
        """,
    )
    assert [server.base_url for server in config.servers] == ["http://h:2/v1"]
    assert "NO_SUCH" in "".join(config.warnings)
    told = str(config.warnings) + repr(config)
    for value in ("0123456", "42798", "0765432", "256794", "01234567", "342391"):
        assert value not in told


def test_servers_have_them_too(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """\
        agents: [{id: a, backend: {type: vllm, model: m}}]
        servers:
        - base_url: http://gate:8787
          extra_headers: {x-portkey-provider: groq, X-API-Key: '${TEAM_TOKEN}'}
          extra_query: {v: 1}
        """,
        ENVIRON,
    )
    (server,) = config.servers
    assert [header.shown for header in server.extra_headers] == ["groq", "${TEAM_TOKEN}"]
    assert [one.pair for one in server.extra_query] == [("v", "1")]
    assert server.api_key is None
    assert TOKEN in all_secrets(config)


@pytest.mark.parametrize(
    ("status", "words", "named"),
    [
        (
            400,
            "Either x-portkey-config or x-portkey-provider header is required",
            ("x-portkey-config", "x-portkey-provider"),
        ),
        (401, "Missing required header: X-Tenant-ID", ("X-Tenant-ID",)),
        (400, "The Helicone-Auth header must be provided", ("Helicone-Auth",)),
        (401, "Header 'OpenAI-Project' not found", ("OpenAI-Project",)),
        (
            401,
            "Invalid API Key. Check that you are passing a correct 'X-API-Key' in your header.",
            ("X-API-Key",),
        ),
        (401, "Missing Authorization header", ()),
        (400, "the header content-type must be application/json", ()),
        (400, "a non-empty list of messages is required", ()),
        (500, "Missing required header: X-Tenant-ID", ()),
    ],
)
def test_a_refusal_names_the_header_that_it_lacks(
    status: int, words: str, named: tuple[str, ...]
) -> None:
    assert missing_headers(status, words) == named
