"""What a kept session says of its config: a file, or a name where there was none.

The demo has its name, agents made of addresses theirs: `localhost:8000, gpu-box.lan:30000`.
"""

from pathlib import PurePath

_ENDINGS = (".yaml", ".yml")


def is_file(config: str) -> bool:
    """Whether it is the path of a file; sessions keep whole paths since 0.2."""
    return PurePath(config).is_absolute() or PurePath(config).suffix in _ENDINGS


def file_name(config: str) -> str:
    """Its file's name, or the name that it has instead."""
    return PurePath(config).name if is_file(config) else config


def short_name(config: str) -> str:
    """The same without a file's ending."""
    return PurePath(config).stem if is_file(config) else config
