"""How an exported page looks: light or dark as its reader wants, columns where there is room."""

from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES

_LIGHT, _DARK = "default", "github-dark"
"""Styles of Pygments."""

_PAGE = """
:root { color-scheme: light dark; --ink: #1d2127; --dim: #59616b; --paper: #fff; --card: #f6f7f9;
  --line: #d5d9df; --mark: #0b5cad; --bad: #a4262c; --code: #eef0f3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e6ea; --dim: #a2abb5; --paper: #14171b;
  --card: #1c2026; --line: #39414b; --mark: #79b8ff; --bad: #ff9a94; --code: #0d1117; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem clamp(.75rem, 2vw, 2rem); color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.2em 0 .5em; }
h1 { font-size: 1.6rem; margin-top: 0; } h2 { font-size: 1.25rem; } h3 { font-size: 1.1rem; }
h4 { font-size: 1.1rem; } h5, h6 { font-size: 1rem; }
.facts, .numbers, .language, .address, .settings, h3 small, footer { color: var(--dim); }
.facts, .numbers, .settings, .agents, .warnings, footer { font-size: .875rem; }
.turn { border-top: 1px solid var(--line); margin-top: 1.5rem; }
.prompt { white-space: pre-wrap; border-left: 3px solid var(--mark); padding: .25rem .75rem;
  margin-bottom: 1rem; tab-size: 4; }
.answers { display: grid; gap: 1rem; align-items: start; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 56rem) { .answers { grid-template-columns:
  repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); } }
article { background: var(--card); border: 1px solid var(--line); border-radius: .4rem;
  padding: .75rem 1rem; min-width: 0; }
article > h3 { margin-top: 0; }
h3 small { font-weight: normal; }
summary { cursor: pointer; color: var(--mark); }
details { margin: .5rem 0; }
.attempt { border-top: 1px solid var(--line); padding-top: .5rem; }
.front > summary { font-weight: bold; }
.reasoning { white-space: pre-wrap; color: var(--dim); border-left: 2px solid var(--line);
  padding-left: .75rem; tab-size: 4; }
.plain { white-space: pre-wrap; tab-size: 4; }
.text > :first-child { margin-top: 0; }
.text table { display: block; overflow-x: auto; }
table { border-collapse: collapse; overflow-wrap: break-word; }
.agents { display: block; overflow-x: auto; }
.agents td { white-space: pre-wrap; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left;
  vertical-align: top; }
th.center, td.center { text-align: center; } th.right, td.right { text-align: right; }
blockquote { margin: .5rem 0; padding-left: .75rem; border-left: 3px solid var(--line); }
code { font: .875em/1.45 ui-monospace, monospace; background: var(--code); padding: .1em .25em;
  border-radius: .2em; }
pre.code { background: var(--code); overflow-x: auto; padding: .6rem .75rem; border-radius: .3rem;
  overflow-wrap: normal; tab-size: 4; }
pre.code code { padding: 0; background: none; }
.language { font-size: .75rem; margin: .75rem 0 -.75rem; }
.link { text-decoration: underline dotted; }
.bad { color: var(--bad); }
.settings { display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem;
  margin: .25rem 0; }
.settings dd { margin: 0; }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .5rem; }
"""


def style() -> str:
    """The style sheet of a page, whole."""
    dark = f"@media (prefers-color-scheme: dark) {{\n{_code(_DARK)}\n}}"
    return f"{_PAGE.strip()}\n{_code(_LIGHT)}\n{dark}"


def _code(name: str) -> str:
    """The colours of highlighted code, a rule for all kinds of words that look the same."""
    looks: dict[str, list[str]] = {}
    style = get_style_by_name(name)
    for kind, short in STANDARD_TYPES.items():
        look = style.style_for_token(kind)
        rule = f"color: #{look['color']};" if look["color"] else ""
        rule += " font-weight: bold;" if look["bold"] else ""
        rule += " font-style: italic;" if look["italic"] else ""
        if rule and short:
            looks.setdefault(rule, []).append(f"pre.code .{short}")
    return "\n".join(f"{', '.join(words)} {{ {rule} }}" for rule, words in looks.items())
