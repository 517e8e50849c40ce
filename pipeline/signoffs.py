"""The printed signatures under the stories of a delivery: of its set, or of each story's own where it is a push put
together of signed ones (组稿)."""

from sqlmodel import Session

from cms import releases, review
from cms.releases import Delivery


def lines_of(session: Session, delivery: Delivery) -> list[str]:
    """A line a story, in order; "" where nothing was signed."""
    line = _line(session, delivery.sealed_set_id)
    composed = releases.sources_of(session, delivery) if not line else []
    return [_line(session, one.sealed_set_id) for one, _ in composed] or [line] * len(delivery.stories)


def _line(session: Session, sealed_set: int | None) -> str:
    return review.printed_lines(session, [sealed_set])[sealed_set] if sealed_set else ""
