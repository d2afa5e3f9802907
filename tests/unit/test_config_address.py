"""Addresses, however they are pasted."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.config.address import (
    AddressError,
    host_of,
    normalise,
    port_of,
    server_root,
)
from massgen_tui.dialects import BY_NAME, DIALECTS, GENERIC, Dialect

VLLM, SGLANG = BY_NAME["vllm"], BY_NAME["sglang"]


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8000/v1",
        "http://localhost:8000",
        "http://localhost:8000/",
        "http://localhost:8000/v1/",
        "http://localhost:8000//v1//",
        "http://localhost:8000/v1/chat/completions",
        "http://localhost:8000/v1/chat/completions/",
        "http://localhost:8000/chat/completions",
        "http://localhost:8000/v1/models",
        "  http://localhost:8000/v1\n",
        "HTTP://LocalHost:8000/v1",
        "localhost:8000",
        "localhost:8000/v1",
        "localhost",
        "http://localhost",
        "http://localhost/v1",
    ],
)
@pytest.mark.parametrize("kind", ["vllm", "tensorrt_llm"])
def test_one_server_however_it_is_written(text: str, kind: str) -> None:
    assert normalise(text, BY_NAME[kind]) == "http://localhost:8000/v1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gpu-box", "http://gpu-box:30000/v1"),
        ("gpu-box:81/v1", "http://gpu-box:81/v1"),
        ("192.168.1.7", "http://192.168.1.7:30000/v1"),
        ("http://gpu-box/v1", "http://gpu-box/v1"),
        ("http://gpu-box:80/v1", "http://gpu-box/v1"),
        ("https://llm.example.com:443", "https://llm.example.com/v1"),
        ("llm.example.com", "https://llm.example.com/v1"),
        ("https://llm.example.com/team-a", "https://llm.example.com/team-a/v1"),
        ("https://llm.example.com/team-a/v1", "https://llm.example.com/team-a/v1"),
        ("http://[::1]:9/v1", "http://[::1]:9/v1"),
        ("[::1]:9", "http://[::1]:9/v1"),
        ("::1", "http://[::1]:30000/v1"),
        ("http://[2001:db8::2]:8000", "http://[2001:db8::2]:8000/v1"),
        ("http://gpu_box.lan:8000", "http://gpu_box.lan:8000/v1"),
        ("http://höst.example:8000", "http://xn--hst-sna.example:8000/v1"),
    ],
)
def test_addresses_of_a_server_of_ones_own(text: str, expected: str) -> None:
    assert normalise(text, SGLANG) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://api.z.ai/api/paas/v4", "https://api.z.ai/api/paas/v4"),
        ("https://api.z.ai/api/paas/v4/", "https://api.z.ai/api/paas/v4"),
        ("https://api.z.ai/api/paas/v4/chat/completions", "https://api.z.ai/api/paas/v4"),
        ("https://api.z.ai/api/coding/paas/v4", "https://api.z.ai/api/coding/paas/v4"),
        ("api.z.ai", "https://api.z.ai/api/paas/v4"),
        ("api.cerebras.ai", "https://api.cerebras.ai/v1"),
        ("https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
        ("https://api.groq.com/openai", "https://api.groq.com/openai/v1"),
        ("https://api.deepseek.com", "https://api.deepseek.com"),
        ("https://api.deepseek.com/v1", "https://api.deepseek.com/v1"),
        ("https://gw.example/openai/deployments", "https://gw.example/openai/deployments"),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        ("http://localhost:9000", "http://localhost:9000/v1"),
    ],
)
def test_a_providers_own_path_stays(text: str, expected: str) -> None:
    assert normalise(text, GENERIC) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "ftp://host/v1",
        "http://user:hidden@host/v1",
        "hidden@host",
        "http://host:99999/v1",
        "http://host:0/v1",
        "http://host:x/v1",
        "http://ho st/v1",
        "http://host\x1b[31m/v1",
        "http://host/v1?key=hidden",
        "http://host/v1#hidden",
        "https://api.openai.com\\@evil.example/v1",
        "http://[::1/v1",
        "http://-host/v1",
        "http://.../v1",
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(text, VLLM)
    assert "hidden" not in str(caught.value)


def test_parts_of_an_address() -> None:
    assert server_root("http://localhost:8000/v1") == "http://localhost:8000"
    assert server_root("https://h/team/v1") == "https://h/team"
    assert host_of("http://[::1]:9/v1") == "::1"
    assert (port_of("http://h:9/v1"), port_of("http://h/v1"), port_of("https://h")) == (9, 80, 443)


hosts = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9](\.[a-z]{2,5})?", fullmatch=True)
ports = st.none() | st.integers(1, 65535)
schemes = st.sampled_from(["", "http://", "https://"])
paths = st.sampled_from(["", "/", "/v1", "/v1/", "/chat/completions", "/v1/chat/completions"])


@given(hosts, ports, schemes, paths, st.sampled_from(DIALECTS))
def test_an_address_in_its_form_stays_as_it_is(
    host: str, port: int | None, scheme: str, path: str, dialect: Dialect
) -> None:
    text = scheme + host + (f":{port}" if port else "") + path
    once = normalise(text, dialect)
    assert normalise(once, dialect) == once
    assert urlsplit(once).hostname == host
    assert not once.endswith("/")


@given(hosts, ports, schemes, paths)
def test_with_and_without_its_ending_an_address_is_the_same(
    host: str, port: int | None, scheme: str, path: str
) -> None:
    bare = scheme + host + (f":{port}" if port else "")
    assert normalise(bare + path, VLLM) == normalise(bare, VLLM)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        once = normalise(text, VLLM)
    except AddressError:
        return
    assert once.isprintable()
    assert urlsplit(once).username is None
