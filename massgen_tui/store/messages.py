"""Names for messages: each covers what it says and the one before it, so that each is kept once."""

from collections.abc import Callable, Collection, Mapping
from hashlib import sha256

from massgen_tui.backends import events as streamed
from massgen_tui.backends.events import StreamEvent
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.requests import Sent, SentRequest
from massgen_tui.store.schema import to_json

SHORT = 32
"""Characters of a text that is rather repeated than referred to."""
_KINDS = "crp"
"""Texts that are referred to: content, reasoning, prompts."""
_DIGEST = 15
"""Bytes of a text's digest: no two texts share one, and an answer's fits 48 bytes with its head."""


class MessageNames:
    """Knows what a session's file tells already: its messages, prompts and answers."""

    def __init__(self) -> None:
        """Nothing is told yet."""
        self.known: set[str] = set()
        """Names of the messages that are in the file."""
        self._told: dict[str, dict[bytes, int]] = {}
        """What each agent's conversation tells, as `_place`: texts by their digests."""
        self._agents: dict[int, str] = {}
        self._joined: set[int] = set()
        """Attempts that go on with others."""
        self._alone = False
        """Each prompt stands for itself: nothing said before is quoted, and nothing is held."""
        self._texts: dict[int, dict[str, list[str]]] = {}

    def hear(self, event: SessionEvent) -> None:
        """Learn prompts, and the answers of attempts that ended."""
        match event:
            case events.Prompted(turn=turn, text=text, agents=agents, id=id):
                self._alone = self._alone or bool(id)
                for agent in agents:
                    self._tell(agent, text, "p", turn)
            case events.Queued(attempt=serial, agent=agent, continues=before):
                self._agents[serial] = agent
                if before is not None:
                    self._joined.add(serial)
            case events.Ended(attempt=serial) | events.Withdrawn(attempt=serial) if self._alone:
                self._texts.pop(serial, None)
                self._agents.pop(serial, None)
            case events.Ended(attempt=serial) if serial in self._agents:
                texts = self._texts.pop(serial, {})
                # of one that goes on with another this is a part of what it says
                for what, parts in texts.items() if serial not in self._joined else ():
                    self._tell(self._agents[serial], "".join(parts), what, serial)
            case events.Withdrawn(attempt=serial) if serial in self._agents:
                self._drop(self._agents[serial], serial, "cr")
            case events.TakenBack(turn=turn, agent=agent):
                self._drop(agent, turn, "p")
            case events.AgentRemoved(agent=agent):
                self._told.pop(agent, None)
            case events.Cleared(agents=agents):
                self._forget(agents)

    def _forget(self, agents: Collection[str]) -> None:
        """These agents' conversations ended: nothing more is asked that quotes them."""
        for agent in agents:
            self._told.pop(agent, None)
        self._agents = {
            serial: agent for serial, agent in self._agents.items() if agent not in agents
        }
        if not self._agents:
            self.known = set()

    def learn(self, event: SessionEvent) -> None:
        """Learn of an event that the file holds already."""
        if not isinstance(event, events.Streamed):
            self.hear(event)
            return
        match event.event:
            case streamed.ContentDelta(text=text):
                self.hear_text(event.attempt, "c", text)
            case streamed.ReasoningDelta(text=text):
                self.hear_text(event.attempt, "r", text)
            case _:
                self.hear_stream(event.attempt, event.event)

    def hear_text(self, serial: int, what: str, text: str) -> None:
        """Learn a piece of an attempt's content (`c`) or reasoning (`r`)."""
        if what == "f":
            return
        texts = self._texts.get(serial)
        if texts is None:
            texts = self._texts[serial] = {"c": [], "r": []}
        texts[what].append(text)

    def tells(self, serial: int, content: str) -> bool:
        """Whether this is all the content so far of an attempt."""
        return "".join(self._texts.get(serial, {}).get("c", ())) == content

    def hear_stream(self, serial: int, event: StreamEvent) -> None:
        """Learn of text that moved."""
        texts = self._texts.setdefault(serial, {"c": [], "r": []})
        if isinstance(event, streamed.ReasoningMoved):
            texts["r"], texts["c"] = [event.text], []
        elif isinstance(event, streamed.ContentMoved):
            texts["r"] = ["".join(texts["r"])[: -event.taken or None]]
            texts["c"].append(event.text)

    def name(
        self, serial: int, body: SentRequest, redact: Callable[[str], str]
    ) -> tuple[list[str], str | None]:
        """The lines of those messages of a request that are new, and the name of its last one."""
        told: list[str] = []
        new, last = self._unnamed(body)
        for sent in new:
            text = redact(to_json(self._kept(serial, sent.message), compact=True))
            name = name_of(last, text)
            if name not in self.known:
                self.known.add(name)
                before = "" if last is None else f',"before":"{last}"'
                told.append(f'{{"m":"{name}"{before},"v":{text}}}')
            last = sent.name = name
        return told, last

    def _unnamed(self, body: SentRequest) -> tuple[list[Sent], str | None]:
        """The last messages of a request, those not known yet, and the name before them.

        A name covers what it says: one that another file gave is as good where it is known here.
        """
        new, one = [], body.last
        while one is not None and one.name not in self.known:
            new.append(one)
            one = one.before
        return new[::-1], one.name if one is not None else None

    def _kept(self, serial: int, message: object) -> object:
        if not isinstance(message, Mapping):
            return message
        told = self._told.get(self._agents[serial], {})
        return {key: _referred(value, told) for key, value in message.items()}

    def _tell(self, agent: str, text: str, what: str, serial: int) -> None:
        if len(text) > SHORT and not self._alone:
            self._told.setdefault(agent, {})[_digest(text)] = _place(what, serial)

    def _drop(self, agent: str, serial: int, what: str) -> None:
        """Refer no more to what is taken out of a conversation."""
        told = self._told.get(agent, {})
        places = {_place(kind, serial) for kind in what}
        for digest in [one for one, place in told.items() if place in places]:
            del told[digest]


def _place(what: str, serial: int) -> int:
    """Where a text is told: content, reasoning or a prompt, and whose. A pair takes twice it."""
    return serial * len(_KINDS) + _KINDS.index(what)


def _referred(value: object, told: Mapping[bytes, int]) -> object:
    if isinstance(value, str) and len(value) > SHORT:
        found = told.get(_digest(value))
        if found is not None:
            serial, kind = divmod(found, len(_KINDS))
            return {"$": [_KINDS[kind], serial]}
    return value


def name_of(before: str | None, text: str) -> str:
    """The name of a message that is kept as `text`, behind another one."""
    return sha256(f"{before or ''}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:_DIGEST]
