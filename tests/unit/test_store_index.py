"""The index of the kept sessions: fast, never wrong, and never needed."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta
from massgen_tui.session.session import Session
from massgen_tui.store import index_file
from massgen_tui.store.catalogue import Catalogue, Unindexed, open_catalogue
from massgen_tui.store.index import SessionIndex, open_index
from massgen_tui.store.recording import keep
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of
from tests.support.kept import keep_session, kept

TEXT = "A tokenizer cuts words.\nÄpfel, naïve Café; 素早い茶色の狐が跳ぶ。 100% x->y_z = f('a', b)"


def without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "_WORDS", "CREATE VIRTUAL TABLE word USING nothing5(text)")


def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(paths, "index_dir", refused)


def no_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ImportError("No module named '_sqlite3'")

    monkeypatch.setattr("massgen_tui.store.index.open_index", missing)


def as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """With everything."""


WAYS = (as_it_is, without_words, nowhere, no_sqlite)


@pytest.fixture(params=WAYS, ids=[way.__name__ for way in WAYS])
def way(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Catalogue]:
    request.param(monkeypatch)
    return open_catalogue


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("tokenizer", True),
        ("TOKEN", True),
        ("tokenizer cuts words", True),
        ("words tokeni", True),
        ("keniz", True),
        ("words. tok", False),
        ("words.\nÄpfel", True),
        ("äPFEL", True),
        ("ÄPFEL, NAÏVE CAFÉ;", True),
        ("naÏve", True),
        ("pfel", True),
        ("ofel", False),
        ("茶色の狐", True),
        ("色", True),
        ("色茶", False),
        ("100%", True),
        ("1%0", False),
        ("x->y_z", True),
        ("x->yaz", False),
        ("f('a',", True),
        ('"', False),
        ("!", False),
        ("tokenizer dogs", False),
        ("ask this", True),
    ],
)
def test_every_way_finds_the_same(
    query: str, there: bool, way: Callable[[Path], Catalogue], tmp_path: Path
) -> None:
    kept(tmp_path, 1, "other")
    path = kept(tmp_path, 2, "ask this", TEXT)
    catalogue = way(tmp_path)
    assert [one.path for one in catalogue.sessions()] == [path, kept(tmp_path, 1, "other")]
    found = catalogue.search(query)
    assert [hit.session.path for hit in found.hits] == ([path] if there else [])
    assert found.more == 0
    catalogue.close()


def test_accents_do_not_count_where_the_index_has_the_words(tmp_path: Path) -> None:
    kept(tmp_path, 1, "ask", TEXT)
    index = open_index(tmp_path)
    assert len(list(index.sessions())) == 1
    assert [len(index.by_words(query).hits) for query in ("naive cafe", "apfel")] == [1, 1]


async def test_a_session_is_in_the_index_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    script: list[Step] = [
        ReasoningDelta("pon"),
        ReasoningDelta("dering"),
        ContentDelta("done"),
        Finished("stop"),
    ]
    config = config_of("a", logging_enabled=True)
    session = Session(config, backend_for=Backends(a=[script]), clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail):
        session.ask("hello")
        await session.wait()
        await session.aclose()
    index = open_index(paths.sessions_dir())
    assert index.unread() == 0
    (hit,) = index.by_words("pondering").hits
    assert (hit.first.kind, hit.first.turn, hit.first.agent) == ("reasoning", 1, "a")
    assert (hit.session.end, hit.session.prompt) == ("quit", "hello")


async def test_what_is_new_changed_or_removed_is_seen(tmp_path: Path) -> None:
    index = open_index(tmp_path)
    path = await keep_session(tmp_path, "first", answers=["one"])
    assert index.unread() == 1
    assert [one.prompt for one in index.sessions()] == ["first"]
    assert index.unread() == 0
    path.write_text(path.read_text("utf-8").replace('"first"', '"other"'), "utf-8")
    assert index.unread() == 1
    assert [one.prompt for one in index.sessions()] == ["other"]
    assert [len(index.search(query).hits) for query in ("first", "other")] == [0, 1]
    path.unlink()
    assert list(index.sessions()) == []
    assert index.search("other").hits == []


def test_what_is_removed_leaves_nothing_in_the_index(tmp_path: Path) -> None:
    path = kept(tmp_path, 1, "the planted secret phrase", "planted" * 100)
    other = kept(tmp_path, 2, "another")
    index = open_index(tmp_path)
    assert len(list(index.sessions())) == 2
    path.unlink()
    index.forget(path)
    for file in paths.index_dir().iterdir():
        assert b"planted" not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
    assert [one.path for one in index.sessions()] == [other]


@pytest.mark.parametrize("how", ["garbage", "cut", "version", "tables", "empty"])
def test_an_index_that_cannot_be_used_is_made_anew(how: str, tmp_path: Path) -> None:
    kept(tmp_path, 1, "hello there")
    assert len(list(open_index(tmp_path).sessions())) == 1
    (path,) = [one for one in paths.index_dir().iterdir() if one.suffix == ".sqlite"]
    if how in ("garbage", "cut", "empty"):
        whole = path.read_bytes()
        broken = {"garbage": b"x" * 5000, "cut": whole[: len(whole) // 2], "empty": b""}[how]
        path.write_bytes(broken)
        for more in paths.index_dir().iterdir():
            if more != path:
                more.unlink()
    else:
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version=99" if how == "version" else "DROP TABLE passage")
        db.close()
    catalogue = open_catalogue(tmp_path)
    assert [one.prompt for one in catalogue.sessions()] == ["hello there"]
    assert len(catalogue.search("hello").hits) == 1


@pytest.mark.parametrize("how", ["broken within", "no table", "gone"])
def test_an_index_that_fails_meanwhile_is_done_without(how: str, tmp_path: Path) -> None:
    for number in range(40):
        kept(tmp_path, number, f"hello {number}", "there " * 200)
    catalogue = open_catalogue(tmp_path)
    assert len(list(catalogue.sessions())) == 40
    (path,) = [one for one in paths.index_dir().iterdir() if one.suffix == ".sqlite"]
    reading = catalogue.sessions()
    first = next(reading).prompt
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if how == "no table":
            db.execute("DROP TABLE session")
    db.close()
    if how == "broken within":
        whole = path.read_bytes()
        path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    elif how == "gone":
        path.unlink()
    assert [first, *(one.prompt for one in reading)] == [f"hello {n}" for n in range(39, -1, -1)]
    for query in ("hello 17", "there"):
        assert len(catalogue.search(query).hits) == (1 if query == "hello 17" else 40)
    catalogue.forget(kept(tmp_path, 0, "hello 0"))
    catalogue.close()
    again = open_catalogue(tmp_path)
    assert len(list(again.sessions())) == 40
    assert len(again.search("hello 17").hits) == 1


def test_at_most_200_sessions_are_found_and_how_many_more(tmp_path: Path) -> None:
    for number in range(207):
        kept(tmp_path, number, f"common number{number}", "common")
    index = open_index(tmp_path)
    assert sum(1 for _ in index.sessions()) == 207
    for found in (index.by_words("common"), index.by_look("ommon"), index.search("common")):
        assert (len(found.hits), found.more) == (200, 7)
        assert found.hits[0].session.prompt == "common number206"
        assert found.hits[0].more == 1
    assert (len(index.search("common", 3).hits), index.search("common", 3).more) == (3, 204)


def test_what_was_read_by_now_is_found_while_the_rest_is_read(tmp_path: Path) -> None:
    for number in range(5):
        kept(tmp_path, number, f"hello {number}")
    index = open_index(tmp_path)
    reading = index.sessions()
    assert [next(reading).prompt, next(reading).prompt] == ["hello 4", "hello 3"]
    assert index.unread() == 3
    assert len(index.by_words("hello").hits) == 2


def test_what_is_no_session_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text("no\n", "utf-8")
    index = open_index(tmp_path)
    assert list(index.sessions()) == []
    assert index.unread() == 0


def test_each_folder_has_an_index_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        kept(tmp_path / name, 1, f"hello {name}")
        assert len(list(open_index(tmp_path / name).sessions())) == 1
    assert open_index(tmp_path / "one").unread() == 0


async def test_a_key_is_not_in_it(tmp_path: Path) -> None:
    """What the file does not tell, the index does not."""
    config = config_of("a", api_key="sk-planted-123456")
    await keep_session(tmp_path, "hi", answers=[answer("it is sk-planted-123456")], config=config)
    index = SessionIndex(tmp_path, paths.index_dir())
    assert [one.prompt for one in index.sessions()] == ["hi"]
    assert index.search("planted").hits == []
    assert all(b"planted" not in file.read_bytes() for file in paths.index_dir().iterdir())


def test_without_an_index_nothing_is_unread(tmp_path: Path) -> None:
    kept(tmp_path, 1, "hello")
    plain = Unindexed(tmp_path)
    assert (plain.unread(), plain.by_words("hello").hits) == (0, ())
