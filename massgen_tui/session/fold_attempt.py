"""What becomes of one attempt by a session's events, its stream apart."""

from dataclasses import replace

from massgen_tui.session import events
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.place import Place

AttemptEvent = (
    events.Begun
    | events.Deferred
    | events.DeferralNoted
    | events.Silent
    | events.StoodStill
    | events.Ended
)


def fold_attempt(attempt: Attempt, event: AttemptEvent, at: float, place: Place) -> None:
    """Take in one event, at `at` seconds of the clock; requests of its agent go to `place`."""
    match event:
        case events.Begun():
            attempt.place = place
            attempt.begin()
        case events.Deferred(error=error, tries=tries):
            attempt.defer(Deferral(at, error.message if error else "", error, tries))
        case events.DeferralNoted(words=words) if attempt.deferral is not None:
            attempt.defer(replace(attempt.deferral, words=words))
        case events.Silent(words=words):
            attempt.note_silence(words)
        case events.StoodStill(seconds=seconds):
            attempt.note_stop(seconds)
        case events.Ended(status=status, error=error, measured=measured):
            attempt.end(status, at, error)
            if measured is not None:
                attempt.times, attempt.dated = measured.times, measured.dated
                attempt.stopped_s = measured.stopped_s
                attempt.stalls = measured.stalls
