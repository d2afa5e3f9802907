"""Files that a prompt names with `@`: completed, told of, and inserted when it is sent."""

import os
from pathlib import Path

import pytest

from massgen_tui.console.file_mentions import ASKED_FROM, LIMIT
from tests.support.console import Stage, staged

WORDS = {
    "@": "at",
    " ": "space",
    "/": "slash",
    ".": "full_stop",
    "~": "tilde",
    '"': "quotation_mark",
}
NOTES = "# Notes\nbuy milk\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a few files, in which the console runs."""
    here = tmp_path / "here"
    (here / "src").mkdir(parents=True)
    (here / "notes.md").write_text(NOTES)
    (here / "src" / "x.py").write_text("print(1)\n")
    (here / "src" / "y.py").write_text("print(2)")
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path))
    return here


async def typed(stage: Stage, text: str) -> None:
    """Type a text, key by key."""
    await stage.press(*(WORDS.get(char, char) for char in text))


def told(stage: Stage) -> str:
    """What stands in notices."""
    return "\n".join(note.message for note in stage.app._notifications)


def asked(stage: Stage) -> list[str]:
    """The prompts of the first agent."""
    return [turn.prompt for turn in stage.session.agents[0].turns]


async def test_a_file_alone_on_its_line_stands_there_as_a_fenced_block() -> None:
    async with staged() as stage:
        await typed(stage, "sum up")
        await stage.press("ctrl+j")
        await typed(stage, "@./notes.md")
        await stage.press("ctrl+j")
        await typed(stage, "in a word")
        assert "./notes.md (17 bytes, about 5 tokens)" in stage.screen_text
        await stage.press("enter")
        block = f"./notes.md:\n```markdown\n{NOTES}```"
        assert asked(stage) == [f"sum up\n{block}\nin a word"]
        assert stage.app.prompt.text == ""
        assert "about 5 tokens" not in stage.screen_text
        await stage.press("up")
        assert stage.app.prompt.text == "sum up\n@./notes.md\nin a word", "as it was typed"


async def test_of_files_in_a_sentence_the_names_stay_and_the_blocks_come_behind() -> None:
    async with staged() as stage:
        await typed(stage, "compare @src/x.py with @src/y.py, or @src/x.py.")
        assert "2 files (17 bytes, about 5 tokens)" in stage.screen_text
        await stage.press("enter")
        assert asked(stage) == [
            "compare src/x.py with src/y.py, or src/x.py.\n\n"
            "src/x.py:\n```python\nprint(1)\n```\n\n"
            "src/y.py:\n```python\nprint(2)\n```"
        ]


async def test_one_agent_is_asked_about_a_file_of_the_home_directory(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    (tmp_path / "a b.txt").write_text("")
    async with staged() as stage:
        await typed(stage, '@qwen2 @~/Dockerfile @"~/a b.txt"')
        await stage.press("enter")
        one, other = stage.session.agents
        assert not one.turns
        assert other.turns[0].prompt == (
            "~/Dockerfile ~/a b.txt\n\n"
            "~/Dockerfile:\n```dockerfile\nFROM x\n```\n\n~/a b.txt:\n```text\n```"
        )


@pytest.mark.parametrize(
    ("data", "inside", "fence"),
    [
        (b"a\r\nb\rc", "a\nb\nc\n", "```"),
        (b"\xef\xbb\xbfbom\n", "bom\n", "```"),
        (b"\x1b[31mred\x07\n", "[31mred\n", "```"),
        (b"```\nx\n```\n", "```\nx\n```\n", "````"),
        (b"x `````` y\n", "x `````` y\n", "```````"),
        ("Grüße 語\n".encode(), "Grüße 語\n", "```"),
    ],
    ids=["line ends", "byte order mark", "escapes", "a fence", "a longer one", "no ASCII"],
)
async def test_any_text_stays_inside_its_fence(
    folder: Path, data: bytes, inside: str, fence: str
) -> None:
    (folder / "f.xyz").write_bytes(data)
    async with staged() as stage:
        await typed(stage, "@./f.xyz")
        await stage.press("enter")
        assert asked(stage) == [f"./f.xyz:\n{fence}xyz\n{inside}{fence}"]


def hostile(folder: Path) -> dict[str, str]:
    """Names of what cannot be inserted, and what is said of each."""
    (folder / "binary.bin").write_bytes(b"\x7fELF\x00\x01")
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "utf16.txt").write_text("hi", encoding="utf-16")
    (folder / "large.log").write_bytes(b"x" * (LIMIT + 1))
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    return {
        "./binary.bin": "is no text in UTF-8",
        "./latin.txt": "is no text in UTF-8",
        "./utf16.txt": "is no text in UTF-8",
        "./large.log": "is too much: the files of a prompt may",
        "./loop": "cannot be read",
        "./pipe": "is a device or a pipe",
        "/dev/zero": "is a device or a pipe",
        "./src": "is a directory",
        "src/": "is a directory",
        "src/z.py": "there is no file src/z.py",
        "./notes.md/x": "there is no file",
        "~nobody-of-that-name/x": "there is no file",
        "types/node": "@@types/node is plain text",
        "./" + "n" * 300: "cannot be read",
        **{
            name: "tells no size, as files of the system do"
            for name in ("/proc/self/status", "/proc/meminfo")
            if Path(name).exists()  # there is none on macOS
        },
    }


async def test_what_cannot_be_inserted_is_said_and_the_prompt_stays(folder: Path) -> None:
    async with staged() as stage:
        for name, said in hostile(folder).items():
            text = f"what is @{name} ?"
            stage.app.prompt.load_text(text)
            await stage.press("enter")
            assert said in told(stage)
            assert "not sent: " in stage.screen_text
            assert stage.app.prompt.text == text
            stage.app.clear_notifications()
        assert asked(stage) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
async def test_a_file_that_may_not_be_read_is_said(folder: Path) -> None:
    (folder / "notes.md").chmod(0)
    async with staged() as stage:
        await typed(stage, "@./notes.md")
        await stage.press("enter")
        assert "cannot be read: Permission denied" in stage.screen_text
        assert asked(stage) == []


async def test_a_file_that_changed_since_it_was_named_is_asked_about(folder: Path) -> None:
    async with staged() as stage:
        await typed(stage, "@./notes.md")
        (folder / "notes.md").write_text("all new and longer than before\n")
        await stage.press("enter")
        assert asked(stage) == []
        assert "has changed since you named it" in told(stage)
        assert stage.app.prompt.text == "@./notes.md"
        await stage.press("enter")
        assert "all new" in asked(stage)[0]


async def test_a_large_file_is_asked_about_once(folder: Path) -> None:
    (folder / "big.log").write_text("x" * (ASKED_FROM * 4))
    async with staged() as stage:
        await typed(stage, "@./big.log")
        await stage.press("enter")
        assert asked(stage) == []
        assert "40.0 kB, about 10,000 tokens" in stage.screen_text
        await stage.press("enter")
        assert len(asked(stage)[0]) > ASKED_FROM * 4


async def test_a_file_that_a_paste_names_is_asked_about_once() -> None:
    """Whoever pastes a page may not have seen that it names a private file."""
    async with staged() as stage:
        await stage.ask("a long page … @./notes.md … and on")
        assert asked(stage) == []
        assert "not sent yet: ./notes.md" in stage.screen_text
        assert stage.app.prompt.text == "a long page … @./notes.md … and on"
        await stage.press("enter")
        assert NOTES in asked(stage)[0]


async def test_two_ats_and_code_are_text() -> None:
    async with staged() as stage:
        await stage.ask("@@src/x.py and @@types/node, `@src/y.py`\n```\n@./notes.md\n```")
        assert asked(stage) == ["@src/x.py and @types/node, `@src/y.py`\n```\n@./notes.md\n```"]


async def test_a_file_without_a_slash_is_told_of() -> None:
    async with staged() as stage:
        await typed(stage, "@notes.md hi")
        await stage.press("enter")
        assert "no agent is called notes.md; @./notes.md is the file" in told(stage)
        assert asked(stage) == []


async def test_tab_completes_paths(folder: Path) -> None:
    (folder / "a b").mkdir()
    (folder / "a b" / "c d.txt").write_text("hi")
    (folder / ".env").write_text("X=1\n")
    async with staged() as stage:
        for begun, whole in (
            ("@./no", "@./notes.md "),
            ("see @sr", "see @src/"),
            ("@qwen1 @.e", "@qwen1 @.env "),
            ("@./a", '@"./a b/'),
            ('@"./a b/', '@"./a b/c d.txt" '),
            ("@~/he", "@~/here/"),
            (f"@{folder}/src/x", f"@{folder}/src/x.py "),
        ):
            stage.app.prompt.load_text(begun)
            stage.app.prompt.move_cursor(stage.app.prompt.document.end)
            await stage.press("tab")
            assert stage.app.prompt.text == whole
            assert stage.app.prompt.has_focus


async def test_a_link_that_leads_nowhere_keeps_no_other_file_from_being_completed(
    folder: Path,
) -> None:
    (folder / "loop").symlink_to("loop")
    (folder / "gone").symlink_to("no such file")
    (folder / 'no"word').write_text("")
    async with staged() as stage:
        await typed(stage, "@./not")
        await stage.press("tab")
        assert stage.app.prompt.text == "@./notes.md "
        await typed(stage, "@./")
        await stage.press("tab")
        assert "gone  loop  notes.md  src" in told(stage)
        assert "word" not in told(stage), "no @ can name it"


async def test_tab_lists_the_files_that_it_may_be() -> None:
    async with staged() as stage:
        await typed(stage, "read @src/")
        await stage.press("tab")
        assert stage.app.prompt.text == "read @src/"
        assert "x.py  y.py" in stage.screen_text
        await stage.press("z", "tab")
        assert "no file begins with src/z" in stage.screen_text
        assert stage.app.prompt.has_focus


async def test_a_name_of_the_command_line_that_names_a_file_is_asked_about(folder: Path) -> None:
    async with staged(prompt="@src/z.py what is it?") as stage:
        assert asked(stage) == []
        assert stage.app.prompt.text == "@src/z.py what is it?"
