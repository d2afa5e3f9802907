"""Which key goes to which server: a provider's only to its own hosts, over https."""

from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from massgen_tui.config.address import host_of, port_of
from massgen_tui.config.extras import MASK, Extra
from massgen_tui.config.model import AgentProblem
from massgen_tui.config.secrets import PLAIN
from massgen_tui.data_class import dataclass
from massgen_tui.dialects import Dialect, by_host
from massgen_tui.dialects.headers import is_credential


@dataclass(frozen=True, slots=True)
class Key:
    """A key, where it came from, or why there is none where one is needed."""

    secret: SecretStr | None = None
    source: str = ""
    problem: AgentProblem | None = None
    warning: str = ""


def in_headers(headers: Iterable[Extra], written: str) -> Key | None:
    """That a header of one's own says who asks, so that no key goes beside it; None: none does.

    `written` is `api_key` of the config, or empty.
    """
    name = next((header.name for header in headers if is_credential(header.name)), "")
    if not name:
        return None
    said = f"api_key is not sent: extra_headers has {name}" if written.strip() else ""
    return Key(source=f"{name} in extra_headers", warning=said)


def key_for(
    dialect: Dialect, base_url: str, written: str, variables: Mapping[str, str], *, where: str
) -> Key:
    """The key for an agent of this dialect at this address.

    Args:
        dialect: what the agent speaks.
        base_url: its normalised address.
        written: `api_key` of the config, or empty.
        variables: the environment and `.env`.
        where: what a message calls the place to write a key, such as `.env beside config.yaml`.
    """
    if written.strip():
        # it wants none, and gets none of a variable's either
        wants_none = written.strip() == PLAIN and by_host(base_url) is None
        return Key() if wants_none else _key(written, "api_key in the config")
    if not dialect.hosted and (name := _first(dialect, variables)):
        return _key(variables[name], name)
    owner = by_host(base_url)
    if owner is None:
        return _unlisted(dialect, base_url, variables)
    if not base_url.startswith("https://") or port_of(base_url) != 443:
        plain = f"{owner.provider}'s key goes only to {owner.base_url.split('/')[2]} over https"
        return Key(problem=AgentProblem(message=plain, hint=f"base_url: {owner.base_url}"))
    name = _first(owner, variables)
    if name:
        return _key(variables[name], name)
    names = " or ".join(owner.key_vars)
    return Key(
        problem=AgentProblem(
            message=f"{owner.provider} wants a key and there is none",
            hint=f"set {names} in the environment or in {where}, or write api_key in its backend",
        )
    )


def not_kept(what: str) -> AgentProblem:
    """Why an agent of a kept session cannot be asked: a secret that stood in the config."""
    return AgentProblem(
        message=f"{what} is not kept with a session: {MASK} stands for it",
        hint="write ${NAME} in the config, or name the config that holds it",
    )


def _unlisted(dialect: Dialect, base_url: str, variables: Mapping[str, str]) -> Key:
    """An address in no table is asked without any provider's key."""
    if dialect.hosted and (name := _first(dialect, variables)):
        host = host_of(base_url)
        return Key(warning=f"{name} is not sent to {host}: it is not {dialect.provider}'s own")
    return Key()


def _first(dialect: Dialect, variables: Mapping[str, str]) -> str:
    return next((name for name in dialect.key_vars if variables.get(name, "").strip()), "")


def _key(text: str, source: str) -> Key:
    text = text.strip()
    if MASK in text:
        return Key(problem=not_kept(source))
    if not text.isascii() or not text.isprintable():
        message = f"the key from {source} holds characters that no key has"
        return Key(problem=AgentProblem(message=message, hint="copy it again"))
    return Key(SecretStr(text), source)
