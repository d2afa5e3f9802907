"""What a console writes in place of a terminal, whole and byte by byte."""

import json

import pytest
from textual._binary_encode import dump

from massgen_tui.serve import site
from massgen_tui.serve.child import Size
from massgen_tui.serve.downloads import Downloads
from massgen_tui.serve.environment import environment_of
from massgen_tui.serve.packets import (
    DATA,
    HELLO,
    META,
    PIECE,
    Malformed,
    Packet,
    Unpacker,
    meta,
    packed,
    piece_of,
    pieces,
    values_of,
)

WRITTEN = (
    HELLO
    + packed(DATA, b"a")
    + packed(DATA, "狗".encode())
    + meta({"type": "page"})
    + packed(DATA, b"")
    + packed(PIECE, dump(("deliver_chunk", "key", "e\n")))
)
PIECES = [
    Packet(DATA, "a狗".encode()),
    Packet(META, b'{"type": "page"}'),
    Packet(DATA, b""),
    Packet(PIECE, b"ts13:deliver_chunks3:keys2:e\ne"),
]


def test_what_is_drawn_in_a_row_is_one() -> None:
    assert list(Unpacker().feed(WRITTEN)) == PIECES


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_it_means_the_same_in_pieces(size: int) -> None:
    unpacker = Unpacker()
    parts = [WRITTEN[at : at + size] for at in range(0, len(WRITTEN), size)]
    got = [packet for part in parts for packet in unpacker.feed(part)]
    drawn = b"".join(packet.payload for packet in got if packet.kind == DATA)
    assert drawn == "a狗".encode()
    assert [one for one in got if one.kind != DATA] == [PIECES[1], PIECES[3]]


@pytest.mark.parametrize(
    "written", [b"Traceback (most", b"\x1b[2J", HELLO + b"XXXXXX", HELLO + b"D\xff\xff\xff\xff"]
)
def test_what_is_no_console_is_refused(written: bytes) -> None:
    with pytest.raises(Malformed):
        list(Unpacker().feed(written))


@pytest.mark.parametrize("piece", [b"", b"\x00e:st" * 9, "狗e".encode(), b"1:2"])
def test_pieces_of_files_are_as_textual_packs_them(piece: bytes) -> None:
    assert piece_of(dump(("deliver_chunk", "k:e", piece))) == ("k:e", piece)
    text = piece.decode()
    assert piece_of(dump(("deliver_chunk", "k", text))) == ("k", piece)


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"t", b"te", b"ls1:ae", b"ts13:deliver_chunke", b"ts1:as1:bs1:ce", b"ti5ee"),
        *(b"ts-1:ae", b"ts99999999999999999999999:ae"),
    ],
)
def test_other_tuples_are_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        piece_of(payload)


@pytest.mark.parametrize("payload", [b"", b"[]", b"5", b"{", b"\xff"])
def test_what_is_no_object_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        values_of(payload)


def test_a_download_s_name_and_kind_cannot_act_on_the_browser() -> None:
    files = Downloads()
    told: dict[str, object] = {
        "key": "k",
        "path": '/a/b/ö "x"\r\nSet-Cookie: a=b',
        "encoding": "x;y",
    }
    assert files.offer(told | {"mime_type": "text/html\r\nX: y"}) == "k"
    offer = files.take("k")
    assert offer.kind == "application/octet-stream"
    assert "\n" not in offer.disposition
    assert offer.disposition.startswith('attachment; filename="___x_')
    assert files.offer({"path": "x"}) == ""


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (("120", "36"), (120, 36)),
        ((None, None), (80, 24)),
        (("x", "36.5"), (80, 24)),
        (("-1", "0"), (2, 2)),
        (("99999999999", 10**9), (1000, 500)),
        (([], {}), (80, 24)),
    ],
)
def test_a_console_has_a_size_that_can_be_drawn(
    asked: tuple[object, object], given: tuple[int, int]
) -> None:
    size = Size.of(*asked)
    assert (size.width, size.height) == given


def test_nothing_of_the_server_s_terminal_reaches_the_console() -> None:
    terminal = (
        "TMUX",
        "STY",
        "NO_COLOR",
        "KITTY_WINDOW_ID",
        "WEZTERM_PANE",
        "TEXTUAL_LOG",
        "LINES",
    )
    got = environment_of(dict.fromkeys(terminal, "x") | {"TERM": "dumb", "KEY": "k"}, 100, 30)
    assert set(got) & set(terminal) == {"LINES"}
    assert (got["KEY"], got["TERM"], got["LINES"]) == ("k", "xterm-256color", "30")


def test_every_file_of_the_page_is_there_and_names_only_others_of_it() -> None:
    files = site.files()
    assert all(one.path.is_file() for one in files.values())
    manifest = json.loads(files["app.webmanifest"].path.read_text("utf-8"))
    assert manifest["icons"][0]["src"] in files
    for name in ("page.css", "page.js", "app.webmanifest", "icon.svg"):
        text = files[name].path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "://" not in text, name


def test_words_on_a_page_are_text() -> None:
    hostile = '<script>alert(1)</script>"{{words}}'
    for page in (site.page(hostile, hostile), site.refusal(hostile)):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="serve needs the extra: pip install"):
        site.files()


@pytest.mark.parametrize("value", ["", "e\n", "犬: 1", b"", b"te3:\xff\n"])
def test_a_piece_of_a_file_is_written_as_textual_writes_it(value: str | bytes) -> None:
    whole = ("deliver_chunk", "k:é", value)
    assert pieces(whole) == packed(PIECE, dump(whole))
