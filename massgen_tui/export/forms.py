"""The forms in which a session can be exported."""

import importlib
from collections.abc import Collection

from massgen_tui.export.csv_form import to_csv
from massgen_tui.export.document import Document, SessionInfo, document_of
from massgen_tui.export.json_form import to_json_text
from massgen_tui.export.markdown import to_markdown
from massgen_tui.export.redacted import Redact
from massgen_tui.session.state import SessionState

FORMS = ("md", "html", "json", "csv")
"""By the endings of their files."""


def export(
    state: SessionState,
    form: str,
    *,
    session: SessionInfo,
    turn: int | None = None,
    agents: Collection[str] | None = None,
    redact: Redact,
) -> str:
    """Write a session down, or a part of it.

    Args:
        state: what happened in it.
        form: one of `FORMS`.
        session: what it is.
        turn: the one turn, as people call it, from 1; None: all.
        agents: the ids of the agents; None: all.
        redact: takes the keys out, which a server may repeat in its answer.

    Raises:
        NotThereError: there is no such turn or agent.
        ValueError: there is no such form.
    """
    document = document_of(state.everyone, session, turn=turn, only=agents)
    return written(document, form, redact)


def written(document: Document, form: str, redact: Redact) -> str:
    """A document in one of the `FORMS`, without keys.

    Raises:
        ValueError: there is no such form.
    """
    match form:
        case "md":
            return redact(to_markdown(document))
        case "html":
            # only who wants it pays for Markdown and Pygments
            page = importlib.import_module("massgen_tui.export.html_page")
            return str(page.to_html(document, redact))
        case "json":
            return to_json_text(document, redact)
        case "csv":
            return to_csv(document, redact)
        case _:
            raise ValueError(f"there is no form {form!r}: there are {', '.join(FORMS)}")
