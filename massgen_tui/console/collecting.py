"""When garbage is collected while the console runs: often, so that none of it holds up the keys.

What streams leaves next to nothing that only a collection finds, and a collection takes up to half
a second for a million objects.
"""

import gc

YOUNG, ROUNDS, ALL = 5_000, 5, 4_000
"""New objects until the young ones are looked through; how often that is until those that outlived
it are too, at most `YOUNG * (ROUNDS + 1)` of them; and how often that is until all are."""


def collect_in_steps() -> None:
    """Collect in short steps from now on; what is there by now lives as long as we do."""
    gc.freeze()
    gc.set_threshold(YOUNG, ROUNDS, ALL)
    gc.enable()
