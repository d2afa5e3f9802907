"""Looks at addresses: without a key first, and with one only where it may go."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from massgen_tui.config.address import AddressError, host_of, normalise, server_root
from massgen_tui.config.credentials import key_for
from massgen_tui.config.reach import is_far
from massgen_tui.dialects import GENERIC, by_host
from massgen_tui.dialects.servers import SERVERS
from massgen_tui.discover.found import NO_CHAT, NO_MODEL, Found
from massgen_tui.monitor.fetch import NO_HOST, Fetcher
from massgen_tui.monitor.poller import ServerPoller
from massgen_tui.monitor.status import ServerState, ServerStatus, ServerTarget
from massgen_tui.net.address import is_loopback, root_of, shown

_KEYS = {server.provider: server.key_vars for server in SERVERS if server.key_vars}
KEY_VARIABLES = tuple(name for names in _KEYS.values() for name in names)
"""Keys of one's own servers; they go to this machine only, unless the user names one."""
_TYPES = {server.provider: server.name for server in SERVERS}
_NAME_IT = "put the key into a variable, and add --key-env NAME to the command line"
_NAMED = 5
_IN_ADDRESS = (
    "a name and password in an address can be read by everybody on this machine, in the list of "
    "processes and in the shell's history"
)


async def look_at(
    addresses: Sequence[str],
    variables: Mapping[str, str],
    *,
    key_variable: str = "",
    fetcher: Fetcher | None = None,
) -> list[Found]:
    """Find out what stands at each address; all are asked at once, with GET only.

    Args:
        addresses: as people write them.
        variables: where keys are looked up: the environment and `.env`.
        key_variable: the variable whose key may go to any of these addresses that wants one.
        fetcher: asks; by default one of its own.
    """
    own = fetcher or Fetcher()
    try:
        looks = (_look(address, variables, key_variable, own) for address in addresses)
        return list(await asyncio.gather(*looks))
    finally:
        if fetcher is None:
            await own.aclose()


def placed(address: str) -> Found:
    """An address with its base URL, or why it is none; nobody is asked."""
    bare = shown(address)
    if bare != address:
        return Found(bare, problem=_IN_ADDRESS, hint=_NAME_IT)
    try:
        return Found(address, normalise(address, GENERIC))
    except AddressError as error:
        return Found(address, problem=str(error))


async def _look(
    address: str, variables: Mapping[str, str], key_variable: str, fetcher: Fetcher
) -> Found:
    found = placed(address)
    if found.problem:
        return found
    base_url = found.base_url
    if by_host(base_url) is not None:
        return await _hosted(address, base_url, variables, fetcher)
    status = await _asked(base_url, None, fetcher)
    if status.state is not ServerState.UNAUTHORIZED:
        return _found(address, base_url, status)
    for name in _allowed(base_url, key_variable):
        if key := variables.get(name, "").strip():
            status = await _asked(base_url, key, fetcher)
            if status.state is not ServerState.UNAUTHORIZED:
                return _found(address, base_url, status, key_variable=name)
    return _locked(address, base_url, status, variables, key_variable)


def _allowed(base_url: str, key_variable: str) -> tuple[str, ...]:
    """The variables whose keys may go there."""
    if key_variable:
        return (key_variable,)
    return KEY_VARIABLES if is_loopback(host_of(base_url)) else ()


def _locked(
    address: str,
    base_url: str,
    status: ServerStatus,
    variables: Mapping[str, str],
    key_variable: str,
) -> Found:
    tried = [name for name in _allowed(base_url, key_variable) if variables.get(name)]
    if tried:
        problem = f"refuses the key from {' and '.join(tried)}"
        hint = "name the variable with the right one on the command line: --key-env NAME"
    elif key_variable:
        problem, hint = "wants a key", f"{key_variable} is not set"
    elif is_loopback(host_of(base_url)):
        own = " or ".join(_KEYS.get(status.kind, ()) if status.kind else KEY_VARIABLES)
        own = own if status.kind else f"{own} where it is one of these"
        problem, hint = "wants a key", f"set {own}, or {_NAME_IT}" if own else _NAME_IT
    else:
        problem, hint = "wants a key", f"none goes to another machine by itself: {_NAME_IT}"
    kind = f"{status.kind} {status.version}".strip()
    return Found(address, base_url, kind=kind, problem=problem, hint=hint)


async def _hosted(
    address: str, base_url: str, variables: Mapping[str, str], fetcher: Fetcher
) -> Found:
    """A provider's own API: its key goes there as ever, and it is asked for its models."""
    dialect = by_host(base_url) or GENERIC
    key = key_for(dialect, base_url, "", variables, where=".env")
    if key.problem is not None or key.secret is None:
        problem = key.problem.message if key.problem else "wants a key and there is none"
        hint = (
            key.problem.hint.removesuffix(", or write api_key in its backend")
            if key.problem
            else ""
        )
        return Found(address, base_url, dialect.name, dialect.provider, problem=problem, hint=hint)
    status = await _asked(base_url, key.secret.get_secret_value(), fetcher, hosted=True)
    found = _found(address, base_url, status, key_variable=key.source)
    return Found(
        address,
        base_url,
        dialect.name,
        dialect.provider,
        found.models,
        key.source,
        found.problem,
        found.hint,
    )


async def _asked(
    base_url: str, key: str | None, fetcher: Fetcher, *, hosted: bool = False
) -> ServerStatus:
    root = root_of(base_url) if is_far(base_url) else server_root(base_url)
    target = ServerTarget(root, base_url, GENERIC.name, (), key=key, hosted=hosted)
    watch = ServerPoller(target, fetcher, time.monotonic)
    status = await watch.look()
    return await watch.look(patient=True) if status.silent else status


def _found(address: str, base_url: str, status: ServerStatus, key_variable: str = "") -> Found:
    kind = f"{status.kind} {status.version}".strip()
    type = _TYPES.get(status.kind, GENERIC.name)
    # a name with what cannot be seen (U+200B, U+00AD) can stand in no config
    named = tuple(model for model in status.models if model.id.isprintable())
    status = replace(status, models=named)
    problem, hint = _trouble(status, named="://" in address)
    found = Found(address, base_url, type, kind, status.models, key_variable, problem, hint)
    if problem or found.chat:
        return found
    served = ", ".join(one.id for one in found.models[:_NAMED])
    told = f"it serves {served}; -m MODEL takes one all the same"
    return replace(found, problem=NO_CHAT, hint=told)


def _trouble(status: ServerStatus, *, named: bool) -> tuple[str, str]:
    """Why no prompt could go there, and what to do; `named`: it can be nothing but an address."""
    if status.models and status.state in (ServerState.UP, ServerState.UNKNOWN):
        return "", ""
    if status.state is ServerState.UP:
        return NO_MODEL, "name one with -m MODEL" if status.kind else ""
    reason = status.reason or "nothing is known of it"
    if reason == NO_HOST:
        return NO_HOST, "is its name right?" if named else "and there is no file of that name"
    match status.state:
        case ServerState.DOWN:
            return f"nothing answers there: {reason}", "start it and try again; is the port right?"
        case ServerState.LOADING:
            return f"is not ready yet: {reason}", "try again when it is"
        case _:
            return f"is no server that prompts can go to: {reason}", ""
