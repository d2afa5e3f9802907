"""Every `--help` as one document."""

import click
from click.testing import CliRunner

from massgen_tui.cli.commands import group
from massgen_tui.cli.group import COMMANDS

HEAD = """# Commands

What `--help` of each says. `make snapshots` writes this page.

## massgen-tui
"""
BESIDE = {"sessions": ("rename", "rm")}
"""Commands below commands."""


def help_of(*words: str) -> str:
    """What `massgen-tui WORDS --help` prints, 88 columns wide."""
    runner = CliRunner()
    done = runner.invoke(group, [*words, "--help"], prog_name="massgen-tui", terminal_width=88)
    assert isinstance(group, click.Group)
    assert done.exit_code == 0, done.output
    return "\n".join(line.rstrip() for line in done.output.strip().splitlines())


def document() -> str:
    """The page."""
    parts = [f"{HEAD}\n```\n{help_of()}\n```\n"]
    for name in COMMANDS:
        parts.append(f"## {name}\n\n```\n{help_of(name)}\n```\n")
        for below in BESIDE.get(name, ()):
            parts.append(f"### {name} {below}\n\n```\n{help_of(name, below)}\n```\n")
    return "\n".join(parts)
