"""The sections of a config beside its agents: `ui`, `monitor`, `servers`, `gpus`."""

import yaml
from pydantic import SecretStr

from massgen_tui.config.address import AddressError, normalise
from massgen_tui.config.credentials import in_headers, key_for
from massgen_tui.config.document import Entry, Json
from massgen_tui.config.extras import Extra
from massgen_tui.config.model import ExtraServer, GpuSource, UiConfig
from massgen_tui.config.read_extras import HEADERS, QUERY, read_headers, read_query
from massgen_tui.config.reading import Reading
from massgen_tui.config.schema import Gpus, Server, Ui
from massgen_tui.dialects import NAMES, by_name, resolve
from massgen_tui.dialects.parameters import MASSGEN_UI

DISPLAY_TYPES = ("rich_terminal", "simple", "textual_terminal")


def read_ui(reading: Reading, entry: Entry | None) -> UiConfig:
    """The `ui:` section; defaults with problems noted when it cannot be read."""
    if entry is None or _empty(entry.value):
        return UiConfig()
    reading.begin()
    found = reading.mapping(entry.value, "ui") or {}
    data: dict[str, Json] = {}
    for name, item in found.items():
        if name in Ui.model_fields or name == "type":
            value = reading.value(item.value, f"ui.{name}")
            if value is not None:
                data.setdefault("display_type" if name == "type" else name, value)
        elif name in MASSGEN_UI:
            reading.ignored.add(f"ui.{name}")
        else:
            reading.stranger(item, "ui", set(Ui.model_fields))
    _note_unset(reading, "ui")
    ui = reading.validated(Ui, data, entry.value, "ui")
    if ui is None:
        return UiConfig()
    if ui.display_type not in DISPLAY_TYPES:
        known = ", ".join(DISPLAY_TYPES)
        reading.warnings.append(f"ui.display_type `{ui.display_type}` is none of {known}")
    return UiConfig.model_validate(ui.model_dump())


def read_monitor(reading: Reading, entry: Entry | None) -> bool:
    """Whether servers and GPUs are looked at: `monitor: on | off`."""
    if entry is None or _empty(entry.value):
        return True
    reading.begin()
    written = reading.value(entry.value, "monitor")
    if _note_unset(reading, "monitor"):
        return True
    words = {"on": True, "true": True, "off": False, "false": False}
    value = words.get(str(written).lower())
    if value is None:
        reading.complain(entry.value, "monitor", "should be on or off")
    return value is not False


def read_servers(reading: Reading, entry: Entry | None) -> tuple[ExtraServer, ...]:
    """The `servers:` list: addresses, or mappings with `base_url`, `type`, `api_key` and more."""
    servers = []
    for index, node in enumerate(_items(reading, entry, "servers")):
        key = f"servers[{index}]"
        reading.begin()
        before = len(reading.problems)
        data, extras = _written(reading, node, key)
        if _note_unset(reading, key):
            continue
        server = reading.validated(Server, data, node, key)
        read = _server(reading, node, key, server, extras) if server else None
        if read is not None and len(reading.problems) == before:
            servers.append(read)
    return tuple(servers)


Extras = dict[str, tuple[Extra, ...]]


def _written(reading: Reading, node: yaml.Node, key: str) -> tuple[Json, Extras]:
    """What an entry says, and apart its headers and query: nothing that is said may tell these."""
    if not isinstance(node, yaml.MappingNode):
        data = reading.value(node, key)
        return {"base_url": data} if isinstance(data, str) else data, {}
    found = reading.mapping(node, key) or {}
    extras = {HEADERS: read_headers(reading, found, key), QUERY: read_query(reading, found, key)}
    values: dict[str, Json] = {}
    for name, entry in found.items():
        if name == "api_key":
            # as a text: how a number is written is remarked upon, with the number
            values[name] = reading.text(entry, key)
        elif name not in extras:
            values[name] = reading.value(entry.value, f"{key}.{name}")
    return values, extras


def _server(
    reading: Reading, node: yaml.Node, key: str, server: Server, extras: Extras
) -> ExtraServer | None:
    kind = by_name(server.type)
    if kind is None:
        known = ", ".join(NAMES)
        reading.complain(node, f"{key}.type", f"`{server.type}` is not spoken here", known)
        return None
    try:
        base_url = normalise(server.base_url, kind)
    except AddressError as error:
        reading.complain(node, f"{key}.base_url", str(error))
        return None
    dialect = resolve(server.type, base_url) or kind
    headers = extras.get(HEADERS, ())
    said = in_headers(headers, server.api_key)
    if said is not None and said.warning:
        reading.warnings.append(f"{key}: {said.warning}")
    found = said or key_for(dialect, base_url, server.api_key, reading.variables, where=".env")
    if found.problem is not None:
        reading.warnings.append(f"{key}: {found.problem.message}: {found.problem.hint}")
    secret: SecretStr | None = found.secret
    return ExtraServer(
        base_url=base_url,
        type=server.type,
        api_key=secret,
        gpu_metrics_url=server.gpu_metrics_url,
        extra_headers=headers,
        extra_query=extras.get(QUERY, ()),
    )


def read_gpus(reading: Reading, entry: Entry | None) -> tuple[GpuSource, ...]:
    """The `gpus:` list: DCGM exporters of other machines."""
    sources = []
    for index, node in enumerate(_items(reading, entry, "gpus")):
        key = f"gpus[{index}]"
        reading.begin()
        data = reading.value(node, key)
        if _note_unset(reading, key):
            continue
        source = reading.validated(Gpus, data, node, key)
        if source is not None:
            sources.append(GpuSource(dcgm=source.dcgm, label=source.label))
    return tuple(sources)


def _items(reading: Reading, entry: Entry | None, key: str) -> list[yaml.Node]:
    if entry is None or _empty(entry.value):
        return []
    if not isinstance(entry.value, yaml.SequenceNode):
        reading.complain(entry.value, key, "should be a list")
        return []
    return list(entry.value.value)


def _note_unset(reading: Reading, key: str) -> bool:
    """Outside agents an unset variable costs its section only."""
    if reading.unset:
        reading.warnings.append(f"left out of {key}, unset: {', '.join(reading.unset)}")
    return bool(reading.unset)


def _empty(node: yaml.Node) -> bool:
    return node.tag == "tag:yaml.org,2002:null"
