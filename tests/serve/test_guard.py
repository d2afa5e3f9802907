"""Who may ask: names, origins, tokens."""

import socket

import pytest

from massgen_tui.serve.guard import Asked, Guard, address, is_loopback, named

HERE = Guard("127.0.0.1", token="right")
OPEN = named("0.0.0.0", ["Proxy.example"])


def objection(guard: Guard, host: str, origin: str | None = None, cookie: str = "") -> str:
    return guard.objection(Asked(host, origin, cookie=cookie or guard.token))


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:9000", "LOCALHOST:1", "127.0.0.1:8765", "[::1]", "[::1]:8765"],
)
def test_this_machine_s_own_names_are_let_in_by_any_port(host: str) -> None:
    assert objection(HERE, host) == ""
    assert objection(HERE, host, f"http://{host}") == ""
    assert objection(HERE, host, f"https://{host.lower()}") == ""


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "localhost.evil.example", "127.0.0.1.nip.example", "192.0.2.7"),
        *("0.0.0.0", "[::]", "localhost:80; script-src *", "localhost, evil", "local host", "[::1"),
        *(
            "localhost:x",
            "user@localhost",
            "localhost/",
            "\x00",
            "l\u00f6calhost",
            "localhost" * 99,
        ),
    ],
)
def test_other_names_are_refused(host: str) -> None:
    assert objection(HERE, host) != ""


@pytest.mark.parametrize(
    "origin",
    [
        *("", "null", "http://evil.example", "http://localhost.evil", "http://127.0.0.1:8765"),
        *("http://localhost", "http://localhost:8766", "file://localhost:8765", "localhost:8765"),
        *("http://localhost:8765@evil.example", "http://[", "ws://localhost:8765"),
    ],
)
def test_pages_of_other_places_are_refused(origin: str) -> None:
    assert objection(HERE, "localhost:8765", origin) == "another site's page asks"


@pytest.mark.parametrize("wrong", ["", "Right", "right ", "righ", "rightt", "\ud800", "ri\u0261ht"])
def test_only_the_token_lets_in(wrong: str) -> None:
    assert HERE.objection(Asked("localhost", token=wrong, cookie=wrong)) != ""
    assert HERE.objection(Asked("localhost", token="right", cookie=wrong)) == ""
    assert HERE.objection(Asked("localhost", token=wrong, cookie="right")) == ""


def test_each_server_has_a_token_of_its_own_that_is_not_told() -> None:
    tokens = {Guard("127.0.0.1").token for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 43  # 32 bytes
    assert "right" not in repr(HERE)
    assert Guard("127.0.0.1").cookie != Guard("127.0.0.1").cookie


def test_where_other_machines_may_ask_they_ask_by_address_or_known_name() -> None:
    own = socket.gethostname()
    for host in ("192.0.2.7:8765", "[2001:db8::7]:1", "proxy.example", f"{own}:8765", "localhost"):
        assert objection(OPEN, host) == ""
    for host in ("evil.example", "proxy.example.evil", "192.0.2.7.nip.example"):
        assert objection(OPEN, host) != ""


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *(("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True)),
        *(("0.0.0.0", False), ("::", False), ("192.168.1.2", False), ("gpu-box", False)),
    ],
)
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8765/?token=right"),
        ("::1", "http://[::1]:8765/?token=right"),
        ("gpu-box", "http://gpu-box:8765/?token=right"),
        ("0.0.0.0", f"http://{socket.gethostname()}:8765/?token=right"),
    ],
)
def test_the_address_can_be_opened(host: str, shown: str) -> None:
    assert address(Guard(host, token="right"), 8765) == shown
