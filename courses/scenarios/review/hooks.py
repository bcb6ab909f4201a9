"""What the app connects at start: the learning record listens to scores, and a person's own data gets its part."""

from typing import Any

from courses.people.models import User
from courses.people.personal_data import register_personal_data
from courses.scenarios.signals import run_scored


def connect() -> None:
    """Called once, from AppConfig.ready()."""
    run_scored.connect(_record, dispatch_uid="scenarios.review.record")
    register_personal_data("scenario-reviews", export, erase)


def _record(sender: Any, run: Any, score: Any, **_kwargs: Any) -> None:
    from courses.scenarios.review.services import record_run

    record_run(run, score)


def export(user: User) -> dict[str, Any]:
    from courses.scenarios.models import BoardPlace, SignOff

    board = BoardPlace.objects.filter(user=user).first()
    return {
        "sign_offs": [
            {
                "run": str(sign.run_id),
                "verdict": sign.verdict,
                "depth_seen_on_manikin": sign.saw_depth,
                "note": sign.note,
                "at": sign.signed_at,
            }
            for sign in SignOff.objects.filter(user=user)
        ],
        "leader_board": {"name": board.name, "since": board.since} if board else None,
    }


def erase(user: User) -> None:
    from courses.scenarios.models import BoardPlace, SignOff

    SignOff.objects.filter(user=user).delete()
    BoardPlace.objects.filter(user=user).delete()
