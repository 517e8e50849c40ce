"""Taking back what has not gone out yet, so that a story can be released anew."""

from datetime import datetime

from sqlmodel import Session

from cms.releases.rows import Delivery, Release
from cms.releases.seal import deliveries_of
from cms.releases.states import move

# With a person, a package may be out already: that is for a correction, not for a cancellation.
UNSENT = frozenset({"planned", "rendered", "ready", "staged", "held"})


class CancelError(Exception):
    """Why nothing can be cancelled, in one sentence with the remedy."""


def cancel(session: Session, release: Release, actor: str, reason: str, now: datetime) -> list[Delivery]:
    """Cancel every delivery of ``release`` that nobody outside has seen; those, as they now are."""
    if not reason.strip():
        raise CancelError("取消发布要写明原因，请用 --reason 写一句。")
    unsent = [one for one in deliveries_of(session, release) if one.state in UNSENT]
    if not unsent:
        raise CancelError(f"发布单 {release.id} 没有可取消的投递：都已发出、已转人工代发或已取消。")
    return [move(session, one, "cancel", actor=actor, now=now, reason=reason.strip()) for one in unsent]
