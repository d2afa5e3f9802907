"""`massgen-tui demo`: handed on to the room that joins the demo's server with a console."""

import importlib
from pathlib import Path

import click


@click.command("demo")
@click.option("--replay", is_flag=True, help="Play recorded answers, without a model.")
@click.option("--model", type=click.Path(path_type=Path), help="A GGUF file to use instead.")
@click.option("--offline", is_flag=True, help="Fetch nothing.")
@click.option("--coordinate", is_flag=True, help="Let the two agree on one answer.")
def command(replay: bool, model: Path | None, offline: bool, coordinate: bool) -> int:
    """Two agents answer side by side from a real small model on this machine.

    \b
    Examples:
      massgen-tui demo
      massgen-tui demo --coordinate
      massgen-tui demo --model my-model.gguf
    """
    demo = importlib.import_module("massgen_tui.demo_command").run_demo
    code: int = demo(replay=replay, model=model, offline=offline, coordinate=coordinate)
    return code
