"""`massgen-tui open CONFIG|ADDRESS… ["PROMPT"]`: the console."""

import importlib

import click

from massgen_tui.cli.completing import files
from massgen_tui.cli.opening import open_file
from massgen_tui.cli.targets import FOR_ADDRESSES, read, split, with_models
from massgen_tui.net.address import shown
from massgen_tui.terminal import undrawable
from massgen_tui.text import one_line


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
    targets = read(named, models, key_env)
    running = importlib.import_module("massgen_tui.console.running")
    notice = "\n".join(one_line(found.told, 400) for found in targets.refused)
    code: int = running.open_console(
        targets.config, prompt=named.prompt, notice=notice, coordinate=coordinate
    )
    return code
