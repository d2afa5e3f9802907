"""`massgen-tui run`: ask once and print."""

import sys
from pathlib import Path

import click

from massgen_tui.cli import completing
from massgen_tui.cli.targets import read, split, with_models
from massgen_tui.headless import FORMATS, Options, run

HELP = """Ask the agents of CONFIG, or the servers at ADDRESSES, once and print what they say.

PROMPT `-` is read from standard input; `--file` reads it from a file.

\b
Examples:
  massgen-tui run agents.yaml "What is 17 * 23?" --timings
  massgen-tui run localhost:8000 localhost:30000 "What is 17 * 23?" --format json
  massgen-tui run agents.yaml --file PROMPT.md --wait 600 --strict
  massgen-tui run agents.yaml "What is 17 * 23?" --coordinate

\b
Exit codes: 0 every agent finished; 1 wrong usage or config; 2 some agent failed;
3 all failed; 130 interrupted; 143 terminated.
"""


@click.command("run", help=HELP)
@click.argument(
    "words",
    nargs=-1,
    required=True,
    metavar="CONFIG|ADDRESS… [PROMPT]",
    shell_complete=completing.files,
)
@with_models
@click.option(
    "--prompt", "said", metavar="TEXT", help="The prompt, where it looks like an address."
)
@click.option("--file", "file", metavar="FILE", help="Read the prompt from this text file.")
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
    "--strict",
    is_flag=True,
    help="Exit with 2 also when an answer is cut, filtered or empty.",
)
@click.option(
    "--agent",
    "agents",
    multiple=True,
    metavar="ID",
    help="Ask this one only; repeatable.",
    shell_complete=completing.agents,
)
@click.option("--coordinate", is_flag=True, help="Let the agents agree on one answer.")
@click.option("--no-save", is_flag=True, help="Keep no file of this run.")
def command(
    words: tuple[str, ...],
    *,
    models: tuple[str, ...],
    key_env: str,
    said: str | None,
    file: str | None,
    shape: str,
    reasoning: bool,
    timings: bool,
    wait: float,
    strict: bool,
    agents: tuple[str, ...],
    coordinate: bool,
    no_save: bool,
) -> int:
    """Ask once and print."""
    named = split(words, said)
    asked = _prompt(named.prompt, file)
    if not asked.strip():
        raise click.UsageError("the prompt is empty")
    targets = read(named, models, key_env)
    config = targets.config
    known = [agent.id for agent in config.agents]
    if unknown := [agent for agent in agents if agent not in known]:
        raise click.UsageError(f"no agent {', '.join(unknown)}; there are: {', '.join(known)}")
    options = Options(
        asked,
        shape,
        reasoning,
        timings,
        wait,
        agents,
        strict,
        save=not no_save,
        coordinate=coordinate or config.coordination.coordinate,
    )
    return run(config, options) or (2 if targets.refused else 0)


def _prompt(prompt: str | None, file: str | None) -> str:
    """What is asked, from the one place that was named.

    Raises:
        click.UsageError: none was named, or two, or the file cannot be read.
    """
    if prompt is not None and file is not None:
        raise click.UsageError("the prompt is given twice: as a word and by --file")
    if file is not None:
        try:
            return _text(Path(file).read_bytes())
        except OSError as error:
            raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
    if prompt is None:
        raise click.UsageError("what is to be asked? Name a PROMPT, - or --file FILE")
    return _text(sys.stdin.buffer.read()) if prompt == "-" else prompt


def _text(read: bytes) -> str:
    """UTF-8, without the mark that some editors begin it with, and without the last line's end."""
    text = read.decode("utf-8-sig", "replace")
    return text.removesuffix("\n").removesuffix("\r")
