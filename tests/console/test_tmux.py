"""The real program in a real tmux: what is copied and pasted there, and how wide text is."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.server import ScriptedServer, sse_chat
from tests.support.terminal import START
from tests.support.tmux import Tmux, needs_tmux

pytestmark = needs_tmux


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("set -s set-clipboard off",),
        ("set -s set-clipboard on", "set -g allow-passthrough on"),
    ],
)
async def test_a_copy_is_in_tmux_s_buffer_whatever_its_options(
    tmp_path: Path,
    config: Path,
    env: Mapping[str, str],
    server: ScriptedServer,
    options: tuple[str, ...],
) -> None:
    long = "漢字 and text\n" * 8000
    server.answer(*sse_chat(content=[long]))
    with Tmux([*START, str(config), "go"], env=env, cwd=tmp_path, options=options) as tmux:
        await asyncio.to_thread(tmux.until, "· stop")
        tmux.keys("C-g", "1", "y")
        await asyncio.to_thread(tmux.until, "is in tmux's buffer")
        assert "copied" not in tmux.text
        assert tmux.run("show-buffer").rstrip("\n") == long.rstrip("\n")
        tmux.keys("C-q")
        await asyncio.to_thread(tmux.until_ended)


async def test_a_coloured_log_that_is_pasted_is_text(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    with Tmux([*START, str(config)], env=env, cwd=tmp_path) as tmux:
        await asyncio.to_thread(tmux.until, "ctrl+r rerun")
        tmux.keys("C-g", "1")
        tmux.paste(
            b"\x1b[1;31mERROR\x1b[0m one\n\x1b]0;title\x07two \x11\x03 caf\xe9\n\x1b[32mok\n"
        )
        await asyncio.to_thread(tmux.until, "[32mok")
        assert server.asked == []
        server.answer(*sse_chat(content=["the answer"]))
        tmux.keys("Enter")
        await asyncio.to_thread(tmux.until, "· stop")
        assert server.asked == ["[1;31mERROR[0m one\n]0;titletwo  caf\ufffd\n[32mok"]
        tmux.keys("C-q")
        await asyncio.to_thread(tmux.until_ended)


WIDE = {
    "Hindi": "मशीन लर्निंग कृत्रिम बुद्धिमत्ता की एक शाखा है जिसमें कंप्यूटर आँकड़ों से सीखते हैं और "
    "बिना स्पष्ट प्रोग्रामिंग के निर्णय लेते हैं। इसका उपयोग भाषा अनुवाद में होता है।",
    "Tamil": "தமிழ் மொழி உலகின் பழமையான மொழிகளில் ஒன்றாகும், இது இரண்டாயிரம் "
    "ஆண்டுகளுக்கும் மேலான இலக்கிய வரலாற்றைக் கொண்டுள்ளது.",
    "Khmer": "ភាសាខ្មែរ គឺជា ភាសា ផ្លូវការ របស់ ប្រទេស កម្ពុជា និង មាន អក្សរ ផ្ទាល់ ខ្លួន "
    "តាំងពី សតវត្សរ៍ ទី ប្រាំពីរ មក ម្ល៉េះ",
    "Burmese": "မြန်မာ ဘာသာ စကား သည် မြန်မာ နိုင်ငံ ၏ ရုံးသုံး ဘာသာ စကား ဖြစ် ပြီး "
    "လူ သန်း ပေါင်း များစွာ ပြော ကြ သည်",
    "toned and joined emoji": "ok👍🏽 👩🏿\u200d🚀go 👨\u200d👩\u200d👧we " * 9 + "end",
}


def shown(tmux: Tmux, words: set[str]) -> list[set[str]]:
    """Which of these words are not whole in each of two panes side by side."""
    rows = [line.split("│") for line in tmux.text.split("\n") if line.count("│") == 4]
    return [words - {word for row in rows for word in row[at].split()} for at in (1, 3)]


def prompt_of(tmux: Tmux) -> str:
    """What stands under the panes, without its blanks."""
    return "".join(tmux.text.rpartition("└")[2].split())


@pytest.mark.parametrize("what", WIDE)
async def test_no_word_is_lost_where_tmux_draws_text_wider(
    tmp_path: Path, env: Mapping[str, str], server: ScriptedServer, what: str
) -> None:
    backend = {"type": "vllm", "model": "m", "base_url": server.base_url}
    agents = [{"id": one, "backend": backend} for one in "ab"]
    config = tmp_path / "two.yaml"
    await asyncio.to_thread(config.write_text, json.dumps({"agents": agents, "monitor": False}))
    server.route("POST", "/v1/chat/completions", *sse_chat(content=[WIDE[what]]))
    words = set(WIDE[what].split())
    with Tmux([*START, str(config), "go"], env=env, cwd=tmp_path, size=(80, 30)) as tmux:
        await asyncio.to_thread(tmux.until, "· stop")
        tmux.resize(81, 30)
        await asyncio.to_thread(tmux.until_true, lambda: not any(shown(tmux, words)))
        tmux.paste(WIDE[what].encode())
        tail = "".join(WIDE[what].split())[-40:]
        await asyncio.to_thread(tmux.until_true, lambda: tail in prompt_of(tmux))
