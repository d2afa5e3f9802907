"""JSON indented as it streams: what has come so far is shown well, whatever is still missing."""

import json
import re

_TOKEN = re.compile(r'"|[{}\[\],:]|[ \t\r\n]+|[^"{}\[\],: \t\r\n]+')
_IN_STRING = re.compile(r'[^"\\]+|"|\\.?', re.DOTALL)
_DEEPEST = 24


class JsonIndenter:
    """Takes JSON piece by piece and gives it indented; what is in strings stays as it is."""

    def __init__(self) -> None:
        """Start outside of everything."""
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._opened = False  # the last token opened a container

    def feed(self, text: str) -> str:
        """Give the next piece, indented."""
        out: list[str] = []
        at = 0
        while at < len(text):
            if self._in_string:
                at = self._string(text, at, out)
            else:
                match = _TOKEN.match(text, at)
                if match is None:
                    break
                at = match.end()
                self._token(match[0], out)
        return "".join(out)

    def _string(self, text: str, at: int, out: list[str]) -> int:
        if self._escaped:
            self._escaped = False
            out.append(text[at])
            return at + 1
        match = _IN_STRING.match(text, at)
        piece = match[0] if match else text[at]
        self._in_string = piece != '"'
        self._escaped = piece == "\\"
        out.append(piece)
        return at + len(piece)

    def _token(self, token: str, out: list[str]) -> None:
        if token.isspace():
            return
        if token in "}]":
            self._depth = max(self._depth - 1, 0)
            if not self._opened:
                out.append(self._line())
            self._opened = False
            out.append(token)
            return
        if self._opened:
            out.append(self._line())
        self._opened = token in "{["
        self._depth += self._opened
        self._in_string = token == '"'
        out.append(token)
        if token == ",":
            out.append(self._line())
        elif token == ":":
            out.append(" ")

    def _line(self) -> str:
        return "\n" + "  " * min(self._depth, _DEEPEST)


def parses(text: str) -> bool:
    """Whether `text` is JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
