"""A thought that a server tells twice, in a field of its own and in tags, is given once.

MiniMax-M3 behind gateways does so piece by piece (can1357/oh-my-pi#2433), llama.cpp with
`--reasoning-format deepseek-legacy` at once.
"""


class Echo:
    """Two sources of one thought: the leader's text is given, the other's where it differs."""

    __slots__ = ("_ahead", "_at", "_begun", "_blank", "_heard", "apart", "leader", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        """What the leader told since the other one was compared. The list stays the same one."""
        self.begin()

    def begin(self) -> None:
        """Begin the next thought."""
        self.leader = ""
        """The source that told more so far; empty until one told anything."""
        self.apart = False
        """They tell different things."""
        self.pieces.clear()
        self._ahead, self._at = "", 0
        self._begun = False
        self._heard: list[str] = []
        self._blank = ""

    def take(self, source: str, text: str) -> str:
        """Take what a source tells, and give what of it is new."""
        if self.apart:
            return text
        if self.leader and self.leader != source:
            return self._follow(source, text)
        if self.leader or not text.isspace():
            self.leader = source
            self.pieces.append(text)
        return text

    def whole(self) -> str:
        """The other's thought is over: give it if it was no repetition, for it ended elsewhere."""
        heard, self._heard, self._blank = self._heard, [], ""
        if self.apart or not self._begun:
            return ""
        self._begun = False
        self._compare()
        return "".join(heard) if self._ahead[self._at :].strip() else ""

    def _follow(self, source: str, text: str) -> str:
        self._compare()
        if not self._begun:
            text = text.lstrip()
            if not text:
                return ""
            self._begun = True
            self._at = len(self._ahead) - len(self._ahead[self._at :].lstrip())
        piece, self._blank = self._blank + text, ""
        known = self._ahead[self._at : self._at + len(piece)]
        if not piece.startswith(known):
            self.apart = True
            return "".join(self._heard) + piece
        self._at += len(known)
        more = piece[len(known) :]
        if not more or more.isspace():
            self._heard.append(known)
            self._blank = more
            return ""
        # It went on where the leader stopped, and leads now.
        self.leader = source
        self._ahead, self._at = more, 0
        self._heard = []
        return more

    def _compare(self) -> None:
        if self.pieces:
            self._ahead = self._ahead[self._at :] + "".join(self.pieces)
            self._at = 0
            self.pieces.clear()
