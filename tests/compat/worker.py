"""A scripted engine: what vLLM or SGLang answer to the gateways in front of them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

MODEL, CONTEXT = "m", 4096
VERSIONS = {"vllm": "0.32.0", "sglang": "0.5.23"}
_NAMES = {
    "vllm": ("num_requests_running", "num_requests_waiting", "kv_cache_usage_perc"),
    "sglang": ("num_running_reqs", "num_queue_reqs", "token_usage"),
}


class Worker:
    """Serves on loopback from now on, in a thread; counts what it is asked."""

    def __init__(self, engine: str, running: int, waiting: int, usage: float) -> None:
        """Begin to serve.

        Args:
            engine: `vllm` or `sglang`.
            running: Requests that it says it runs.
            waiting: Requests that it says wait.
            usage: Share of its KV cache in use, 0 to 1.
        """
        self.engine, self._load = engine, (running, waiting, usage)
        self.prompts = 0
        """Completions that it was asked for."""
        handler = type("Handler", (_Handler,), {"worker": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Take no more connections."""
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str) -> object:
        """What stands there: JSON, plain text, or None."""
        shared = {
            "/health": "",
            "/ping": "",
            "/v1/models": self._models(),
            "/metrics": self._metrics(),
        }
        if self.engine == "vllm":
            return (shared | {"/version": {"version": VERSIONS["vllm"]}}).get(path)
        info = {"model_path": MODEL, "served_model_name": MODEL, "is_generation": True}
        server = info | {"version": VERSIONS["sglang"], "context_length": CONTEXT}
        told = {"/get_model_info": info, "/model_info": info}
        told |= {"/get_server_info": server, "/server_info": server}
        return (shared | told).get(path)

    def _models(self) -> object:
        entry = {"id": MODEL, "object": "model", "owned_by": self.engine, "max_model_len": CONTEXT}
        return {"object": "list", "data": [entry]}

    def _metrics(self) -> str:
        lines = []
        for name, value in zip(_NAMES[self.engine], self._load, strict=True):
            full = f"{self.engine}:{name}"
            lines += [f"# TYPE {full} gauge", f'{full}{{model_name="{MODEL}"}} {value}']
        return "\n".join(lines) + "\n"


class _Handler(BaseHTTPRequestHandler):
    # a kept connection would outlive the worker
    protocol_version = "HTTP/1.0"
    worker: ClassVar[Worker]

    def do_GET(self) -> None:
        """Give the page that stands there."""
        page = self.worker.page(self.path.partition("?")[0])
        self._tell(404 if page is None else 200, {"detail": "Not Found"} if page is None else page)

    def do_POST(self) -> None:
        """Count a prompt, and answer it whole."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.worker.prompts += 1
        message = {"role": "assistant", "content": "hello"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        self._tell(200, {"object": "chat.completion", "model": MODEL, "choices": [choice]})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _tell(self, status: int, page: object) -> None:
        plain = isinstance(page, str)
        body = page.encode() if isinstance(page, str) else json.dumps(page).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if plain else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
