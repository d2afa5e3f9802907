"""PyYAML is imported with a pattern that is compiled sooner, and takes the same characters."""

import re
import subprocess
import sys

import pytest
import yaml
from yaml.reader import Reader, ReaderError

from massgen_tui.config import quick_yaml


def test_both_patterns_find_the_same_of_all_characters() -> None:
    theirs, ours = re.compile(quick_yaml.THEIRS), re.compile(quick_yaml.OURS)
    every = map(chr, range(sys.maxunicode + 1))
    assert [one for one in every if bool(theirs.match(one)) != bool(ours.match(one))] == []


def test_the_installed_pyyaml_has_the_pattern_that_is_known() -> None:
    found = Reader.__dict__["NON_PRINTABLE"].pattern
    assert found in (quick_yaml.THEIRS, quick_yaml.OURS)


@pytest.mark.parametrize("text", ["a: \x07", "a: \x9f", "a: \uffff", "\x00"])
def test_what_may_not_stand_in_yaml_is_found(text: str) -> None:
    with pytest.raises(ReaderError):
        yaml.safe_load(text)


def test_it_is_imported_once_and_python_compiles_as_before() -> None:
    script = (
        "import re; before = re.compile; from massgen_tui.config import quick_yaml\n"
        "quick_yaml.import_yaml(); quick_yaml.import_yaml()\n"
        "import yaml; assert re.compile is before\n"
        "print(yaml.reader.Reader.NON_PRINTABLE.pattern == quick_yaml.OURS,"
        " yaml.safe_load('a: [1, é, \U0001f600]'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split(maxsplit=1)[0] == "True"
