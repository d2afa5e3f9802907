"""`massgen-tui serve CONFIG|ADDRESS…`: the console in a browser."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import click

from massgen_tui.cli.completing import files
from massgen_tui.cli.targets import read, split, with_models
from massgen_tui.config.serialise import settings_values
from massgen_tui.text import one_line

OPEN_TO_ALL = """
{host} is reached from other machines. Who has this address with its token uses the console as you
do: your keys, your servers, your kept sessions. Nothing is encrypted on the way: whoever listens in
reads the token. From a machine of your own rather: ssh -L {port}:localhost:{port} HOST
"""


@click.command("serve")
@click.argument("words", nargs=-1, required=True, metavar="CONFIG|ADDRESS…", shell_complete=files)
@with_models
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="A name that a proxy asks by.",
)
@click.option(
    "--consoles",
    type=click.IntRange(1, 100),
    default=4,
    show_default=True,
    help="Consoles at once: each is a process.",
)
def command(
    words: tuple[str, ...],
    *,
    models: tuple[str, ...],
    key_env: str,
    port: int,
    host: str,
    names: tuple[str, ...],
    consoles: int,
) -> int:
    """Serve the console to a browser: each page that is opened is a console of its own.

    Prints one address, whose token lets in. --port 0 takes a free port.

    \b
    Examples:
      massgen-tui serve configs/two_qwen_vllm_sglang.yaml
      massgen-tui serve localhost:8000 localhost:30000 --port 9000
      ssh -L 8765:localhost:8765 gpu-box massgen-tui serve agents.yaml
    """
    if sys.platform == "win32":
        raise click.ClickException("serve runs on Linux and macOS; here open the console itself")
    named = split(words)
    if named.prompt is not None:
        raise click.UsageError(f"{named.prompt!r} is one word too many: ask in the browser")
    server = importlib.import_module("massgen_tui.serve.server")
    guards = importlib.import_module("massgen_tui.serve.guard")
    _extra()
    config = read(named, models, key_env).config
    job: dict[str, object] = {"name": config.name}
    if named.config:
        job["config"] = str(Path(named.config).absolute())
    else:
        job["values"] = {"agents": [settings_values(agent) for agent in config.agents]}
    host = "127.0.0.1" if host.lower() == "localhost" else host.strip("[]")
    guard = guards.named(host, names)
    title = f"massgen-tui · {one_line(config.name, 60)}"
    try:
        code: int = server.run(
            job, guard, port, most=consoles, title=title, ready=_telling(guard, host)
        )
    except OSError as error:
        why = error.strerror or str(error)
        raise click.ClickException(f"cannot listen on {host}, port {port}: {why}") from None
    return code


def _extra() -> None:
    """Refuse where the extra is not installed.

    Raises:
        click.ClickException: it is not.
    """
    try:
        importlib.import_module("massgen_tui.serve.site").files()
    except ImportError as error:
        raise click.ClickException(str(error)) from None


def _telling(guard: object, host: str) -> Callable[[int], None]:
    """Prints the address once it is listened on."""

    def ready(port: int) -> None:
        guards = importlib.import_module("massgen_tui.serve.guard")
        click.echo(guards.address(guard, port))
        if not guards.is_loopback(host):
            click.echo(OPEN_TO_ALL.strip().format(host=host, port=port), err=True)

    return ready
