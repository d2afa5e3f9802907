"""Words that look like a server's address; imports nothing, as `--help` needs it too."""

import re

_PLACE = re.compile(r"([^\s/@]+@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*):\d{1,5}(/\S*)?")
"""A name and a password count as part of it, so that it is refused without being shown."""


def is_address(word: str) -> bool:
    """Whether a word looks like a server's address: `http(s)://…` or `host:port`."""
    return word.lower().startswith(("http://", "https://")) or _PLACE.fullmatch(word) is not None
