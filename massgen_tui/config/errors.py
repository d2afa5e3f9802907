"""What can be wrong with a config file, all of it at once, each with its place."""

from pathlib import Path

from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what would be right."""

    message: str
    line: int = 0
    """From 1; 0 when there is no place to name."""
    column: int = 0
    key: str = ""
    """The path of the key, such as `agents[0].backend.temprature`."""
    hint: str = ""
    """What is allowed, the nearest known name."""


class ConfigError(Exception):
    """A file that cannot be read as a config."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        """Hold all problems of the file at `path`."""
        super().__init__(f"{path}: {len(problems)} problem(s)")
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        """A line a problem: file:line:column: key: message (hint)."""
        lines = []
        for problem in self.problems:
            place = (
                f"{self.path}:{problem.line}:{problem.column}" if problem.line else str(self.path)
            )
            key = f" {problem.key}:" if problem.key else ""
            hint = f" ({problem.hint})" if problem.hint else ""
            lines.append(f"{place}:{key} {problem.message}{hint}")
        return "\n".join(lines)
