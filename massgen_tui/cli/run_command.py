"""`massgen-tui run`: ask once and print."""

import sys

import click

from massgen_tui.cli.reading import read_config
from massgen_tui.headless import FORMATS, Options, run


@click.command("run")
@click.argument("config")
@click.argument("prompt")
@click.option("--format", "shape", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--reasoning", is_flag=True, help="Print the reasoning too (text; JSON has it).")
@click.option(
    "--timings", is_flag=True, help="Print each answer's numbers too (text; JSON has them)."
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for servers that are not up yet.",
)
@click.option(
    "--agent", "agents", multiple=True, metavar="ID", help="Ask this one only; repeatable."
)
def command(
    config: str,
    prompt: str,
    *,
    shape: str,
    reasoning: bool,
    timings: bool,
    wait: float,
    agents: tuple[str, ...],
) -> int:
    """Ask the agents of CONFIG once and print what they say.

    PROMPT `-` is read from standard input.

    \b
    Exit codes: 0 every agent finished; 1 wrong usage or config; 2 some agent failed;
    3 all failed; 130 interrupted; 143 terminated.
    """
    asked = _stdin() if prompt == "-" else prompt
    if not asked.strip():
        raise click.UsageError("the prompt is empty")
    read = read_config(config)
    known = [agent.id for agent in read.agents]
    if unknown := [agent for agent in agents if agent not in known]:
        raise click.UsageError(f"no agent {', '.join(unknown)}; there are: {', '.join(known)}")
    return run(read, Options(asked, shape, reasoning, timings, wait, agents))


def _stdin() -> str:
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    return text.removesuffix("\n").removesuffix("\r")
