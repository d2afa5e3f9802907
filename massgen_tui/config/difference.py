"""What is not the same in two agents, as people read it: `temperature 0.3 → 1`."""

from collections.abc import Mapping

from massgen_tui.text import one_line

_LONGEST = 60


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """What differs in an agent's plain values (`config.serialise`), setting by setting."""
    old, new = _flat(before), _flat(after)
    return [
        f"{name} {_shown(old.get(name))} → {_shown(new.get(name))}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def _flat(values: Mapping[str, object]) -> dict[str, object]:
    backend = values.get("backend")
    inner = backend if isinstance(backend, Mapping) else {}
    return {**{key: value for key, value in values.items() if key != "backend"}, **inner}


def _shown(value: object) -> str:
    return "unset" if value is None else one_line(str(value), _LONGEST)
