"""What is told of an unforeseen error: where it is, without any variable's value or any key."""

import traceback
from pathlib import Path

from massgen_tui import paths
from massgen_tui.config.model import Config
from massgen_tui.session.redact import redactor_of
from massgen_tui.text import clean, one_line

FILE = "crash.log"


def report(error: BaseException, config: Config | None) -> str:
    """Say what happened, and keep the traceback in a private file if the config lets us write.

    Without a config nothing tells keys from other words: the error's own words are left out.
    """
    if config is None:
        where = "".join(traceback.format_tb(error.__traceback__))
        return clean(f"{where}massgen-tui failed before it knew the config: {type(error).__name__}")
    redact = redactor_of(config)
    trace = redact("".join(traceback.format_exception(error)))
    head = clean(redact(f"massgen-tui failed: {type(error).__name__}: {error}"))
    if not config.ui.logging_enabled:
        return f"{clean(trace)}\n{head}"
    try:
        file = paths.state_dir() / FILE
        with paths.open_private(file, "w") as out:
            out.write(trace)
    except OSError:
        return f"{clean(trace)}\n{head}"
    return f"{head}\nThe log of it: {file}"


def words(error: Exception, config: Config | None, file: Path | None) -> str:
    """What is told of a fault after which all goes on, and where `file` has all of it."""
    # without a config nothing tells keys from other words
    said = redactor_of(config)(f": {error}") if config is not None and str(error) else ""
    told = f"a fault of the screen: {type(error).__name__}{one_line(said, 120)}"
    where = f"The log of it: {file}" if file else "No log is kept."
    return f"{clean(told)}\nEverything else goes on. {where}"
