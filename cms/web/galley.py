"""What the review desk needs from the press room: what was sealed, fresh checks, a message to a phone."""

from typing import Protocol

from channels.values import Finding, Manuscript, Rendition
from cms.review import ReviewSheet


class Galley(Protocol):
    """校样: the very bytes that are signed, to be looked at."""

    def manuscript(self, digest: str) -> Manuscript:
        """The frozen manuscript with this hash."""

    def rendition(self, digest: str) -> Rendition:
        """The rendition with this hash, as it was sealed."""

    def recheck(self, manuscript_hash: str) -> list[Finding]:
        """What the checks say of a manuscript by the lists of this minute; the result is kept."""

    def text(self, person_id: int, words: str) -> None:
        """A short message to somebody's registered phone; PeopleError with the reason when it did not get out."""

    def sheet_pdf(self, sheet: ReviewSheet) -> bytes:
        """The 审签单 as a PDF on one A4."""
