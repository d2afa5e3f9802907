"""PyYAML, imported without compiling the pattern that takes a third of its import.

`yaml.reader` of PyYAML 6.0.3 names the million characters that may stand in YAML, and Python 3.11
goes through each of the ranges below 65,536 to compile that: 4.8 ms before the first picture. Named
by the characters that are left, the same takes 0.6.
"""

import importlib
import re

THEIRS = "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
OURS = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
_COMPILE = "compile"


def import_yaml() -> None:
    """Import PyYAML; a pattern of another version is compiled as it stands."""
    own = re.compile

    def quick(pattern: str, flags: int = 0) -> re.Pattern[str]:
        return own(OURS if pattern == THEIRS else pattern, flags)

    setattr(re, _COMPILE, quick)
    try:
        importlib.import_module("yaml")
    finally:
        setattr(re, _COMPILE, own)
