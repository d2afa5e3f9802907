"""The JSON Schemas of what the commands print, as `massgen-tui schema` gives them."""

import json
from importlib.resources import files
from typing import Any


def schema(of: str) -> dict[str, Any]:
    """The schema of what the command `of` prints."""
    text = files("massgen_tui.cli").joinpath("schemas", f"{of}.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read
