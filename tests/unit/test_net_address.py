"""The way to a server, judged once for prompts, looks and health: loopback, proxy, root."""

import pytest

from massgen_tui.net.address import is_local, is_loopback, proxy_for, root_of


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("localhost.", True),
        ("a.localhost", True),
        ("A.LocalHost.", True),
        ("localhost.localdomain", True),
        ("ip6-localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("127.1", True),
        ("0x7f.1", True),
        ("2130706433", True),
        ("0.0.0.0", True),
        ("0", True),
        ("::", True),
        ("::1", True),
        ("[::1]", True),
        ("::1%lo", True),
        ("0:0:0:0:0:0:0:1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:7f00:2", True),
        ("::ffff:0.0.0.0", True),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("::2", False),
        ("10.0.0.1", False),
        ("128.0.0.1", False),
        ("10.1", False),
        ("1", False),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("127.0.0.1.nip.io", False),
        ("gpu-box", False),
        ("cafe", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, *, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("gpu-box", True),
        ("gpu-box.lan", True),
        ("GPU.Internal.", True),
        ("192.168.1.4", True),
        ("fd00::4", True),
        ("fe80::1%eth0", True),
        ("api.example.com", False),
        ("8.8.8.8", False),
        ("2606:4700:4700::1111", False),
        ("[2001:4860:4860::8888]", False),
    ],
)
def test_a_server_of_ones_own_is_known_by_its_host(host: str, *, own: bool) -> None:
    assert is_local(host) is own


AT = "http://gpu-box:8000/v1/models"
PROXY = "http://127.0.0.1:3128"


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        (AT, {}, None),
        (AT, {"HTTP_PROXY": PROXY}, PROXY),
        (AT, {"http_proxy": PROXY}, PROXY),
        (AT, {"HTTP_PROXY": "http://other:1", "http_proxy": PROXY}, PROXY),
        (AT, {"HTTP_PROXY": "http://other:1", "http_proxy": ""}, None),
        (AT, {"HTTPS_PROXY": PROXY}, None),
        ("https://gpu-box/v1", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://gpu-box/v1", {"HTTP_PROXY": PROXY}, None),
        (AT, {"ALL_PROXY": PROXY}, PROXY),
        ("https://gpu-box/v1", {"all_proxy": PROXY}, PROXY),
        (AT, {"ALL_PROXY": "http://other:1", "HTTP_PROXY": PROXY}, PROXY),
        (AT, {"HTTP_PROXY": ""}, None),
        # without a scheme, as curl takes it
        (AT, {"HTTP_PROXY": "proxy:3128"}, "http://proxy:3128"),
        (AT, {"HTTP_PROXY": "//proxy:3128"}, "http://proxy:3128"),
        (AT, {"ALL_PROXY": "u:p@proxy:3128"}, "http://u:p@proxy:3128"),
        (AT, {"HTTP_PROXY": "https://proxy:3128"}, "https://proxy:3128"),
        # a server that was started by CGI may have HTTP_PROXY from a request's `Proxy` header
        (AT, {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, None),
        (AT, {"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, PROXY),
    ],
)
def test_the_environment_names_the_proxy(
    url: str, environ: dict[str, str], proxy: str | None
) -> None:
    assert proxy_for(url, environ) == proxy


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("gpu-box", AT, True),
        ("GPU-Box", AT, True),
        ("other, gpu-box", AT, True),
        ("box", AT, False),
        ("other", AT, False),
        ("*", AT, True),
        ("gpu-box:8000", AT, True),
        ("gpu-box:8001", AT, False),
        ("gpu-box:80", "http://gpu-box/v1", True),
        ("gpu-box:443", "https://gpu-box/v1", True),
        ("gpu-box:443", "http://gpu-box/v1", False),
        ("lan", "http://gpu-box.lan:8000", True),
        (".lan", "http://gpu-box.lan:8000", True),
        (".lan", "http://lan:8000", True),
        ("lan:8000", "http://gpu-box.lan:8000", True),
        ("lan:8001", "http://gpu-box.lan:8000", False),
        ("gpu-box", "http://GPU-BOX.:8000", True),
        ("10.0.0.7", "http://10.0.0.7:8000", True),
        ("10.0.0.0/8", "http://10.0.0.7:8000", False),
        ("fd00::4", "http://[fd00::4]:8000", True),
        ("[fd00::4]", "http://[fd00::4]:8000", True),
        ("[fd00::4]:8000", "http://[fd00::4]:8000", True),
        ("[fd00::4]:8001", "http://[fd00::4]:8000", False),
    ],
)
def test_no_proxy_takes_hosts_domains_and_ports(no_proxy: str, url: str, *, direct: bool) -> None:
    found = proxy_for(url, {"ALL_PROXY": PROXY, "NO_PROXY": no_proxy})
    assert found == (None if direct else PROXY)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "LOCALHOST", "localhost.", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_loopback_has_no_proxy(host: str) -> None:
    assert proxy_for(f"http://{host}:8000/v1", {"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}) is None


def test_an_address_with_an_impossible_port_is_no_crash() -> None:
    environ = {"HTTP_PROXY": PROXY, "NO_PROXY": "other:80"}
    assert proxy_for("http://gpu-box:99999/", environ) == PROXY


def test_the_root_is_scheme_host_and_port() -> None:
    assert root_of("http://gpu-box:8000/v1/models?x=1#y") == "http://gpu-box:8000"
    assert root_of("https://user:secret@h.example/v1") == "https://h.example"
    assert root_of("http://[fd00::4]:1/v1") == "http://[fd00::4]:1"
