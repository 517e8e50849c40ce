"""What the review desk needs from the press room: what was sealed, fresh checks, a message to a phone."""

from datetime import datetime
from typing import Protocol

from channels.values import Finding, Manuscript, Part, Profile, Rendition
from cms.review import ReviewSheet


class Galley(Protocol):
    """校样: the very bytes that are signed, to be looked at."""

    def manuscript(self, digest: str) -> Manuscript:
        """The frozen manuscript with this hash."""

    def rendition(self, digest: str) -> Rendition:
        """The rendition with this hash, as it was sealed."""

    def fills(
        self, part: Part, profile: Profile, key: str, due_at: datetime, signoff: str, lead: str
    ) -> dict[str, str]:
        """What the slots of a signed part are filled with when it goes out, by slot; pictures are not among them.
        ``lead``: the address of what it reprints, as far as it is known."""

    def recheck(self, manuscript_hash: str, at: datetime | None = None) -> list[Finding]:
        """What the checks say of a manuscript by the lists of this minute, today and on the day of ``at``, when it is
        to go out (None: when it is scheduled); the result is kept."""

    def text(self, person_id: int, words: str) -> None:
        """A short message to somebody's registered phone; PeopleError with the reason when it did not get out."""

    def sheet_pdf(self, sheet: ReviewSheet) -> bytes:
        """The 审签单 as a PDF on one A4."""
