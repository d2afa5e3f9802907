"""Long texts held aside: what stands in the prompt for them is a word that is put back when sent.

A text area wraps and measures all of its text at every change: a prompt of 5 MB would hold the
keys up for seconds each time.
"""

import re

LONG = 64 * 1024
"""Characters of a text that is held aside."""
_MARK = re.compile(r"\[long text (\d+): \d+ kB\]")


class Aside:
    """The long texts of one prompt, for as long as it lives: undo and the history may bring one."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._texts: list[str] = []

    def fold(self, text: str) -> str:
        """The text itself, or what stands for it where it is long."""
        if len(text) < LONG:
            return text
        if text not in self._texts:
            self._texts.append(text)
        number = self._texts.index(text) + 1
        return f"[long text {number}: {len(text.encode()) // 1000} kB]"

    def unfold(self, text: str) -> str:
        """The text with all that was held aside in its place."""

        def whole(mark: re.Match[str]) -> str:
            number = int(mark[1])
            known = 0 < number <= len(self._texts)
            held = self._texts[number - 1] if known else ""
            return held if known and self.fold(held) == mark[0] else mark[0]

        return _MARK.sub(whole, text) if self._texts else text
