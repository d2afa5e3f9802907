"""What an idle console costs that shows 4 servers and 8 GPUs, as a share of one core.

The servers answer like vLLM, on loopback; the GPUs are those of a library that plays NVML.

    python -m bench.idle [--seconds 20]
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.harness.process import ROOT, Server, cpu
from bench.harness.terminal import Console

STUB = ROOT / "tests" / "support" / "nvml_stub.c"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="an idle console")
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        env = eight_gpus(Path(folder))
        gpus = "8 GPUs" if env else "no GPUs (no C compiler here)"
        with Server(ports=4) as server, Console(server.urls, 4, prompt="", env=env) as console:
            console.find("sk all agents")
            time.sleep(6)
            before, frames = cpu(console.pid), console.bytes
            drawing = cpu(console.pid, main_only=True)
            time.sleep(seconds)
            spent = cpu(console.pid) - before
            drawing = cpu(console.pid, main_only=True) - drawing
            wrote = (console.bytes - frames) / seconds
            seen = console.screen()
    servers = seen.count("vLLM 0.32")
    shown = f"{servers} servers, {seen.count('°')} GPUs on the screen"
    print(
        f"idle with 4 servers and {gpus}: {spent / seconds:.2%} of a core "
        f"({drawing / seconds:.2%} in the main thread), "
        f"{wrote:.0f} bytes/s to the terminal ({shown})"
    )


def eight_gpus(folder: Path) -> Mapping[str, str]:
    """The variables under which NVML finds eight GPUs; empty without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return {}
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(STUB)], check=True)
    return {"LD_LIBRARY_PATH": str(folder), "NVML_STUB_PLAYS": "eight"}


if __name__ == "__main__":
    main()
