"""Requests as they were sent, kept so that a conversation's messages are there once."""

from collections.abc import Iterable, Iterator, Mapping

from massgen_tui.session.pieces import Text, decoded

MESSAGES = "messages"


class Sent:
    """One message of a request, and the one before it: requests of a conversation share them."""

    __slots__ = ("_content", "_role", "before", "name")

    def __init__(self, before: "Sent | None", message: object) -> None:
        """Be `message`; mostly a mapping of two texts, which takes four times what they do.

        Bytes in a mapping are a text that is kept elsewhere too, as UTF-8.
        """
        self.before = before
        self.name = ""
        """What a session's file last called it, where it was the last of a request; else empty."""
        self._role: str | None = None
        self._content = message
        if isinstance(message, dict) and [*message] == ["role", "content"]:
            role, content = message.values()
            if isinstance(role, str):
                self._role, self._content = role, content

    @property
    def message(self) -> object:
        """What it says."""
        content = self._content
        if self._role is not None:
            return {"role": self._role, "content": _told(content)}
        if isinstance(content, dict):
            return {key: _told(value) for key, value in content.items()}
        return content


def _told(value: object) -> object:
    return decoded(value) if isinstance(value, bytes) else value


class SentRequest(Mapping[str, object]):
    """The body of a request: its parameters, and its last message, which knows those before it.

    A mapping that is equal to the body; `messages` is put together when it is asked for.
    """

    __slots__ = ("last", "parameters")

    def __init__(self, parameters: Mapping[str, object], last: Sent | None) -> None:
        """Keep the parameters (with a place for the messages) and the last message."""
        self.parameters = parameters
        self.last = last

    def __getitem__(self, key: str) -> object:
        if key == MESSAGES and self.last is not None:
            return [one.message for one in path_of(self.last)]
        return self.parameters[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)


def path_of(last: Sent | None) -> list[Sent]:
    """The messages up to `last`, oldest first."""
    path = []
    while last is not None:
        path.append(last)
        last = last.before
    return path[::-1]


def sent_request(body: Mapping[str, object]) -> SentRequest:
    """A body in the form in which it is kept, for itself."""
    return SentRequests().keep("", body)


class _Answers:
    """Texts that a conversation holds, and that messages quote."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = texts
        self._by_length: dict[int, list[Text]] | None = None

    def shared(self, message: object) -> object:
        """A message, with the UTF-8 that is held in the place of texts that it quotes."""
        if not isinstance(message, dict) or message.get("role") != "assistant":
            return message
        return {key: self._held(value) for key, value in message.items()}

    def _held(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        if self._by_length is None:
            self._by_length = {}
            for text in self._texts:
                self._by_length.setdefault(text.length, []).append(text)
        same = (one for one in self._by_length.get(len(value), ()) if str(one) == value)
        found = next(same, None)
        return value if found is None or found.utf8 is None else found.utf8


class SentRequests:
    """Keeps bodies that share what they have in common with the last of the same agent."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self._last: dict[str, Sent | None] = {}
        self._parameters: dict[str, dict[str, object]] = {}

    def keep(
        self, agent: str, body: Mapping[str, object], said: Iterable[Text] = ()
    ) -> SentRequest:
        """The body in the form in which it is kept; what was `said` is shared with it."""
        if isinstance(body, SentRequest):
            self._last[agent] = body.last
            return body
        messages = body.get(MESSAGES)
        if not isinstance(messages, list) or not messages:
            return SentRequest(dict(body), None)
        last: Sent | None = None
        known, answers = path_of(self._last.get(agent)), _Answers(said)
        for place, message in enumerate(messages):
            if place < len(known) and known[place].message == message:
                last = known[place]
            else:
                last, known = Sent(last, answers.shared(message)), []
        self._last[agent] = last
        parameters, same = {**body, MESSAGES: None}, self._parameters.get(agent)
        if same is None or repr(same) != repr(parameters):  # 1 is not 1.0, nor is the order all one
            same = self._parameters[agent] = parameters
        return SentRequest(same, last)

    def forget(self, agent: str) -> None:
        """An agent begins a new conversation."""
        self._last.pop(agent, None)
        self._parameters.pop(agent, None)
