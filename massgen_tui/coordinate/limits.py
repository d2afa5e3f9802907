"""How far a coordination may go, and how strict it is."""

from dataclasses import dataclass
from enum import StrEnum

from massgen_tui.config.coordination import CoordinationConfig


class Sensitivity(StrEnum):
    """How good an answer must be to be voted for."""

    LENIENT = "lenient"
    BALANCED = "balanced"
    STRICT = "strict"


class Novelty(StrEnum):
    """How unlike the answers that are there a new one must be."""

    LENIENT = "lenient"
    """Another text is enough."""
    BALANCED = "balanced"
    """At most 70 % of the words in common."""
    STRICT = "strict"
    """At most 50 %."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a coordination may take; where one is reached, the best there is is presented."""

    max_answers: int = 2
    """Answers of one agent; after that it may only vote. MassGen: `max_new_answers_per_agent`."""
    max_rounds: int = 4
    """Rounds, the first answers among them; in the last one agents may only vote."""
    max_seconds: float = 300
    """From the prompt to the last vote. MassGen: `orchestrator_timeout_seconds`."""
    max_total_tokens: int = 20000
    """Of all requests and answers together."""
    skip_rounds: bool = False
    """Nobody votes: the first agent presents. MassGen: `skip_coordination_rounds`."""
    skip_presentation: bool = False
    """The answer that won is the final one, as it is. MassGen: `skip_final_presentation`."""
    novelty: Novelty = Novelty.LENIENT
    """MassGen: `answer_novelty_requirement`."""


def limits_of(config: CoordinationConfig) -> Limits:
    """The limits that a config sets."""
    return Limits(
        max_answers=config.max_new_answers_per_agent,
        max_rounds=config.max_rounds,
        max_seconds=config.max_seconds,
        max_total_tokens=config.max_total_tokens,
        skip_rounds=config.skip_coordination_rounds,
        skip_presentation=config.skip_final_presentation,
        novelty=Novelty(config.answer_novelty_requirement),
    )
