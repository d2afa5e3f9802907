"""Asks once before quitting while agents answer, or prompts wait for their server."""

from massgen_tui.console.screens.question import Question


class QuitScreen(Question):
    """Quit, or stay."""

    def __init__(self, answering: int, key: str, *, kept: bool, held: int = 0) -> None:
        """Ask while agents answer.

        Args:
            answering: how many agents do.
            held: how many wait for their server with a prompt.
            key: the one that quits.
            kept: what came so far stays in the session's file.
        """
        going = []
        if answering:
            agents = "1 agent is" if answering == 1 else f"{answering} agents are"
            going.append(f"{agents} still answering.")
        if held:
            prompts = "1 prompt waits for its server" if held == 1 else f"{held} prompts wait"
            going.append(f"{prompts} and will not be sent.")
        what = "What came is kept in the session's file." if kept else "What came is not kept."
        super().__init__(f"{' '.join(going)} {what}\n\n{key}, y or enter: quit\nesc or n: stay")
