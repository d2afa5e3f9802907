"""How many distributions massgen-tui needs, and their size, without extras; nothing is installed.

Taken from the distributions of the Python that runs this: those that a plain install asks for.

    python -m bench.install
"""

from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def main() -> None:
    """Print the count, the size, and the largest."""
    found = closure("massgen-tui")
    sizes = {name: size(dist) for name, dist in found.items()}
    print(f"{len(sizes)} distributions, {sum(sizes.values()):.0f} MB with compiled files")
    for name in sorted(sizes, key=lambda name: -sizes[name])[:10]:
        print(f"  {sizes[name]:6.1f} MB  {name}")


def closure(name: str) -> dict[str, Distribution]:
    """A distribution and everything it needs, by name."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(name)]
    asked: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        own = canonicalize_name(wanted.name)
        found.setdefault(own, distribution(own))
        for extra in ("", *sorted(wanted.extras)):
            if (own, extra) not in asked:
                asked.add((own, extra))
                waiting += needs(found[own], extra)
    return found


def needs(dist: Distribution, extra: str) -> Iterator[Requirement]:
    """What a distribution asks for here with one extra, or with none."""
    for line in dist.requires or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None:
            if not extra:
                yield requirement
        elif marker.evaluate({"extra": extra}) and not (extra and marker.evaluate({"extra": ""})):
            yield requirement


def size(dist: Distribution) -> float:
    """MB of the files it installed."""
    paths = [Path(str(dist.locate_file(file))) for file in dist.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
