"""The JSON Schema of a config file, for editors."""

from typing import Any

from pydantic import BaseModel

from massgen_tui.config.model import GpuSource, Timeouts, UiConfig
from massgen_tui.config.own_settings import OwnSettings
from massgen_tui.config.schema import BackendOptions, Extras, Sampling, Server
from massgen_tui.dialects import DIALECTS, NAMES
from massgen_tui.dialects.parameters import (
    MASSGEN_AGENT,
    MASSGEN_BACKEND,
    MASSGEN_RATE_LIMITS,
    MASSGEN_TOP,
    MASSGEN_UI,
    NOT_SPOKEN,
    OPENAI,
    SWITCHES,
)

_REFERENCE = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"}
"""`${VAR}` may stand for any value."""
_TEXT = {"type": ["string", "number"]}
Schema = dict[str, Any]
_ANY_SECTION = {"description": "How agents agree; keys that mean nothing here are ignored."}
"""MassGen's files hold much more there than is read."""


def config_schema() -> Schema:
    """The schema (draft 2020-12) that every file which `load_config` takes satisfies."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "massgen-tui config",
        "type": "object",
        "properties": {
            **_anything(MASSGEN_TOP | MASSGEN_RATE_LIMITS),
            "agents": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/agent"}},
            "agent": {"$ref": "#/$defs/agent"},
            "ui": {"anyOf": [{"$ref": "#/$defs/ui"}, {"type": "null"}]},
            "monitor": {
                "type": ["boolean", "null"],
                "description": "Look at servers and GPUs in the background.",
            },
            "servers": {
                "type": ["array", "null"],
                "description": "Servers to look at that no agent uses.",
                "items": {"anyOf": [{"type": "string"}, _section(Server)]},
            },
            "orchestrator": _ANY_SECTION,
            "timeout_settings": _ANY_SECTION,
            "gpus": {
                "type": ["array", "null"],
                "description": "GPUs of other machines.",
                "items": _section(GpuSource),
            },
        },
        "patternProperties": {"^(x-|_|\\.)": {}},
        "additionalProperties": False,
        "$defs": {
            "agent": _agent(),
            "backend": _backend(),
            "ui": _ui(),
            "Timeouts": _section(Timeouts),
        },
    }


def settings_schema() -> Schema:
    """The schema of the user's own settings, `settings.yaml`."""
    schema = _section(OwnSettings)
    timeout = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"$ref": "#/$defs/Timeouts"}]}
    properties = {
        name: {"anyOf": [each, {"type": "null"}]} if "anyOf" not in each else each
        for name, each in (schema["properties"] | {"timeout": timeout}).items()
    }
    properties["keymap"]["anyOf"][0]["additionalProperties"] = {"type": ["string", "integer"]}
    return schema | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "massgen-tui settings",
        "description": "What holds for all configs that do not say otherwise.",
        "properties": properties,
    }


def _agent() -> Schema:
    return {
        "type": "object",
        "properties": {
            **_anything(MASSGEN_AGENT),
            "id": {**_TEXT, "description": "Its name, unlike the others'."},
            "voting_sensitivity": {"description": "lenient, balanced or strict"},
            "system_message": {"type": ["string", "number", "null"]},
            "append_system_prompt": {"type": ["string", "number", "null"]},
            "backend": {"$ref": "#/$defs/backend"},
        },
        "patternProperties": {"^(x-|_|\\.)": {}},
        "required": ["id", "backend"],
        "additionalProperties": False,
    }


def _backend() -> Schema:
    options, sampling = _section(BackendOptions), _section(Sampling)
    options["properties"]["timeout"] = {
        "anyOf": [{"type": "number"}, options["properties"]["timeout"]]
    }
    others = set[str]().union(*(dialect.extras for dialect in DIALECTS), OPENAI, SWITCHES)
    spoken = [*NAMES, *sorted(NOT_SPOKEN)]
    parameters = {
        name: {"anyOf": [schema, _REFERENCE, {"type": "null"}]}
        for name, schema in (
            options["properties"] | _section(Extras)["properties"] | sampling["properties"]
        ).items()
    }
    return {
        "type": "object",
        "properties": {
            **_anything(MASSGEN_BACKEND | others),
            **parameters,
            "type": {"anyOf": [{"enum": spoken}, {"type": "string"}]},
            "model": {**_TEXT, "description": "The name the server knows it by."},
            "base_url": {
                "type": ["string", "null"],
                "description": "With or without /v1; by default where the type's server is.",
            },
            "api_key": {
                "type": ["string", "null"],
                "description": "Better in the environment or .env: api_key: ${NAME}.",
            },
        },
        "required": ["type"],
    }


def _ui() -> Schema:
    schema = _section(UiConfig)
    schema["properties"] |= {"type": {"type": "string"}, **_anything(MASSGEN_UI)}
    return schema


def _section(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def _anything(names: frozenset[str] | set[str]) -> Schema:
    return {name: {} for name in sorted(names)}
