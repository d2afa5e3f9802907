"""The page, and the files that it is made of: textual-serve's terminal, and what is ours."""

import html
import importlib.util
from dataclasses import dataclass
from pathlib import Path

_OURS = Path(__file__).parent / "page"
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ttf": "font/ttf",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_THEIRS = {
    "textual.js": "js/textual.js",
    "xterm.css": "css/xterm.css",
    "RobotoMono.ttf": "fonts/RobotoMono-VariableFont_wght.ttf",
    "RobotoMono-Italic.ttf": "fonts/RobotoMono-Italic-VariableFont_wght.ttf",
}
MISSING = (
    "serve needs the extra: pip install 'massgen-tui[serve]', in a checkout pip install '.[serve]'"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be asked for."""

    path: Path
    kind: str


def files() -> dict[str, File]:
    """All that may be asked for beside the page, by name; nothing else is.

    Raises:
        ImportError: textual-serve is not installed.
    """
    found = importlib.util.find_spec("textual_serve")
    if found is None or not found.submodule_search_locations:
        raise ImportError(MISSING)
    theirs = Path(found.submodule_search_locations[0]) / "static"
    paths = {name: theirs / path for name, path in _THEIRS.items()}
    paths |= {path.name: path for path in _OURS.iterdir() if path.suffix in _KINDS}
    return {name: File(path, _KINDS[path.suffix]) for name, path in paths.items()}


def page(title: str, full: str = "") -> str:
    """The page, with what is said of a full house where it is one."""
    return _filled("console.html", title=title, full=full)


def refusal(words: str) -> str:
    """A page that says why there is nothing."""
    return _filled("refused.html", words=words)


def _filled(name: str, **values: str) -> str:
    text = (_OURS / name).read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"{{{{{key}}}}}", html.escape(value))
    return text


def policy(host: str) -> str:
    """The page's policy: all is from here, and nobody frames it.

    Args:
        host: by which it was asked; some browsers do not count the web socket to `'self'`.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # the terminal writes its own style sheets
            "font-src 'self'",
            "img-src 'self' data:",
            "manifest-src 'self'",
            f"connect-src 'self' ws://{host} wss://{host}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
