"""Which series of a page of metrics make which number, and their lines on such a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from massgen_tui.monitor.page_lines import PageLines
from massgen_tui.monitor.prometheus_text import LONGEST_LINE, MOST_LINES

BORN = "process_start_time_seconds"
SLEEP = "vllm:engine_sleep_state"
_SPECULATES = "spec_decode_num_drafts"
_SPELLINGS = ("", "ray_")
"""What stands before a name in which `_` took the place of `:`, as Ray and some proxies do."""


class Fold(Enum):
    """How several series of one name become one number."""

    SUM = "sum"
    """Ranks of one engine say the same (the largest counts), engines add up."""
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Series:
    """Where one number is found: the first of `names` that is there, with and without labels."""

    names: tuple[str, ...]
    fold: Fold = Fold.SUM
    labels: Mapping[str, str] = field(default_factory=dict)
    without: Mapping[str, str] = field(default_factory=dict)
    every: bool = False
    """All of `names` that are there add up."""
    speculating: tuple[str, ...] = ()
    """The names instead, on the page of a server that speculates."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What of a page is read: two that are equal tell the same numbers."""

    lines: tuple[str, ...] = ()
    spelling: int = 0
    """In which of its spellings a table's names stand there."""
    speculates: bool = False
    too_many: bool = False
    """There are more lines than are read."""


class Table(Mapping[str, Series]):
    """The series of one kind of server, by the number that they make; the same only as itself."""

    def __init__(self, series: Mapping[str, Series]) -> None:
        """Hold the series, and every spelling of every name."""
        self._series = dict(series)
        names = {name for one in series.values() for name in (*one.names, *one.speculating)}
        names.add(SLEEP)
        plain = {name: name.replace(":", "_") for name in names}
        self.spellings = (
            {name: name for name in names},
            *({before + plain[name]: name for name in names} for before in _SPELLINGS),
        )
        """The server's own name by the one on the page, for each way to spell them."""
        places: dict[str, tuple[int, ...]] = {}
        for place, spelled in enumerate(self.spellings):
            for name in spelled:
                places[name] = (*places.get(name, ()), place)
        self._places = places | {BORN: ()}
        self._lines = PageLines(self._places)

    def __getitem__(self, key: str) -> Series:
        return self._series[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._series)

    def __len__(self) -> int:
        return len(self._series)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def extract(self, page: str) -> Extract:
        """The lines that tell its numbers, however the page spells their names."""
        found: tuple[list[str], ...] = tuple([] for _ in self.spellings)
        born: list[str] = []
        for name, line in self._lines.named(page):
            if len(line) <= LONGEST_LINE:
                for place in self._places[name]:
                    found[place].append(line)
                if name == BORN:
                    born.append(line)
        if not any(line.startswith(f"{BORN} ") for line in born):
            born = []
        few = [len(lines) + len(born) <= MOST_LINES for lines in found]
        spelling = next((at for at, lines in enumerate(found) if lines and few[at]), 0)
        lines = [*found[spelling], *born] if few[spelling] else []
        too_many = len(found[0]) > MOST_LINES
        return Extract(tuple(lines), spelling, _SPECULATES in page, too_many)
