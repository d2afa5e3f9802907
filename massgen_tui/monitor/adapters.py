"""LoRA adapters in a list of models: each takes context and start command from its parent.

vLLM 0.32 and SGLang 0.5 list an adapter with `parent`, its folder as `root`, and no length.
"""

import asyncio
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.read import LARGE, field, items, text
from massgen_tui.monitor.status import ServedModel, ServerTarget

_FLAGS = {"vllm": ("--enable-lora", "--lora-modules"), "sglang": ("--lora-paths",)}
"""What each kind is started with, before `NAME=FOLDER` of every adapter."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter that is served under a name of its own."""

    name: str
    parent: str
    folder: str = ""


async def adapters_of(answer: Answer) -> tuple[Adapter, ...]:
    """The adapters in an answer to the list of models."""
    if len(answer.body) <= LARGE:
        return tuple(_read(answer))
    return await asyncio.to_thread(lambda: tuple(_read(answer)))


def with_contexts(
    models: Iterable[ServedModel], adapters: Sequence[Adapter]
) -> tuple[ServedModel, ...]:
    """The models, adapters of unknown length with that of their parent."""
    models = tuple(models)
    if not adapters:
        return models
    lengths = {model.id: model.context_length for model in models}
    parents = {adapter.name: adapter.parent for adapter in adapters}
    return tuple(
        replace(
            model, context_length=model.context_length or lengths.get(parents.get(model.id, ""))
        )
        for model in models
    )


def started_with(target: ServerTarget, adapters: Sequence[Adapter]) -> ServerTarget:
    """The target, its start command that of the parent where an adapter is asked for."""
    flags = _FLAGS.get(target.dialect)
    asked = [adapter for adapter in adapters if adapter.name in target.models]
    if not asked or not flags or not target.start_command:
        return target
    parents = {adapter.name: adapter.parent for adapter in asked}
    words = [parents.get(word, word) for word in shlex.split(target.start_command)]
    modules = [f"{adapter.name}={adapter.folder or adapter.name}" for adapter in asked]
    return replace(target, start_command=shlex.join([*words, *flags, *modules]))


def _read(answer: Answer) -> Iterator[Adapter]:
    for entry in items(field(answer.json(), "data")) if answer.ok else ():
        name, parent = text(entry.get("id")), text(entry.get("parent"))
        if name and parent and name != parent:
            yield Adapter(name, parent, text(entry.get("root")))
