"""How alike several answers to the same prompt are. Words alone never tell a regression.

A busy server batches requests differently each time, so even at temperature 0 answers part.
"""

from massgen_tui.compare.parting import parting_of


class Likeness:
    """Compares answers with the first to their prompt; holds texts of prompts under way alone."""

    def __init__(self, repeats: int) -> None:
        """Await so many answers to each prompt."""
        self._repeats = repeats
        self._first: dict[int, tuple[str, int]] = {}
        """The first answer to each prompt that awaits more, and how many have come."""
        self.identical = 0
        """Answers that say the very same as the first to their prompt, those among them."""
        self.of = 0
        self.first_difference_word: int | None = None
        """The earliest word, from 1, in which an answer parts from the first to its prompt."""

    def take(self, prompt: int, text: str) -> None:
        """Take in an answer to a prompt."""
        if self._repeats < 2:
            return
        first, count = self._first.get(prompt, (text, 0))
        self.of += 1
        if text == first:
            self.identical += 1
        elif (parted := parting_of(first, text)) is not None:
            before = self.first_difference_word
            self.first_difference_word = min(before or parted.word, parted.word)
        if count + 1 < self._repeats:
            self._first[prompt] = first, count + 1
        else:
            self._first.pop(prompt, None)
