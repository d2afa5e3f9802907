"""A prompt in the user's own editor: `$VISUAL`, else `$EDITOR`, run by name, never by a shell."""

import asyncio
import contextlib
import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.paths import open_private
from massgen_tui.text import clean

LIMIT = 5_000_000
"""Bytes that are taken back from an editor."""
_VARIABLES = ("VISUAL", "EDITOR")
_SET = "`export VISUAL=nano`, or what you like"
_LEAVE = 1.0
"""Seconds that an editor has to end when the console does."""


class EditorError(Exception):
    """Why a prompt was not edited, as a sentence with what to do."""


class Editor:
    """An editor that can be run."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """The one that the environment names.

        Raises:
            EditorError: it names none that is there.
        """
        self._variable = next((name for name in _VARIABLES if environ.get(name, "").strip()), "")
        if not self._variable:
            raise EditorError(f"no editor is set: {_SET}, then start anew")
        value = environ[self._variable]
        try:
            self._command = shlex.split(value)
        except ValueError as error:
            raise EditorError(f"${self._variable} is {clean(value)}: {error}; {_SET}") from None
        program = self._command[0] if self._command else ""
        if shutil.which(program, path=environ.get("PATH")) is None:
            raise EditorError(f"${self._variable} is {clean(value)}, which is not there; {_SET}")
        self.name = clean(Path(program).name)

    async def edit(self, text: str) -> str:
        """What the user makes of `text` in it, with new lines as line ends and none at the end.

        Others run on meanwhile. The file is private, and gone afterwards, but where it holds what
        cannot be taken: then it is named.

        Raises:
            EditorError: it failed, or left what cannot be taken; the text is as it was.
        """
        try:
            folder = Path(tempfile.mkdtemp(prefix="massgen-tui-"))
        except OSError as error:
            raise EditorError(f"no file for the editor: {error.strerror}: $TMPDIR") from None
        file = folder / "prompt.md"
        keep = False
        try:
            written = f"{text}\n" if text else ""
            with open_private(file, "x") as out:
                out.write(written)
            status = await self._run(file)
            data = await asyncio.to_thread(_read, file)
            changed = data is not None and data != written.encode()
            keep = changed  # until it is known that it can be taken
            said = self._taken(data, status, f"; what you wrote is {file}" if changed else "")
            keep = False
        except OSError as error:
            raise EditorError(
                f"{self.name} could not be run: {error.strerror}; ${self._variable}: {_SET}"
            ) from None
        finally:
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)
        return said

    async def _run(self, file: Path) -> int:
        process = await asyncio.create_subprocess_exec(*self._command, str(file))
        try:
            return await process.wait()
        finally:
            if process.returncode is None:  # the console ends
                process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), _LEAVE)

    def _taken(self, data: bytes | None, status: int, where: str) -> str:
        """What was written.

        Raises:
            EditorError: it is not to be taken.
        """
        if status:
            how = f"with exit code {status}" if status > 0 else f"by signal {-status}"
            raise EditorError(f"{self.name} ended {how}: the prompt is as it was{where}")
        if data is None:
            raise EditorError(f"{self.name} left no file: the prompt is as it was")
        if len(data) > LIMIT:
            raise EditorError(f"more than {LIMIT // 1_000_000} MB: the prompt is as it was{where}")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise EditorError(f"that is not UTF-8: the prompt is as it was{where}") from None
        return clean(text.replace("\r\n", "\n").replace("\r", "\n")).removesuffix("\n")


def _read(file: Path) -> bytes | None:
    """What stands in a file, and a little more than may; None: it is gone."""
    try:
        if stat.S_ISFIFO(file.stat().st_mode):  # it would be waited for
            return None
        with file.open("rb") as saved:
            return saved.read(LIMIT + 1)
    except FileNotFoundError:
        return None


async def edit_prompt(prompt: Prompt, lent: Callable[[], AbstractContextManager[None]]) -> str:
    """Let the user edit what stands in the prompt; gives what is to be said of it.

    Args:
        prompt: it is changed at once, so that this can be undone.
        lent: a context in which the editor has the terminal.
    """
    before = prompt.draft
    try:
        editor = Editor()
        said = ""
        with lent():
            try:
                text = await editor.edit(before)
            except EditorError as error:
                said, text = str(error), before
    except EditorError as error:
        return str(error)
    if prompt.draft != before:  # a prompt was taken back meanwhile
        prompt.remember(prompt.draft)
    if text != before:
        prompt.edited(text)
    elif not said:
        said = f"{editor.name} changed nothing (one with a window of its own has to wait: code -w)"
    return said
