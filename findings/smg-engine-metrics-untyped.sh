#!/bin/sh
# smg 1.13.0: GET /engine_metrics leaves out a worker's whole page, with 200 and without a word, when one sample on it has
# no "# TYPE" line, which the Prometheus text format allows (it is untyped then). What is left, one worker's numbers here,
# reads like those of all. Seen with two workers, of which one adds the line "extra_value 1":
#   both pages typed:      workers on /engine_metrics: 2 of 2
#   one untyped sample:    HTTP 200, workers on /engine_metrics: 1 of 2
# Exits 0 while this is so, and 1 when it is not any more.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check smg==1.13.0
cat > "$folder/try.py" <<'PYTHON'
import json, socket, subprocess, sys, threading, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TYPED = '# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{engine="0"} 2.0\n'
MODELS = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "vllm", "max_model_len": 4096}]}
pages = {}


class Worker(BaseHTTPRequestHandler):
    def do_GET(self):
        answers = {"/health": "", "/v1/models": json.dumps(MODELS), "/version": '{"version": "0.32.0"}',
                   "/metrics": pages.get(self.server.server_port, TYPED)}
        body = answers.get(self.path.partition("?")[0])
        kind = "text/plain; version=0.0.4" if self.path == "/metrics" else "application/json"
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or "")))
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *args):
        pass


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def get(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.status, answer.read().decode()


def seen():
    status, page = get("/engine_metrics")
    return status, sum(f'worker_addr="{url}"' in page for url in urls)


servers = [ThreadingHTTPServer(("127.0.0.1", 0), Worker) for _ in range(2)]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
urls = [f"http://127.0.0.1:{server.server_port}" for server in servers]
port = free()
gateway = subprocess.Popen(
    [sys.argv[1], "launch", "--host", "127.0.0.1", "--port", str(port), "--prometheus-host", "127.0.0.1",
     "--prometheus-port", str(free()), "--worker-urls", *urls],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(120):
        try:
            if json.loads(get("/readiness")[1]).get("healthy_workers") == 2:
                break
        except OSError:
            pass
        time.sleep(0.5)
    typed = seen()
    pages[servers[0].server_port] = TYPED + "extra_value 1\n"
    untyped = seen()
finally:
    gateway.kill()
print(f"both pages typed:      HTTP {typed[0]}, workers on /engine_metrics: {typed[1]} of 2")
print(f"one untyped sample:    HTTP {untyped[0]}, workers on /engine_metrics: {untyped[1]} of 2")
sys.exit(0 if (typed, untyped) == ((200, 2), (200, 1)) else 1)
PYTHON
"$folder/env/bin/python" "$folder/try.py" "$folder/env/bin/smg"
