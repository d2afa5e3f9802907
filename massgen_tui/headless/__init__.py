"""The same session without a screen: one prompt, printed answers, an exit code."""

from massgen_tui.headless.printers import FORMATS
from massgen_tui.headless.runner import Options, run

__all__ = ["FORMATS", "Options", "run"]
