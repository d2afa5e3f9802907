"""A body's bytes as the server meant them: unpacked, or as they are where its label is wrong.

No compression is asked for, and some servers and proxies send it all the same. Others leave the
label on text that was unpacked on the way (diegosouzapw/OmniRoute#2291): the bytes tell.
"""

import zlib

_GZIP, _ZLIB, _RAW = 31, 15, -15
"""Window bits, as zlib wants them for each form."""
_TEXT = (b"data:", b"event:", b"id:", b"retry:", b":", b"{", b"[", b"<")
_SNIFF = 6
"""Bytes that tell text from what is packed."""
_HEADER = 2
"""Bytes that tell zlib's form of deflate from the bare one."""
MAX_READ = 32 * 1024 * 1024
"""Bytes that one read may unpack to."""
HINT = "turn compression off there, or in the proxy before it"


class PackedError(ValueError):
    """A body that cannot be unpacked; the message says why."""


class Unpacker:
    """Unpacks one body as it comes."""

    def __init__(self, coding: str) -> None:
        """Begin a body with this `Content-Encoding`."""
        self.coding = coding.strip().lower()
        self.stale = False
        """The label is wrong: what came is plain."""
        self._plain = self.coding in ("", "identity")
        self._packed: zlib._Decompress | None = None
        self._head = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give what they unpack to; empty where that needs more of them.

        Raises:
            PackedError: they are not what the label says, or it names what is not spoken here.
        """
        if self._plain:
            return data
        if self._packed is None:
            data, self._head = self._head + data, b""
            short = len(data) < _SNIFF and any(text.startswith(data) for text in _TEXT)
            if short or len(data) < _HEADER:
                self._head = data
                return b""
            if data.lstrip().startswith(_TEXT):
                self.stale = self._plain = True
                return data
            self._packed = self._begin(data)
        return self._unpack(data, self._packed)

    def close(self) -> bytes:
        """The body ended: what was held back."""
        head, self._head = self._head, b""
        return head

    def _unpack(self, data: bytes, packed: "zlib._Decompress") -> bytes:
        try:
            text = packed.decompress(data, MAX_READ)
            while packed.eof and packed.unused_data:  # each part may be packed alone
                rest, packed = packed.unused_data, self._begin(packed.unused_data)
                text += packed.decompress(rest, MAX_READ)
        except zlib.error:
            raise PackedError(f"the server's answer is broken {self.coding}") from None
        if packed.unconsumed_tail or len(text) > MAX_READ:
            raise PackedError("the server's answer unpacks to more than can be read")
        self._packed = packed
        return text

    def _begin(self, data: bytes) -> "zlib._Decompress":
        if self.coding in ("gzip", "x-gzip"):
            return zlib.decompressobj(_GZIP)
        if self.coding == "deflate":
            headed = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            return zlib.decompressobj(_ZLIB if headed else _RAW)
        raise PackedError(f"the server packs its answer as {self.coding[:40]}")
