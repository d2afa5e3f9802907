"""A commented config file of what was found, for people to go on with."""

import json
from collections.abc import Sequence
from pathlib import Path

from massgen_tui.config.variables import literal
from massgen_tui.discover.found import Choice, Found
from massgen_tui.discover.values import names_of
from massgen_tui.text import one_line

_NAMED = 20
_HEAD = """\
# Agents for massgen-tui, made of what answered at these addresses.
#
#   massgen-tui check FILE --strict     what each server is, and what would be sent to it
#   massgen-tui FILE                    the console
#   massgen-tui run FILE "PROMPT"       without a screen
#
# A key stands in a variable of the environment or of a .env file beside this one, never in here.

agents:
"""


def file_of(choices: Sequence[Choice], refused: Sequence[Found] = ()) -> str:
    """The file's text: an agent for each choice, with what may be changed in comments.

    Args:
        choices: the agents.
        refused: addresses of which none could be made, which are told in comments.
    """
    parts = [_HEAD]
    for id, choice in zip(names_of(choices), choices, strict=True):
        parts.append(_agent(id, choice))
    parts += [f"  # {one_line(found.told, 300)}\n" for found in refused]
    return "".join(parts)


def save(path: Path, text: str) -> None:
    """Write a new file; of one that cannot be written whole nothing is left.

    Raises:
        FileExistsError: there is something of this name already; it stays as it is.
        OSError: it cannot be written.
    """
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _agent(id: str, choice: Choice) -> str:
    found = choice.found
    lines = [f"  # {one_line(_what(choice), 300)}"]
    others = [model.id for model in found.chat if model.id != choice.model]
    if others:
        more = f", and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        named = ", ".join(one_line(other, 80) for other in others[:_NAMED])
        lines.append(f"  # It serves too: {named}{more}")
    lines += [
        f"  - id: {json.dumps(id)}",
        "    backend:",
        f"      type: {found.type}",
        f"      model: {json.dumps(literal(choice.model))}",
        f"      base_url: {json.dumps(literal(found.base_url))}",
    ]
    if found.api_key:
        why = "" if found.key_variable else "  # it asked for none, so none is sent"
        lines.append(f"      api_key: {found.api_key}{why}")
    lines += [f"      # {line}" for line in _MORE]
    return "\n".join(lines) + "\n"


_MORE = ("temperature: 0.6", "max_tokens: 4096", "enable_thinking: true")


def _what(choice: Choice) -> str:
    found = choice.found
    length = next((one.context_length for one in found.models if one.id == choice.model), None)
    told = [found.kind or "a server that does not say what it is"]
    told += [f"{length} tokens of context"] if length else []
    return " · ".join(told)
