"""`massgen-tui run`: ask once and print."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from massgen_tui.cli import completing
from massgen_tui.cli.batch_options import ALONE, TEXT, Common, Many, run_many, with_many
from massgen_tui.cli.targets import read, split, with_models
from massgen_tui.config.model import Config
from massgen_tui.headless import FORMATS, Options, run

HELP = """Ask the agents of CONFIG, or the servers at ADDRESSES, once and print what they say.

PROMPT `-` is read from standard input; `--file` reads it from a file. `--prompts` asks each prompt
of a file, `--repeat` asks several times: a table of numbers is printed at the end.

\b
Examples:
  massgen-tui run agents.yaml "What is 17 * 23?" --timings
  massgen-tui run localhost:8000 localhost:30000 "What is 17 * 23?" --format json
  massgen-tui run agents.yaml --file PROMPT.md --wait 600 --strict
  massgen-tui run agents.yaml "What is 17 * 23?" --coordinate
  massgen-tui run agents.yaml --prompts prompts.txt --concurrency 8
  massgen-tui run agents.yaml "What is 17 * 23?" --repeat 5 --cold

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
@with_many
@click.option(
    "--format",
    "shape",
    type=click.Choice((*FORMATS, *ALONE)),
    help="text without --prompts and --repeat, table with them.",
)
@click.option("--reasoning", is_flag=True, help="Print the reasoning too (text; JSON has it).")
@click.option(
    "--timings", is_flag=True, help="Print each answer's numbers too (text; JSON has them)."
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Wait so long for servers that are not up; 60 with --prompts or --repeat.",
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
    prompts: str | None,
    concurrency: int | None,
    repeat: int | None,
    cold: bool,
    continued: str | None,
    retry_failed: bool,
    shape: str | None,
    reasoning: bool,
    timings: bool,
    wait: float | None,
    strict: bool,
    agents: tuple[str, ...],
    coordinate: bool,
    no_save: bool,
) -> int:
    """Ask once and print, or many times."""
    named, save = split(words, said), not no_save
    many = Many(prompts, concurrency, repeat, cold, continued, retry_failed)
    one = named.prompt is not None or file is not None
    many.check(shape, one=one, coordinate=coordinate, save=save)
    asked = "" if prompts is not None else _prompt(named.prompt, file)
    targets = read(named, models, key_env)
    config = _with(agents, targets.config)
    if many.wanted:
        code = run_many(config, many, asked, Common(shape, wait, agents, strict, save))
    else:
        agree = coordinate or config.coordination.coordinate
        options = Options(asked, shape or TEXT, reasoning, timings, wait or 0.0, agents, strict)
        code = run(config, replace(options, save=save, coordinate=agree, cold=cold))
    return code or (2 if targets.refused else 0)


def _with(agents: tuple[str, ...], config: Config) -> Config:
    """A config that has these agents.

    Raises:
        click.UsageError: it lacks one.
    """
    known = [agent.id for agent in config.agents]
    if unknown := [agent for agent in agents if agent not in known]:
        raise click.UsageError(f"no agent {', '.join(unknown)}; there are: {', '.join(known)}")
    return config


def _prompt(prompt: str | None, file: str | None) -> str:
    """What is asked, from the one place that was named.

    Raises:
        click.UsageError: none was named, or two, or the file cannot be read, or it is empty.
    """
    if prompt is not None and file is not None:
        raise click.UsageError("the prompt is given twice: as a word and by --file")
    if file is not None:
        try:
            asked = _text(Path(file).read_bytes())
        except OSError as error:
            raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
    elif prompt is None:
        raise click.UsageError("what is to be asked? Name a PROMPT, - or --file FILE")
    else:
        asked = _text(sys.stdin.buffer.read()) if prompt == "-" else prompt
    if not asked.strip():
        raise click.UsageError("the prompt is empty")
    return asked


def _text(read: bytes) -> str:
    """UTF-8, without the mark that some editors begin it with, and without the last line's end."""
    text = read.decode("utf-8-sig", "replace")
    return text.removesuffix("\n").removesuffix("\r")
