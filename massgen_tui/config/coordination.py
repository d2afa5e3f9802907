"""How agents are to agree, as a config says it: `orchestrator:` and `timeout_settings:`.

The keys stand where MassGen has them, and mean what they mean there. Its files hold many more:
what is not read is ignored, and what would change the outcome is warned of.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from massgen_tui.config.diagnostics import Diagnostics
from massgen_tui.config.values import OWN, Item, Json, dotted

SENSITIVITIES = ("lenient", "balanced", "strict")
_TEXTS = ("round", "vote_only", "again", "present")


class CoordinationConfig(BaseModel):
    """When agents agree, and how far they go for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    coordinate: bool = Field(default=False, description="Answer, look, vote, present.")
    max_new_answers_per_agent: int = Field(default=2, ge=1)
    max_rounds: int = Field(default=4, ge=1, description="The first answers are one.")
    max_seconds: float = Field(default=300, gt=0)
    max_total_tokens: int = Field(default=20000, ge=1, description="Prompts and answers of all.")
    voting_sensitivity: str = Field(default="lenient", description="lenient, balanced, strict")
    answer_novelty_requirement: str = Field(
        default="lenient", description="lenient, balanced, strict"
    )
    skip_coordination_rounds: bool = False
    skip_final_presentation: bool = False
    initial_round_timeout_seconds: float | None = Field(default=None, gt=0)
    subsequent_round_timeout_seconds: float | None = Field(default=None, gt=0)
    prompts: dict[str, str] = Field(
        default={}, description="Texts in place of ours: round, vote_only, again, present."
    )
    understood: tuple[str, ...] = ()
    """The keys of the file that say something here."""


TIMES = {
    "orchestrator_timeout_seconds": "max_seconds",
    "initial_round_timeout_seconds": "initial_round_timeout_seconds",
    "subsequent_round_timeout_seconds": "subsequent_round_timeout_seconds",
}
"""What the keys of `timeout_settings` are called here."""
_OWN = frozenset(CoordinationConfig.model_fields) - {"understood"}
_SCALES = ("voting_sensitivity", "answer_novelty_requirement")
_NOT_DONE = {"max_orchestration_restarts": "an answer is not judged and begun anew here"}


def read_coordination(
    diagnostics: Diagnostics, orchestrator: Item | None, times: Item | None
) -> CoordinationConfig:
    """What both sections say; a value that cannot be used is left out with a warning."""
    outer = _mapping(diagnostics, orchestrator)
    inner = _mapping(diagnostics, outer.get("coordination"))
    found = [(TIMES.get(name, name), each) for name, each in _mapping(diagnostics, times).items()]
    found += [(name, each) for part in (inner, outer) for name, each in part.items()]
    given: dict[str, Json] = {}
    understood = []
    for field, item in found:
        where = dotted(item.steps)
        if field not in _OWN and field not in _NOT_DONE:
            if field != "coordination" and not field.startswith(OWN):
                diagnostics.ignored.add(where)
            continue
        value = _value(diagnostics, item)
        if value is None:
            continue
        if field in _NOT_DONE:
            if value:
                diagnostics.warnings.append(f"{where}: {_NOT_DONE[field]}")
        elif wrong := _wrong(field, value):
            diagnostics.warnings.append(f"{where} {wrong}: left out")
        else:
            given[field] = value
            understood.append(where)
    return CoordinationConfig.model_validate(given | {"understood": tuple(understood)})


def read_sensitivity(diagnostics: Diagnostics, *items: Item | None) -> str:
    """The first of an agent's own `voting_sensitivity`s that says something; empty: none does."""
    for item in items:
        value = None if item is None else _value(diagnostics, item)
        if item is None or value is None:
            continue
        if wrong := _wrong("voting_sensitivity", value):
            diagnostics.warnings.append(f"{dotted(item.steps)} {wrong}: left out")
        else:
            return str(value)
    return ""


def _mapping(diagnostics: Diagnostics, item: Item | None) -> dict[str, Item]:
    """The entries of a section; none where it is no mapping, which MassGen's may be."""
    if item is None or not isinstance(item.written.value, Mapping):
        return {}
    return diagnostics.mapping(item) or {}


def _value(diagnostics: Diagnostics, item: Item) -> Json:
    """What a key says; None where it says nothing, or an unset variable."""
    diagnostics.begin()
    value = diagnostics.value(item)
    if diagnostics.unset:
        unset = ", ".join(diagnostics.unset)
        diagnostics.warnings.append(f"left out of {dotted(item.steps)}, unset: {unset}")
        return None
    return value


def _wrong(field: str, value: Json) -> str:
    """What is wrong with a value; empty: nothing."""
    if field in _SCALES and value not in SENSITIVITIES:
        return f"is none of {', '.join(SENSITIVITIES)}"
    if field == "prompts" and isinstance(value, dict) and (odd := sorted(set(value) - set(_TEXTS))):
        return f"has no text called {odd[0][:40]} (there are: {', '.join(_TEXTS)})"
    try:
        CoordinationConfig.model_validate({field: value})
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False, include_input=False)
        return str(first["msg"]).replace("Input should", "should")
    return ""
