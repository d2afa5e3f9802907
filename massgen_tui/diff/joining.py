"""Which agent of one run stands beside which of another."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from massgen_tui.diff.reading import Run

By = Literal["agent", "model", "rest"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two agents."""

    a: str
    b: str
    by: By
    """What they have in common: the id, the model, or that they alone were left."""

    @property
    def name(self) -> str:
        """For people."""
        return self.a if self.a == self.b else f"{self.a} → {self.b}"


def pairs_of(a: Run, b: Run) -> list[Pair]:
    """Agents by their ids, then by their models where these are alone, then the last two."""
    pairs = [Pair(agent, agent, "agent") for agent in a.agents if agent in b.agents]
    left = [agent for agent in a.agents if agent not in b.agents]
    right = [agent for agent in b.agents if agent not in a.agents]
    models = {agent: run.agents[agent].model for run, of in ((a, left), (b, right)) for agent in of}
    once = [Counter(models[agent] for agent in of) for of in (left, right)]
    for agent in tuple(left):
        model = models[agent]
        if model and all(count[model] == 1 for count in once):
            other = next(one for one in right if models[one] == model)
            pairs.append(Pair(agent, other, "model"))
            left.remove(agent)
            right.remove(other)
    if len(left) == len(right) == 1:
        pairs.append(Pair(left[0], right[0], "rest"))
    return pairs
