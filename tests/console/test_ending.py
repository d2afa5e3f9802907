"""The thread that reads keys sleeps until there is a key or it is to end."""

from selectors import EVENT_READ, SelectSelector

from massgen_tui.console.terminal.ending import Ending


def readable(ending: Ending) -> bool:
    with SelectSelector() as selector:
        selector.register(ending, EVENT_READ)
        return bool(selector.select(0))


def test_it_wakes_who_waits_while_it_is_set_and_as_often_as_it_is() -> None:
    ending = Ending()
    assert (ending.is_set(), readable(ending)) == (False, False)
    for _ in range(3):
        ending.set()
        ending.set()
        assert (ending.is_set(), readable(ending)) == (True, True)
        ending.clear()
        ending.clear()
        assert (ending.is_set(), readable(ending)) == (False, False)
