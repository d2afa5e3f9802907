"""When the pieces of one answer came, and how long it said nothing between two of them."""

from massgen_tui.data_class import dataclass

HEAD = 0.01
"""Seconds from the first piece in which what comes counts as coming with it: what a server or a
proxy held back comes in one burst, and tells nothing of the speed before it."""


@dataclass(slots=True)
class Times:
    """When things happened, in seconds of the session's monotonic clock; None until they did."""

    created: float
    sent: float | None = None
    """The request went out for the first time."""
    asked: float | None = None
    """The request that is being answered went out: later than `sent` where it was repeated."""
    written: float | None = None
    """The last byte of that request was written, as far as the transport told."""
    first_byte: float | None = None
    first_reasoning: float | None = None
    last_reasoning: float | None = None
    first_content: float | None = None
    first_token: float | None = None
    """The first reasoning, content or tool call."""
    last_token: float | None = None
    last_event: float | None = None
    end: float | None = None
    pieces: int = 0
    """Reasoning, content and tool-call pieces that came."""
    length: int = 0
    """Characters in them."""
    bursts: int = 0
    """Groups of pieces that came within `HEAD` of the first of them."""
    burst_at: float = 0.0
    """When the first piece of the last group came."""
    head_end: float = 0.0
    """When the last piece of the head came: of what came with the first one (`HEAD`)."""
    head_pieces: int = 0
    head_length: int = 0
    head_tokens: int | None = None
    """Tokens up to the end of the head, where the server counted while it streamed."""
    longest_pause: float = 0.0
    """Seconds between two pieces, the most, or from the last to where the answer broke off."""
    quiet_since: float = 0.0
    """When the last piece came."""
    first_unknown: bool = False
    """The program stood still while the first token was waited for, …"""
    content_unknown: bool = False
    """… and while the first content was."""
    still_after: int | None = None
    """Pieces that had come when it first stood still after the first."""
    read_packets: int = 0
    """Packets in the last reading, where they were counted; pieces and time before it."""
    read_after: int = 0
    read_since: float | None = None

    def ask(self, now: float) -> None:
        """Take in that the request goes out, perhaps again."""
        self.sent = now if self.sent is None else self.sent
        self.asked, self.written = now, None
        self.first_unknown = self.content_unknown = False

    def stood_still(self, seconds: float) -> None:
        """Take in that the program stood still until now: nobody saw when what comes next came."""
        if self.last_event is not None:
            self.last_event += seconds
        self.quiet_since += seconds
        if self.first_token is None:
            self.first_unknown = self.asked is not None
        elif self.still_after is None:
            self.still_after = self.pieces
        if self.first_content is None:
            self.content_unknown = self.asked is not None

    @property
    def unanswered(self) -> bool:
        """No byte came of the request that was sent last."""
        return self.first_byte is None or self.first_byte < (self.asked or 0.0)

    @property
    def broken(self) -> bool:
        """The program stood still between the first piece and the last."""
        return self.still_after is not None and self.pieces > self.still_after

    def piece(self, now: float, length: int, count: int = 1) -> None:
        """Take in that a piece of so many characters came, or so many pieces at once."""
        if self.first_token is None:
            self.first_token = now
        elif now - self.quiet_since > self.longest_pause:
            self.longest_pause = now - self.quiet_since
        if not self.bursts or now - self.burst_at > HEAD:
            self.bursts, self.burst_at = self.bursts + 1, now
        self.pieces += count
        self.length += length
        self.last_token = self.quiet_since = now
        if now - self.first_token <= HEAD:
            self.head_end = now
            self.head_pieces += count
            self.head_length += length

    def read(self, packets: int) -> None:
        """Take in that so many packets came in one reading, whose pieces follow."""
        self.read_packets, self.read_after = packets, self.pieces
        self.read_since = self.last_token

    def finished(self) -> None:
        """Take in the finish: of one reading, only the last packet's time is known.

        Where packets came behind the last piece in the same reading, that came when it was due, by
        the pace until then; a server that waits for acknowledgements is 40 ms late with its finish.
        """
        pieces, paced = self.pieces - self.read_after, self.read_after - self.head_pieces
        since, last = self.read_since, self.last_token
        if since is None or last is None or paced < 1 or not 0 < pieces < self.read_packets:
            return
        self.last_token = min(last, since + pieces * (since - self.head_end) / paced)

    def broken_off(self, now: float) -> None:
        """Take in that no piece came until now, where one was to come."""
        if self.pieces and now - self.quiet_since > self.longest_pause:
            self.longest_pause = now - self.quiet_since

    def counted(self, tokens: int | None) -> None:
        """Take in how many tokens the server counted so far."""
        if tokens and self.head_pieces and self.head_pieces == self.pieces:
            self.head_tokens = tokens

    @property
    def asking(self) -> float | None:
        """What an answer is timed from: the request's last byte, else when it was sent."""
        return self.asked if self.written is None else self.written

    @property
    def ttft(self) -> float | None:
        """Seconds from the request's last byte to the first reasoning, content or tool call."""
        return None if self.first_unknown else self._since_asking(self.first_token)

    @property
    def first_content_s(self) -> float | None:
        """Seconds from the request's last byte to the first content."""
        return None if self.content_unknown else self._since_asking(self.first_content)

    @property
    def total_s(self) -> float | None:
        """Seconds from the first sending to the end, repetitions and all."""
        return None if self.sent is None or self.end is None else self.end - self.sent

    def _since_asking(self, moment: float | None) -> float | None:
        if moment is None or (asking := self.asking) is None:
            return None
        return max(moment - asking, 0.0)
