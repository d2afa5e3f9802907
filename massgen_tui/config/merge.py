"""Merging of nested mappings, without changing any of them."""

from collections.abc import Mapping


def copied(value: object) -> object:
    """A copy of plain data that shares no mapping or list with it."""
    if isinstance(value, Mapping):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copied(item) for item in value]
    return value


def deep_merge(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Both mappings in one, mappings in them merged likewise; where they differ, `over` wins."""
    merged = {key: copied(value) for key, value in under.items()}
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = deep_merge(below, value)
        else:
            merged[key] = copied(value)
    return merged


def patched(under: Mapping[str, object], patch: Mapping[str, object]) -> dict[str, object]:
    """A mapping with changes: None takes a key away, mappings are patched in turn (RFC 7396)."""
    made = {key: copied(value) for key, value in under.items()}
    for key, value in patch.items():
        below = made.get(key)
        if value is None:
            made.pop(key, None)
        elif isinstance(value, Mapping):
            made[key] = patched(below if isinstance(below, Mapping) else {}, value)
        else:
            made[key] = copied(value)
    return made


def at_path(path: str, value: object) -> dict[str, object]:
    """A mapping that holds the value at a dotted path: `a.b` gives `{a: {b: value}}`."""
    first, _, rest = path.partition(".")
    return {first: at_path(rest, value) if rest else copied(value)}


def look_up(data: Mapping[str, object], path: str) -> object | None:
    """What stands at a dotted path, or None."""
    value: object | None = data
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
