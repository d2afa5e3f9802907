"""Names for messages: each covers what it says and the one before it, so that each is kept once."""

from collections.abc import Callable, Collection, Mapping
from hashlib import sha256

from massgen_tui.backends import events as streamed
from massgen_tui.backends.events import StreamEvent
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent
from massgen_tui.session.requests import Sent, SentRequest
from massgen_tui.store.packed import Names, Places
from massgen_tui.store.schema import to_json

SHORT = 32
"""Characters of a text that is rather repeated than referred to."""
_KINDS = "crp"
"""Texts that are referred to: content, reasoning, prompts."""
_DIGEST = 16
"""Bytes of a text's digest: no two texts share one."""
_NOTHING = Places(_DIGEST)
"""What is told in no conversation; nothing is ever put in."""


class MessageNames:
    """Knows what a session's file tells already: its messages, prompts and answers."""

    def __init__(self) -> None:
        """Nothing is told yet."""
        self.known = Names()
        """Names of the messages that are in the file."""
        self._told: dict[str, Places] = {}
        """What each agent's conversation tells, as `_place`: texts by their digests."""
        self._talking: set[str] = set()
        """Agents that were asked something in a conversation that goes on."""
        self._agents: dict[int, str] = {}
        """Whose the attempts are that have not ended."""
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
                self._talking.add(agent)
                if before is not None:
                    self._joined.add(serial)
            case events.Ended(attempt=serial) | events.Withdrawn(attempt=serial) if self._alone:
                self._texts.pop(serial, None)
                self._agents.pop(serial, None)
            case events.Ended(attempt=serial) if serial in self._agents:
                agent, texts = self._agents.pop(serial), self._texts.pop(serial, {})
                # of one that goes on with another this is a part of what it says
                for what, parts in texts.items() if serial not in self._joined else ():
                    self._tell(agent, "".join(parts), what, serial)
            case events.Withdrawn(attempt=serial):
                self._agents.pop(serial, None)
                for agent in self._told:  # of one that has ended it is not known whose it was
                    self._drop(agent, serial, "cr")
            case events.TakenBack(turn=turn, agent=agent):
                self._drop(agent, turn, "p")
            case events.AgentRemoved(agent=agent):
                self._told.pop(agent, None)
                self._talking.discard(agent)
            case events.Cleared(agents=agents):
                self._forget(agents)

    def _forget(self, agents: Collection[str]) -> None:
        """These agents' conversations ended: nothing more is asked that quotes them."""
        for agent in agents:
            self._told.pop(agent, None)
        self._agents = {
            serial: agent for serial, agent in self._agents.items() if agent not in agents
        }
        self._talking.difference_update(agents)
        if not self._talking:
            self.known = Names()

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
            last = name
        if new and last is not None:
            new[-1].name = last  # of those before it the name is made again where it is needed
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
        told = self._told.get(self._agents[serial], _NOTHING)
        return {key: _referred(value, told) for key, value in message.items()}

    def _tell(self, agent: str, text: str, what: str, serial: int) -> None:
        if len(text) > SHORT and not self._alone:
            told = self._told.setdefault(agent, Places(_DIGEST))
            told.put(_digest(text), _place(what, serial))

    def _drop(self, agent: str, serial: int, what: str) -> None:
        """Refer no more to what is taken out of a conversation."""
        if agent in self._told:
            self._told[agent].drop([_place(kind, serial) for kind in what])


def _place(what: str, serial: int) -> int:
    """Where a text is told: content, reasoning or a prompt, and whose."""
    return serial * len(_KINDS) + _KINDS.index(what)


def _referred(value: object, told: Places) -> object:
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
