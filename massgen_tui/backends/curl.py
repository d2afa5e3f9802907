"""A request as a command for a shell: what was sent, its secrets as variables. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

from massgen_tui.config.extras import MASK, Extra, replaces_key, with_query
from massgen_tui.config.model import Endpoint
from massgen_tui.config.secrets import PLAIN, SHORTEST, secrets_of
from massgen_tui.net.address import is_loopback

ARGUMENT = 100_000
"""Characters from which a body is piped to curl: Linux takes 131,072 bytes in one argument."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}")
_TEMPLATE = re.compile(rf"{_REFERENCE.pattern}|{re.escape(MASK)}")
_KEY, _SECRET = "API_KEY", "SECRET"
# In JSON these stand in strings only, where an escape means the same: the body is one quoted word
# that no shell reads anything in, an interactive one (`!`) neither.
_ESCAPED = {"'": "\\u0027", "!": "\\u0021", "\x7f": "\\u007f"}


def curl(url: str, endpoint: Endpoint, body: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    """The command that sends this body there, and the variables that it needs to be set.

    Each secret is `$VARIABLE`, by the name of the variable that it came from where it did; its
    value is nowhere in the command, whatever holds it.
    """
    shell = _Shell(endpoint)
    # its escapes stand for themselves in any locale, and none is a control character
    text = json.dumps(dict(body), indent=2, ensure_ascii=True, default=str)
    data = shell.word(text, json_text=True)
    lines = [
        f"curl -sS{'N' if body.get('stream') else ''}{_as_is(url)} {shell.word(_to(url, endpoint))}"
    ]
    lines += [f"--url-query {shell.extra(one, '=')}" for one in endpoint.extra_query if one.secret]
    lines.append("-H 'Content-Type: application/json'")
    if not replaces_key(endpoint.extra_headers):
        lines.append(f"-H {shell.key()}")
    lines += [f"-H {shell.extra(one, ': ')}" for one in endpoint.extra_headers]
    if len(data) < ARGUMENT:
        return " \\\n  ".join([*lines, f"--data-binary {data}"]), shell.used
    command = " \\\n  ".join([*lines, "--data-binary @-"])
    return f"printf %s {data} |\n{command}", shell.used


def _to(url: str, endpoint: Endpoint) -> str:
    """The address with the parameters that are no secrets."""
    return with_query(url, [one for one in endpoint.extra_query if not one.secret])


def _as_is(url: str) -> str:
    """Options that have curl take an address as it stands, and go to this machine directly."""
    globs = " -g" if any(mark in url for mark in "[]{}") else ""
    return globs + (" --noproxy '*'" if is_loopback(urlsplit(url).hostname or "") else "")


class _Shell:
    """Words of a shell, in which secrets are variables."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._used: dict[str, None] = {}
        self._names = _named(endpoint)
        longest = sorted(self._names, key=len, reverse=True)
        self._hidden = re.compile("|".join(map(re.escape, longest))) if longest else None

    @property
    def used(self) -> tuple[str, ...]:
        """The variables in all words so far, in their order."""
        return tuple(self._used)

    def key(self) -> str:
        """The header with the key."""
        place = self._endpoint
        # of a kept session the key may not be there, but what the config said of it
        key = place.api_key.get_secret_value().strip() if place.api_key else place.key_template
        if key in ("", PLAIN):
            return self.word(f"Authorization: Bearer {PLAIN}")
        return self._joined("Authorization: Bearer ", _key_name(place))

    def extra(self, extra: Extra, between: str) -> str:
        """A header or parameter of one's own: of a secret as much as the config says of it."""
        name, value = extra.pair
        if not extra.secret:
            return self.word(f"{name}{between}{value}")
        told, parts, at = f"{name}{between}{extra.shown or MASK}", [], 0
        for match in _TEMPLATE.finditer(told, len(name)):
            parts += [told[at : match.start()], match[1] or _variable(name)]
            at = match.end()
        return self._joined(*parts, told[at:])

    def word(self, text: str, *, json_text: bool = False) -> str:
        """A text as one word; what is secret in it becomes variables."""
        parts: list[str] = []
        at = 0
        for match in self._hidden.finditer(text) if self._hidden else ():
            parts += [text[at : match.start()], self._names[match[0]]]
            at = match.end()
        parts.append(text[at:])
        if json_text:
            parts[::2] = [_escaped(part) for part in parts[::2]]
        return self._joined(*parts)

    def _joined(self, *parts: str) -> str:
        """Texts and, in every second place, names of variables."""
        names = parts[1::2]
        self._used.update(dict.fromkeys(names))
        words = [f'"${part}"' if at % 2 else _quoted(part) for at, part in enumerate(parts)]
        return "".join(word for word in words if word) or "''"


def _named(endpoint: Endpoint) -> dict[str, str]:
    """All that must not be told, as text and as JSON has it, with a variable for each."""
    names: dict[str, str] = dict.fromkeys(secrets_of(endpoint), _SECRET)
    for extra in (*endpoint.extra_headers, *endpoint.extra_query):
        used = _REFERENCE.findall(extra.shown)
        own = used[0] if len(used) == 1 else _variable(extra.name)
        names |= {part.get_secret_value(): own for part in extra.hidden}
    if endpoint.api_key is not None:
        names[endpoint.api_key.get_secret_value()] = _key_name(endpoint)
    names |= {value.get_secret_value(): name for name, value in endpoint.secrets}
    told = {text: name for text, name in names.items() if len(text) >= SHORTEST and text != PLAIN}
    return {form: name for text, name in told.items() for form in _forms(text)}


def _forms(text: str) -> Iterable[str]:
    """A secret as it may stand in a command."""
    return {text, json.dumps(text)[1:-1], quote(text, safe="")}


def _key_name(endpoint: Endpoint) -> str:
    if match := _REFERENCE.fullmatch(endpoint.key_template):
        return match[1]
    return endpoint.key_source if _VARIABLE.fullmatch(endpoint.key_source) else _KEY


def _variable(name: str) -> str:
    """A variable called after a header."""
    made = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper()
    return made if _VARIABLE.fullmatch(made) else _SECRET


def _escaped(text: str) -> str:
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


def _quoted(text: str) -> str:
    """A text in single quotes, in which a shell reads nothing; empty for none."""
    return "'" + text.replace("'", "'\"'\"'") + "'" if text else ""
