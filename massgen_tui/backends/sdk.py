"""The openai package, imported without the models of every endpoint that it knows.

`import openai` (3.54) runs `openai/types/__init__.py` and by it some 450 modules of models, of
which chat completions need 80: half of the package's time and memory. Here a package below
`openai.types` runs its `__init__` when it is first asked for a name that is no module of it. So
every name is there as before, and costs what it costs when it is asked for. Where the package
cannot be imported so, it is imported plainly.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

_PACKAGE = "openai"
_MODELS = "openai.types"
_USED = "openai.resources.chat.chat"
"""Imports the rest of what the first request takes, else then, on the event loop."""


class _Late(ModuleType):
    """A package whose `__init__` has not run yet."""

    def __getattr__(self, name: str) -> object:
        spec = self.__spec__
        if spec is None or not isinstance(spec.loader, _LateLoader) or name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module = f"{self.__name__}.{name}"
        if module in sys.modules or PathFinder.find_spec(module, self.__path__) is not None:
            return importlib.import_module(module)
        spec.loader = spec.loader.real
        spec.loader.exec_module(self)
        return getattr(self, name)


class _LateLoader(Loader):
    """Gives a package without running it."""

    def __init__(self, real: Loader) -> None:
        """Keep the one that runs it."""
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The package, empty."""
        return _Late(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: `_Late` does."""


class _Finder(MetaPathFinder):
    """Finds the packages of models."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The place of one, with a loader that lets it wait."""
        if fullname != _MODELS and not fullname.startswith(f"{_MODELS}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.submodule_search_locations and spec.loader is not None:
            spec.loader = _LateLoader(spec.loader)
        return spec


def _import_lean() -> ModuleType:
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        return _import_plainly()
    finally:
        sys.meta_path.remove(finder)


def _import_plainly() -> ModuleType:
    importlib.import_module(_USED)
    return importlib.import_module(_PACKAGE)


def import_sdk() -> ModuleType:
    """Import it, or give it where somebody has imported it."""
    if _PACKAGE in sys.modules:
        return _import_plainly()
    try:
        return _import_lean()
    except (ImportError, AttributeError, TypeError):
        for name in [name for name in sys.modules if name.split(".")[0] == _PACKAGE]:
            del sys.modules[name]
        return _import_plainly()


if TYPE_CHECKING:
    import openai
else:
    openai = import_sdk()

__all__ = ["import_sdk", "openai"]
