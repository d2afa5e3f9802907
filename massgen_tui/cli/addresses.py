"""Words that look like a server's address; imports nothing, as `--help` needs it too."""

import re

_PLACE = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):\d{1,5}(/\S*)?")


def is_address(word: str) -> bool:
    """Whether a word looks like a server's address: `http(s)://…` or `host:port`."""
    return word.startswith(("http://", "https://")) or _PLACE.fullmatch(word) is not None
