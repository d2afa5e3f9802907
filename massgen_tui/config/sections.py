"""The sections of a config beside its agents: `ui`, `monitor`, `servers`, `gpus`."""

from collections.abc import Mapping

from massgen_tui.config.address import AddressError, normalise
from massgen_tui.config.diagnostics import Diagnostics
from massgen_tui.config.endpoint import APART, Own, endpoint_of, find_key, read_own
from massgen_tui.config.extras import replaces_key
from massgen_tui.config.model import Endpoint, GpuSource, UiConfig
from massgen_tui.config.schema import Server
from massgen_tui.config.values import Item, Json, dotted
from massgen_tui.dialects import NAMES, by_name, resolve
from massgen_tui.dialects.parameters import MASSGEN_UI

DISPLAY_TYPES = ("rich_terminal", "simple", "textual_terminal")


def read_ui(diagnostics: Diagnostics, item: Item | None) -> UiConfig:
    """The `ui:` section; defaults with problems noted when it cannot be read."""
    if item is None or item.empty:
        return UiConfig()
    diagnostics.begin()
    found = diagnostics.mapping(item) or {}
    data: dict[str, Json] = {}
    for name, each in found.items():
        if name in UiConfig.model_fields or name == "type":
            value = diagnostics.value(each)
            if value is not None:
                data.setdefault("display_type" if name == "type" else name, value)
        elif name in MASSGEN_UI:
            diagnostics.ignored.add(f"ui.{name}")
        else:
            diagnostics.unknown_key(each, set(UiConfig.model_fields))
    _note_unset(diagnostics, item)
    ui = diagnostics.validated(UiConfig, data, item)
    if ui is None:
        return UiConfig()
    if ui.display_type not in DISPLAY_TYPES:
        known = ", ".join(DISPLAY_TYPES)
        diagnostics.warnings.append(f"ui.display_type `{ui.display_type}` is none of {known}")
    return ui


def read_monitor(diagnostics: Diagnostics, item: Item | None) -> bool:
    """Whether servers and GPUs are looked at: `monitor: on | off`."""
    if item is None or item.empty:
        return True
    diagnostics.begin()
    written = diagnostics.value(item)
    if _note_unset(diagnostics, item):
        return True
    words = {"on": True, "true": True, "off": False, "false": False}
    value = words.get(str(written).lower())
    if value is None:
        diagnostics.error(item, "should be on or off")
    return value is not False


def read_servers(diagnostics: Diagnostics, entry: Item | None) -> tuple[Endpoint, ...]:
    """The `servers:` list: addresses, or mappings with `base_url`, `type`, `api_key` and more."""
    servers = []
    for item in _items(diagnostics, entry):
        diagnostics.begin()
        before = len(diagnostics.problems)
        data, own = _written(diagnostics, item)
        if _note_unset(diagnostics, item):
            continue
        server = diagnostics.validated(Server, data, item)
        read = _server(diagnostics, item, server, own) if server else None
        if read is not None and len(diagnostics.problems) == before:
            servers.append(read)
    return tuple(servers)


def _written(diagnostics: Diagnostics, item: Item) -> tuple[Json, Own]:
    """What an entry says, and apart what may hold secrets: nothing that is said may tell these."""
    if not isinstance(item.written.value, Mapping):
        data = diagnostics.value(item)
        return {"base_url": data} if isinstance(data, str) else data, Own()
    found = diagnostics.mapping(item) or {}
    own = read_own(diagnostics, found)
    values: dict[str, Json] = {}
    for name, each in found.items():
        if name == "api_key":
            # as a text: how a number is written is remarked upon, with the number
            values[name] = diagnostics.text(each)
        elif name not in APART:
            values[name] = diagnostics.value(each)
    return values, own


def _server(diagnostics: Diagnostics, item: Item, server: Server, own: Own) -> Endpoint | None:
    kind = by_name(server.type)
    if kind is None:
        known = ", ".join(NAMES)
        diagnostics.error(item, f"`{server.type}` is not spoken here", known, key="type")
        return None
    try:
        base_url = normalise(server.base_url, kind)
    except AddressError as error:
        diagnostics.error(item, str(error), key="base_url")
        return None
    dialect = resolve(server.type, base_url) or kind
    key = find_key(diagnostics, dialect, base_url, server.api_key, own, where=".env")
    if key.warning and replaces_key(own.headers):
        diagnostics.warnings.append(f"{dotted(item.steps)}: {key.warning}")
    if key.problem is not None:
        told = f"{key.problem.message}: {key.problem.hint}"
        diagnostics.warnings.append(f"{dotted(item.steps)}: {told}")
    return endpoint_of(server.type, base_url, key, own, server, secrets=diagnostics.secrets)


def read_gpus(diagnostics: Diagnostics, entry: Item | None) -> tuple[GpuSource, ...]:
    """The `gpus:` list: DCGM exporters of other machines."""
    sources = []
    for item in _items(diagnostics, entry):
        diagnostics.begin()
        data = diagnostics.value(item)
        if _note_unset(diagnostics, item):
            continue
        source = diagnostics.validated(GpuSource, data, item)
        if source is not None:
            sources.append(source)
    return tuple(sources)


def _items(diagnostics: Diagnostics, item: Item | None) -> list[Item]:
    if item is None or item.empty:
        return []
    items = item.items()
    if items is None:
        diagnostics.error(item, "should be a list")
    return items or []


def _note_unset(diagnostics: Diagnostics, item: Item) -> bool:
    """Outside agents an unset variable costs its section only."""
    if diagnostics.unset:
        unset = ", ".join(diagnostics.unset)
        diagnostics.warnings.append(f"left out of {dotted(item.steps)}, unset: {unset}")
    return bool(diagnostics.unset)
