"""Finds the command that is meant, and takes a config file in a command's place for `open`."""

import difflib
import importlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click
from click.shell_completion import CompletionItem

from massgen_tui.cli.addresses import is_address
from massgen_tui.cli.configs import ALONE, no_such_config, perhaps_address

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "open": "Open the console (the default).",
        "init": "Write a config of the servers at addresses.",
        "run": "Ask once and print the answers, without a screen.",
        "check": "Check config files and their servers.",
        "watch": "Watch servers and GPUs, without any agent.",
        "serve": "Serve the console to a browser.",
        "config": "Show every value that counts, and where it came from.",
        "demo": "Two agents on a real small model on this machine.",
        "schema": "Print the JSON Schema of config files, or of what run or check print.",
        "sessions": "List, search, rename and remove the sessions that were kept.",
        "resume": "Go on with a kept session.",
        "replay": "Show a kept session again, with its times.",
        "diff": "Compare two kept runs: set-up, numbers, answers, failures.",
        "export": "Write a kept session down: Markdown, HTML, JSON, CSV.",
        "completion": "Print the script that completes words in bash or zsh.",
    }
)
"""Name → short help, so that `--help` imports no command."""


OF_OPEN = frozenset({"-m", "--model", "--key-env", "--prompt", "--coordinate"})
"""Options of `open` that may stand before its first word."""


class Commands(click.Group):
    """A group whose commands are imported when they are called: `massgen_tui.cli.NAME_command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"massgen_tui.cli.{cmd_name}_command").command
        return command if isinstance(command, click.Command) else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, by their short help, and files: a config opens the console."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        named = [
            CompletionItem(name, help=text)
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*named, CompletionItem(incomplete, type="file")]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `--config CONFIG`, wherever it stands, for `open CONFIG`."""
        return super().parse_args(ctx, _opened(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command's name, or a config file for `open`."""
        word = args[0]
        if word not in COMMANDS:
            if not (Path(word).is_file() or is_address(word)):
                raise click.UsageError(_neither(word), ctx)
            args = ["open", *args]
        return super().resolve_command(ctx, args)


def _opened(args: list[str]) -> list[str]:
    if args and args[0] in COMMANDS:
        return args
    if args and (args[0].partition("=")[0] in OF_OPEN or args[0].startswith("-m")):
        return ["open", *args]
    for place, word in enumerate(args):
        if word == "--config" and place + 1 < len(args):
            return ["open", args[place + 1], *args[:place], *args[place + 2 :]]
        if word.startswith("--config="):
            return ["open", word.removeprefix("--config="), *args[:place], *args[place + 1 :]]
    return args


def _neither(word: str) -> str:
    if "://" in word:
        return f"{word} is no address of a server: http://host:port"
    if Path(word).suffix or "/" in word or "\\" in word:
        return no_such_config(word)
    near = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.5)
    meant = [f"Did you mean {near[0]!r}?"] if near else [f"Commands: {', '.join(COMMANDS)}."]
    told = [f"{word!r} is neither a command nor a config file.", *meant]
    return " ".join([*told, *filter(None, [perhaps_address(word)]), ALONE])
