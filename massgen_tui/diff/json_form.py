"""Two runs compared, as plain JSON values; docs/diff.md describes them."""

from massgen_tui.diff.comparing import Diff, Failure, Measured, OfPair, Parted
from massgen_tui.diff.reading import Run
from massgen_tui.stats import Spread


def as_json(diff: Diff) -> dict[str, object]:
    """The whole of it."""
    return {
        "a": _run(diff.a),
        "b": _run(diff.b),
        "setup": [
            {"of": one.of, "what": one.what, "a": one.a or None, "b": one.b or None}
            for one in diff.setup
        ],
        "agents": [_pair(one) for one in diff.pairs],
    }


def _run(run: Run) -> dict[str, object]:
    return {
        "session": run.head.id,
        "path": str(run.path),
        "at": (run.head.resumed or run.head.at).isoformat(),
        "title": run.head.title or None,
        "version": run.head.version,
        "agents": list(run.agents),
        "servers": [
            {"server": one.id, "kind": one.kind, "version": one.version}
            for one in run.servers.values()
        ],
        "prompts": len(run.prompts),
        "answers": len(run.answers),
        "damaged_lines": run.damage,
    }


def _pair(one: OfPair) -> dict[str, object]:
    return {
        "a": one.pair.a,
        "b": one.pair.b,
        "joined_by": one.pair.by,
        "prompts": {
            "both": one.both,
            "only_a": one.only_a,
            "only_b": one.only_b,
            "other_text": one.others,
        },
        "numbers": {number.name: _measured(number) for number in one.numbers},
        "answers": {"same": one.same, "differ": len(one.parted)},
        "differences": [_parted(parted) for parted in one.parted],
        "failures": {
            "a": one.failed_a,
            "b": one.failed_b,
            "gone": one.gone,
            "new": [_failure(failure) for failure in one.new],
        },
    }


def _measured(number: Measured) -> dict[str, object]:
    percent = number.percent
    return {
        "a": _spread(number.a),
        "b": _spread(number.b),
        "delta": None if number.delta is None else round(number.delta, 6),
        "delta_percent": None if percent is None else round(percent, 1),
        "apart": number.apart,
    }


def _spread(spread: Spread | None) -> dict[str, float | int] | None:
    return None if spread is None else spread.as_json()


def _parted(parted: Parted) -> dict[str, object]:
    return {
        "prompt_id": parted.prompt,
        "prompt": parted.begin,
        "repeat": parted.repeat,
        "first_difference_word": parted.parting.word,
        "a": parted.parting.one,
        "b": parted.parting.two,
    }


def _failure(failure: Failure) -> dict[str, object]:
    return {
        "prompt_id": failure.prompt,
        "prompt": failure.begin,
        "repeat": failure.answer.repeat,
        "failed": not failure.answer.done,
        "ending": failure.answer.ending,
        "message": failure.answer.message or None,
    }
