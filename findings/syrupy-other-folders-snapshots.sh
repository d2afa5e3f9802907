#!/bin/sh
# syrupy 4.8.0 with pytest 8.4.2, Python 3.11.
# Behaviour: which snapshots a run leaves unused is told by the bare name of a test's file. Where files of one name stand in
# two folders, a run of the one, beside other snapshots of the second folder, counts the snapshots of its namesake, which was
# not asked for, as unused: the run fails, and with --snapshot-update it deletes them.
# Output seen:
#   one/test_page.py and two/test_list.py: exit 1, "2 snapshots unused"
#   the same with --snapshot-update: exit 0, "2 unused snapshots deleted", snapshots of two/test_page.py left: 0
#   one/test_other.py and two/test_list.py: exit 0, "nothing"
# Exits non-zero if any of it is otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'pytest==8.4.2' 'syrupy==4.8.0'
cd "$folder"
mkdir -p tests/one tests/two
touch tests/one/__init__.py tests/two/__init__.py tests/__init__.py
echo 'def test_sum(): assert 1 + 1 == 2' > tests/one/test_page.py
cat > tests/two/test_page.py <<'PY'
import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension


@pytest.mark.parametrize("size", ["small", "large"])
def test_page(snapshot, size):
    assert size.encode() == snapshot(extension_class=SingleFileSnapshotExtension)
PY
sed s/test_page/test_list/ tests/two/test_page.py > tests/two/test_list.py
ask() { "$folder/venv/bin/python" -m pytest -q -p no:cacheprovider "$@" > out.txt 2>&1 && code=0 || code=$?; }
left() { find tests/two/__snapshots__/test_page -type f 2>/dev/null | wc -l | tr -d ' '; }
told() { grep -oE '[0-9]+ (snapshots unused|unused snapshots deleted)' out.txt || echo nothing; }
ask tests --snapshot-update
cp -r tests kept
ask tests/one/test_page.py tests/two/test_list.py
first="exit $code, \"$(told)\""
ask tests/one/test_page.py tests/two/test_list.py --snapshot-update
second="exit $code, \"$(told)\", snapshots of two/test_page.py left: $(left)"
rm -rf tests && mv kept tests && mv tests/one/test_page.py tests/one/test_other.py
ask tests/one/test_other.py tests/two/test_list.py
third="exit $code, \"$(told)\""
echo "one/test_page.py and two/test_list.py: $first"
echo "the same with --snapshot-update: $second"
echo "one/test_other.py and two/test_list.py: $third"
[ "$first" = 'exit 1, "2 snapshots unused"' ] || exit 1
[ "$second" = 'exit 0, "2 unused snapshots deleted", snapshots of two/test_page.py left: 0' ] || exit 1
[ "$third" = 'exit 0, "nothing"' ] || exit 1
