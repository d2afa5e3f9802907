"""Servers that list models, as the console knows them."""

from collections.abc import Sequence

from massgen_tui.monitor.status import ServedModel, ServerState, ServerStatus, ServerTarget
from tests.support.console import FixedWatching


def serving(agents: Sequence[str], *models: str) -> FixedWatching:
    """One server of these agents that serves these models."""
    root = "http://localhost:8000"
    target = ServerTarget(root, f"{root}/v1", "vllm", (), tuple(agents))
    served = tuple(ServedModel(model) for model in models)
    status = ServerStatus(target, state=ServerState.UP, kind="vLLM", models=served)
    return FixedWatching({root: status})
