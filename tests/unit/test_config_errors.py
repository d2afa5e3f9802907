"""What is wrong with a config is said all at once, with its place, its key and what is right."""

import time
from pathlib import Path

import pytest

from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from tests.support.configs import agent_with, loaded, problems_of, written


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_problem_is_named_with_its_place(tmp_path: Path) -> None:
    text = """\
        agents:
          - id: a
            backend:
              type: vllm
              modle: m
              temprature: 0.5
              temperature: hot
              retries: 99
          - backend: {type: sglang, model: m}
        ui: {colour: red}
        """
    found = {(p.line, p.column, p.key) for p in problems_of(tmp_path, text)}
    assert found == {
        (5, 7, "agents[0].backend.modle"),
        (6, 7, "agents[0].backend.temprature"),
        (7, 20, "agents[0].backend.temperature"),
        (8, 16, "agents[0].backend.retries"),
        (9, 5, "agents[1].id"),
        (10, 6, "ui.colour"),
    }


def test_an_id_that_is_taken_is_told_beside_what_else_is_wrong(tmp_path: Path) -> None:
    text = """\
        agents:
          - id: a
            backend: {type: vllm, modle: m}
          - id: a
            backend: {type: vllm, model: m, retries: many}
        """
    found = [(p.line, p.key) for p in problems_of(tmp_path, text)]
    assert found == [
        (3, "agents[0].backend.modle"),
        (4, "agents[1].id"),
        (5, "agents[1].backend.retries"),
    ]


def test_the_message_of_an_error_is_a_line_a_problem(tmp_path: Path) -> None:
    path = written(tmp_path, "agents:\n  - id: a\n    backend: {type: vllm, modle: m}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{path}:3:27: agents[0].backend.modle: ")
    assert "did you mean `model`?" in line


@pytest.mark.parametrize(
    ("written_as", "meant"),
    [
        ("modle", "model"),
        ("temprature", "temperature"),
        ("Temperature", "temperature"),
        ("topK", "top_k"),
        ("top-p", "top_p"),
        ("max_token", "max_tokens"),
        ("enable_thinkng", "enable_thinking"),
        ("extra_boddy", "extra_body"),
        ("apikey", "api_key"),
        ("baseurl", "base_url"),
        ("chat_template_kwarg", "chat_template_kwargs"),
        ("repetiton_penalty", "repetition_penalty"),
    ],
)
@pytest.mark.parametrize("kind", ["vllm", "sglang", "cerebras"])
def test_a_near_miss_is_always_an_error(
    tmp_path: Path, kind: str, written_as: str, meant: str
) -> None:
    text = f"agents: [{{id: a, backend: {{type: {kind}, model: m, {written_as}: 1}}}}]"
    (problem,) = problems_of(tmp_path, text)
    assert f"`{meant}`" in problem.hint


@pytest.mark.parametrize(
    ("text", "key", "meant"),
    [
        ("agnets: []", "agnets", "agents"),
        ("agents: [{id: a, bakend: {}}]", "agents[0].bakend", "backend"),
        ("agents: [{id: a, backend: {type: vllm, model: m}}]\nui: {thme: x}", "ui.thme", "theme"),
        (
            "agents: [{id: a, backend: {type: vllm, model: m, timeout: {conect: 1}}}]",
            "agents[0].backend.timeout.conect",
            "connect",
        ),
    ],
)
def test_near_misses_elsewhere_are_errors_too(
    tmp_path: Path, text: str, key: str, meant: str
) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert problem.key == key
    assert f"`{meant}`" in problem.hint


def test_an_unknown_key_of_a_hosted_api_is_an_error_that_says_what_it_takes(
    tmp_path: Path,
) -> None:
    text = "agents: [{id: a, backend: {type: cerebras, model: m, top_k: 5, zzz: 1}}]"
    first, second = problems_of(tmp_path, text)
    assert first.key == "agents[0].backend.top_k"
    assert "vLLM" in first.hint
    assert "reasoning_format" in second.hint
    assert "extra_body" in second.hint


def test_the_same_key_in_extra_body_is_never_questioned(tmp_path: Path) -> None:
    agent = agent_with(
        tmp_path, "type: cerebras, model: m, extra_body: {top_k: 5, temprature: {modle: 1}}"
    )
    assert agent.settings.extra_body == {"top_k": 5, "temprature": {"modle": 1}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("- a\n- b\n", "mapping"),
        ("just words", "mapping"),
        ("agents: [\n", "<stream end>"),
        ("agents:\n\t- id: a\n", "\\t"),
        ("agents: []", "list"),
        ("agents:\n", "list"),
        ("agents: {a: {}}", "list"),
        ("ui: {}", "missing"),
        ("agents: &a [*a]", "mapping"),
        ("agents: [{id: a, backend: vllm}]", "mapping"),
        ("agents: [{id: a, backend: {model: m}}]", "missing"),
        ("agents: [{id: a, backend: {type: vllm}}]", "missing"),
        ("agents: [{id: '', backend: {type: vllm, model: m}}]", "word"),
        ("agents: [{id: true, backend: {type: vllm, model: m}}]", "quotes"),
        ("agents: [{id: a, id: b, backend: {type: vllm, model: m}}]", "twice"),
        ("agents: [{id: a, backend: {type: vllm, model: m, seed: .nan}}]", "finite"),
        ("agents: [{id: a, backend: {type: vllm, model: m, tools: {}}}]", "list"),
        ("agents: [{id: a, backend: {type: vllm, model: m, base_url: 'http://'}}]", "host"),
        ("agents: [{id: a, backend: {type: vllm, model: m}}]\nmonitor: maybe", "on or off"),
        ("agents: [{id: a, backend: {type: vllm, model: m}}]\nservers: {}", "list"),
        ("agents: [{id: a, backend: {type: vllm, model: m}}]\n---\na: 1", "document"),
        ("agents: [{id: a, backend: {type: vllm, model: m}}]\nagents: []", "twice"),
        ("agents: [{id: a, backend: !!python/object:os.system {}}]", "type"),
        ("agents: [{id: a, backend: {<<: 3, type: vllm, model: m}}]", "merges"),
        ("agents: [{id: a, backend: {? [x] : y}}]", "word"),
        ("agents: [&x {id: a, <<: *x}]", "merges itself"),
        ("agents: *nowhere", "nowhere"),
        ("agents: " + "[" * 5000, "deep"),
        ('agents: "\x07"', "control character"),
    ],
)
def test_what_is_no_config_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    problems = problems_of(tmp_path, text)
    assert any(said in f"{problem.message} {problem.hint}" for problem in problems)


def test_ids_differ(tmp_path: Path) -> None:
    text = "agents: [{id: a, backend: {type: vllm, model: m}}, " + (
        "{id: a, backend: {type: sglang, model: m}}]"
    )
    (problem,) = problems_of(tmp_path, text)
    assert problem.key == "agents[1].id"


def test_agents_and_agent_do_not_stand_together(tmp_path: Path) -> None:
    one = "{id: a, backend: {type: vllm, model: m}}"
    (problem,) = problems_of(tmp_path, f"agents: [{one}]\nagent: {one}")
    assert (problem.line, problem.key) == (2, "agent")


def test_bytes_that_are_not_utf8_are_placed(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("agents:\n  - id: é\n".encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (2, 9)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes("agents: [{id: ä, backend: {type: vllm, model: m}}]".encode(encoding))
    assert load_config(path, {}).agents[0].id == "ä"


def test_a_huge_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"# filler\n" * 1_000_000)
    began = time.perf_counter()
    with pytest.raises(ConfigError, match="larger"):
        load_config(path, {})
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("name", [".", "missing.yaml"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / name, {})


def _laughs(kind: str) -> str:
    lines = ["x-0: &x0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    for level in range(1, 20):
        of = ", ".join([f"*x{level - 1}"] * 9)
        lines.append(f"x-{level}: &x{level} [{of}]")
    return "\n".join([*lines, f"agents: [{{id: a, backend: {{type: vllm, model: m, {kind}}}}}]"])


@pytest.mark.parametrize("kind", ["extra_body: {x: *x19}", "tools: *x19", "stop: *x19"])
def test_a_billion_laughs_are_stopped(tmp_path: Path, kind: str) -> None:
    (problem, *_) = problems_of(tmp_path, _laughs(kind))
    assert "expands" in problem.message


def test_a_billion_merges_are_stopped(tmp_path: Path) -> None:
    lines = ["x-0: &x0 {a: 1}"]
    for level in range(1, 30):
        of = ", ".join([f"*x{level - 1}"] * 9)
        lines.append(f"x-{level}: &x{level} {{<<: [{of}], b{level}: 1}}")
    lines.append("agents: [{id: a, backend: {type: vllm, model: m, extra_body: *x29}}]")
    began = time.perf_counter()
    config = loaded(tmp_path, "\n".join(lines))
    assert time.perf_counter() - began < 5
    assert len(config.agents[0].settings.extra_body) == 30


def test_merges_in_what_is_ignored_do_not_cost_the_agents(tmp_path: Path) -> None:
    keys = ", ".join(f"k{index}: 1" for index in range(1000))
    merges = ", ".join(["{<<: *base}"] * 1000)
    agents = "agents: [{id: a, backend: {type: vllm, model: m, extra_body: {<<: {a: 1}}}}]"
    text = f"x-base: &base {{{keys}}}\n{agents}\nx-many: [{merges}]"
    assert loaded(tmp_path, text).agents[0].settings.extra_body == {"a": 1}
    problems = problems_of(tmp_path, text.replace("x-many", "gpus"))
    assert any("merges more" in problem.message for problem in problems)


def test_laughs_in_what_is_ignored_are_not_read(tmp_path: Path) -> None:
    assert loaded(tmp_path, _laughs("cwd: *x19")).agents[0].problem is None


def test_no_value_of_the_file_is_quoted_in_an_error(tmp_path: Path) -> None:
    text = (
        "agents: [{id: a, backend: {type: vllm, model: m, api_key: [hidden1],"
        " base_url: 'http://u:hidden2@h/v1', temperature: hidden3, timeout: hidden4}}]"
    )
    assert "hidden" not in "\n".join(f"{p.message} {p.hint}" for p in problems_of(tmp_path, text))


def test_names_in_errors_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    text = 'agents: [{id: a, backend: {type: vllm, model: m}}]\n"\\e[31mred": 1'
    (problem,) = problems_of(tmp_path, text)
    assert "\x1b" not in f"{problem.message}{problem.key}{problem.hint}"
