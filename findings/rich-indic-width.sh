#!/bin/sh
# rich 15.0.0, glibc 2.36, Python 3.11 on Linux.
# Behaviour: `rich.cells.cell_len` gives spacing vowel signs (category Mc) no cell, `wcwidth` of glibc gives them one:
# tables and wrapped lines of Indic, Khmer and Burmese text are drawn wider than rich reckons, in tmux for one.
# Output seen:
#   Hindi  rich 16  glibc 22
#   Tamil  rich 11  glibc 16
#   Khmer  rich 5  glibc 8
# Exits non-zero if rich and glibc agree on any of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'rich==15.0.0'
LC_ALL=C.UTF-8 "$folder/venv/bin/python" - <<'PY'
import ctypes
import locale
import sys

from rich.cells import cell_len

locale.setlocale(locale.LC_ALL, "C.UTF-8")
wcwidth = ctypes.CDLL(None).wcwidth
agree = []
for name, text in {"Hindi": "कृत्रिम बुद्धिमत्ता की शाखा", "Tamil": "பழமையான மொழிகளில்", "Khmer": "ភាសាខ្មែរ"}.items():
    rich, glibc = cell_len(text), sum(max(wcwidth(ord(one)), 0) for one in text)
    print(f"{name}  rich {rich}  glibc {glibc}")
    agree += [name] if rich == glibc else []
sys.exit(f"they agree on {agree}" if agree else 0)
PY
