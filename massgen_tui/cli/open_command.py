"""`massgen-tui open CONFIG|ADDRESS… ["PROMPT"]`: the console."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from massgen_tui.cli.completing import files
from massgen_tui.cli.opening import open_file
from massgen_tui.cli.targets import (
    FOR_ADDRESSES,
    Words,
    config_of,
    looked,
    settled,
    split,
    with_models,
)
from massgen_tui.net.address import shown
from massgen_tui.terminal import Before, taken, typed, undrawable
from massgen_tui.text import one_line

if TYPE_CHECKING:
    from massgen_tui.discover.found import Found


@click.command("open")
@click.argument(
    "words", nargs=-1, required=True, metavar="CONFIG|ADDRESS… [PROMPT]", shell_complete=files
)
@with_models
@click.option(
    "--prompt", "said", metavar="TEXT", help="The prompt, where it looks like an address."
)
@click.option("--coordinate", is_flag=True, help="Let the agents agree on one answer (f8).")
def command(
    words: tuple[str, ...],
    *,
    models: tuple[str, ...],
    key_env: str,
    said: str | None,
    coordinate: bool,
) -> int:
    """Open the console with the agents of CONFIG, or of the servers at ADDRESSES.

    PROMPT is asked at once. An address is `http://host:port` or `host:port`, with or without /v1.

    \b
    Examples:
      massgen-tui configs/two_qwen_vllm_sglang.yaml
      massgen-tui http://localhost:8000 http://localhost:30000 "What is 17 * 23?"
      massgen-tui gpu-box:8000 -m Qwen/Qwen3-4B --key-env MY_KEY
    """
    named = split(words, said)
    if why := undrawable():
        place = " ".join(map(shown, words[: len(named.addresses) or 1]))
        raise click.ClickException(
            f"the console needs a terminal, and {why}; without one use: "
            f'massgen-tui run {place} "{named.prompt or "PROMPT"}"'
        )
    if named.config:
        if models or key_env:
            raise click.UsageError(FOR_ADDRESSES)
        return open_file(named.config, named.prompt, coordinate=coordinate)
    return _open_addresses(named, models, key_env, coordinate=coordinate)


def _open_addresses(named: Words, models: Sequence[str], key_env: str, *, coordinate: bool) -> int:
    """Look, ask which models are meant where there are several, and open the console.

    What is typed meanwhile is for the console's prompt, and answers no question.

    Raises:
        click.ClickException: no agent can be made of any address.
    """
    with taken() as taken_over:
        before = taken_over
        found = looked(named.addresses, models, key_env)
        choices = [settled().choice(one) for one in found if one.decided]
        if any(_open(one) for one in found):
            before = Before(before.modes, before.typed + typed())
            room = importlib.import_module("massgen_tui.console.choosing")
            picked, code = room.choose([one for one in found if not one.decided], before.modes)
            if picked is None:
                return int(code)
            places = [one.base_url for one in found]
            choices = sorted([*choices, *picked], key=lambda one: places.index(one.found.base_url))
        refused = [one_line(one.told, 400) for one in found if one.problem]
        config = config_of(choices, refused)
        running = importlib.import_module("massgen_tui.console.running")
        notice = "\n".join(refused)
        opened: int = running.open_console(
            config, prompt=named.prompt, notice=notice, coordinate=coordinate, before=before
        )
        return opened


def _open(found: "Found") -> bool:
    """Whether it is still to be said which of its models is meant."""
    return not (found.problem or found.decided)
