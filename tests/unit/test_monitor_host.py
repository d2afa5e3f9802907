from pathlib import Path

import pytest

from massgen_tui.monitor.host import command, is_wsl, system_memory

MEMORY = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\nOdd\n"


@pytest.mark.parametrize(
    ("version", "wsl"),
    [
        ("Linux version 5.15.153.1-microsoft-standard-WSL2 (root@x)", True),
        ("Linux version 6.8.0-48-generic (buildd@lcy02)", False),
    ],
)
def test_linux_under_windows_is_known_by_its_kernel(
    tmp_path: Path, version: str, wsl: bool
) -> None:
    (tmp_path / "version").write_text(version)
    assert is_wsl(tmp_path) is wsl


def test_memory_in_use_is_what_nobody_else_could_have(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text(MEMORY)
    assert system_memory(tmp_path) == (600 * 1024, 1000 * 1024)


def test_the_name_of_a_process_is_cleaned(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "comm").write_text("VLLM::\x1b[31mEngine\n")
    assert "\x1b" not in command(7, tmp_path)
    assert command(7, tmp_path).startswith("VLLM::")


def test_a_host_without_proc_tells_nothing(tmp_path: Path) -> None:
    assert (is_wsl(tmp_path), system_memory(tmp_path)) == (False, (None, None))
    assert command(7, tmp_path) == ""
