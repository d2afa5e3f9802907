"""What is found at an address: values, without a look."""

import re
from dataclasses import dataclass

from massgen_tui.config.secrets import PLAIN
from massgen_tui.dialects import by_name
from massgen_tui.monitor.status import ServedModel

_NO_CHAT = re.compile(
    r"embed|rerank|whisper|moderation|transcribe|minilm|colbert|dall-e"
    r"|(?<![a-z0-9])(?:bge|e5|gte|tts|asr)(?![a-z])",
    re.IGNORECASE,
)
"""Names of models that answer no prompts; a list of models says nothing of it."""


NO_CHAT = "serves no model that answers prompts"
NO_MODEL = "lists no model"
"""Problems that a model's name takes away."""


@dataclass(frozen=True, slots=True)
class Found:
    """One address, and what proved to be there."""

    address: str
    """As it was given."""
    base_url: str = ""
    type: str = "chatcompletion"
    """The `type:` of a config that suits it."""
    kind: str = ""
    """What it says it is, with its version: `vLLM 0.33.0`; empty: it does not say."""
    models: tuple[ServedModel, ...] = ()
    key_variable: str = ""
    """The variable whose key it was asked with; empty: it wants none."""
    problem: str = ""
    """Why no agent can be made of it."""
    hint: str = ""
    """What to do about it."""
    decided: bool = False
    """The first model is the one that is meant."""

    @property
    def chat(self) -> tuple[ServedModel, ...]:
        """The models that a prompt can be for, as far as their names tell."""
        return tuple(model for model in self.models if not _NO_CHAT.search(model.id))

    @property
    def api_key(self) -> str:
        """What a config says of its key; `EMPTY`: none goes there, as it asked for none."""
        if self.key_variable:
            return f"${{{self.key_variable}}}"
        dialect = by_name(self.type)
        return PLAIN if dialect is not None and dialect.key_vars else ""

    @property
    def told(self) -> str:
        """The problem and what to do, behind the address."""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.address}: {self.problem}{hint}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A server and the model that an agent asks there."""

    found: Found
    model: str
