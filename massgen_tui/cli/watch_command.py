"""`massgen-tui watch CONFIG`: servers and GPUs on the whole screen."""

import asyncio
import importlib
import sys

import click

from massgen_tui import terminal
from massgen_tui.cli.completing import files
from massgen_tui.cli.targets import Words, servers_of, split, with_key
from massgen_tui.net.address import shown


@click.command("watch")
@click.argument("words", nargs=-1, required=True, metavar="CONFIG|ADDRESS…", shell_complete=files)
@with_key
@click.option("--once", is_flag=True, help="Look once, print it, and end.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(("text", "json", "jsonl")),
    help="With --once: text (the default) or json. jsonl: a line a look, until interrupted.",
)
def command(words: tuple[str, ...], *, key_env: str, once: bool, shape: str | None) -> int:
    """Watch the servers of CONFIG, or those at ADDRESSES, and the GPUs; nothing is generated.

    \b
    Examples:
      massgen-tui watch configs/two_qwen_vllm_sglang.yaml
      massgen-tui watch localhost:8000 localhost:30000 --once
      massgen-tui watch localhost:8000 --format jsonl >> looks.jsonl

    \b
    Exit codes with --once: 0 all servers are up; 2 some are not; 3 none is.
    """
    named = split(words)
    if named.prompt is not None:
        raise click.UsageError(f"{named.prompt!r} is one word too many: watch asks nothing")
    if once or shape is not None:
        return _printed(named, key_env, once=once, shape=shape or "text")
    if why := terminal.undrawable():
        other = f"massgen-tui check {' '.join(map(shown, words))}"
        raise click.ClickException(f"watch needs a terminal, and {why}; without one use: {other}")
    with terminal.taken() as before:
        read = servers_of(named, key_env)
        watch = importlib.import_module("massgen_tui.console.watch")
        code: int = watch.open_watch(read, modes=before.modes)
        return code


def _printed(named: Words, key_env: str, *, once: bool, shape: str) -> int:
    """Look without a screen."""
    if once == (shape == "jsonl"):
        raise click.UsageError("--once prints text or json; jsonl goes on, and is without --once")
    config = servers_of(named, key_env)
    watching = importlib.import_module("massgen_tui.check.watching")
    work = (
        watching.once(config, sys.stdout, as_json=shape == "json")
        if once
        else watching.follow(config, sys.stdout)
    )
    code: int = asyncio.run(work)
    return code
