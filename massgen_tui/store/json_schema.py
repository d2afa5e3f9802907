"""The JSON Schema of the lines of a session's file, made of the models that write and read them."""

from dataclasses import fields
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from massgen_tui.session.times import Times
from massgen_tui.store.decoder import Told
from massgen_tui.store.formats import FORMAT
from massgen_tui.store.head import Head
from massgen_tui.store.stream_lines import Message, Text

Schema = dict[str, Any]
TOLD: tuple[type[BaseModel], ...] = get_args(Told)
"""The lines that have an `e`."""
LINES: tuple[type[BaseModel], ...] = (Head, *TOLD, Message, Text)


def session_schema() -> Schema:
    """The schema (draft 2020-12) that every line of a whole file satisfies; the first is a head."""
    _, made = models_json_schema([(one, "validation") for one in LINES])
    defs: Schema = {name: _plain(one) for name, one in made["$defs"].items()}
    for one in TOLD:
        defs[one.__name__]["required"].insert(0, "e")
    head = defs["Head"]
    head["properties"]["format"] = {"const": FORMAT}
    head["required"] = [name for name in head["properties"] if name != "resumed"]
    defs["KeptAgent"]["required"] = list(defs["KeptAgent"]["properties"])
    defs["End"]["properties"]["times"] = _times()
    defs["Message"]["properties"]["v"] = _message()
    defs["Text"]["oneOf"] = [{"required": [one]} for one in ("c", "r", "f")]
    defs["Text"]["required"].append("d")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a session's file",
        "description": "The first line is `#/$defs/Head`. See docs/session-format.md.",
        "anyOf": [{"$ref": f"#/$defs/{one.__name__}"} for one in LINES],
        "$defs": dict(sorted({**defs, "Reference": _REFERENCE}.items())),
    }


def _plain(made: Schema) -> Schema:
    """Without titles; exactly these fields, and none is null: defaults are left out."""
    if "properties" not in made:
        return {name: value for name, value in made.items() if name != "title"}
    properties = {name: _told(one) for name, one in made["properties"].items()}
    required = list(made.get("required", ()))
    described = {"description": made["description"]} if "description" in made else {}
    shape = {"properties": properties, "required": required, "additionalProperties": False}
    return {**described, "type": "object", **shape}


def _told(field: Schema) -> Schema:
    """What is written of a field, where something is."""
    told = {name: value for name, value in field.items() if name not in ("title", "default")}
    choices = [one for one in told.pop("anyOf", ()) if one != {"type": "null"}]
    return {**told, **(choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {})}


def _times() -> Schema:
    whole, said = {"type": "integer"}, {"type": "boolean"}
    kinds = {"int": whole, "int | None": whole, "bool": said}
    named = {one.name: kinds.get(_name(one.type), {"type": "number"}) for one in fields(Times)}
    del named["created"]
    return {"type": "object", "properties": named, "additionalProperties": False}


def _name(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _message() -> Schema:
    """What is sent, in which a string may be a reference."""
    field = {"if": {"type": "object", "required": ["$"]}, "then": {"$ref": "#/$defs/Reference"}}
    return {"type": "object", "additionalProperties": field}


_REFERENCE: Schema = {
    "description": "A text that the file tells already: a prompt (`p`, of a turn), or an answer "
    "(`c`) or its reasoning (`r`, of an attempt).",
    "type": "object",
    "properties": {
        "$": {
            "type": "array",
            "prefixItems": [{"enum": ["p", "c", "r"]}, {"type": "integer", "minimum": 1}],
            "minItems": 2,
            "maxItems": 2,
        }
    },
    "required": ["$"],
    "additionalProperties": False,
}
