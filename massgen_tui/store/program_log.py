"""The program's own log: a small rotating file beside the journals, private, without keys."""

import logging
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from massgen_tui.paths import open_private
from massgen_tui.session.redact import Redactor

FILE = "massgen-tui.log"
SIZE = 1_000_000
FILES = 5
"""Five files of one megabyte at most, the one that grows among them."""
LOGGERS = ("massgen_tui", "asyncio")

# Without a log, Python's handler of last resort would write into the screen.
logging.getLogger("massgen_tui").addHandler(logging.NullHandler())


class _PrivateLog(RotatingFileHandler):
    """Writes 0600, hides keys, and keeps its own troubles off the screen."""

    def __init__(self, path: Path, redact: Redactor) -> None:
        super().__init__(
            path, maxBytes=SIZE, backupCount=FILES - 1, encoding="utf-8", errors="backslashreplace"
        )
        self._redact = redact

    def _open(self) -> TextIOWrapper:
        file: IO[str] = open_private(Path(self.baseFilename), "a")
        if not isinstance(file, TextIOWrapper):
            raise TypeError("not a text file")
        file.reconfigure(errors="backslashreplace")
        return file

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))

    def emit(self, record: logging.LogRecord) -> None:
        """Write it; where the file or its folder was removed meanwhile, to a new one."""
        file = Path(self.baseFilename)
        with suppress(OSError):
            if self.stream is not None and not file.exists():
                self.stream.close()
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.stream = self._open()
        super().emit(record)

    def close(self) -> None:
        """Close it; what a full disk did not take is lost, and nobody is disturbed."""
        with suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written is no reason to disturb anyone."""


def open_log(redact: Redactor, folder: Path) -> logging.Handler:
    """Begin to write the log in `folder`; hand the result to `close_log`.

    `redact` takes keys out of it.

    Raises:
        OSError: the file cannot be opened.
    """
    handler = _PrivateLog(folder / FILE, redact)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.propagate = False
    logging.getLogger("massgen_tui").setLevel(logging.INFO)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing the log."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.removeHandler(handler)
        logger.propagate = True
    handler.close()
