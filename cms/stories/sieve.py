"""A sieve before the search: which of ten thousand stories may hold a phrase, without reading their texts.

Chinese has no spaces between words, so what is kept of a newest text is which pairs of neighbouring characters are in
it: each sets one of 4,096 bits. A text whose bits lack one of the phrase's cannot hold it; the few that are left are
read. Latin letters count alike in both cases, as the search itself may take them.
"""

import functools
import operator
from collections.abc import Collection, Sequence
from itertools import pairwise

from sqlmodel import Session, col, func, select

from cms.people import EVERYWHERE, Scope
from cms.people.roles import tree
from cms.stories.rows import Story, StorySieve

BITS = 4096
"""At 2,000 characters a fifth is set: one pair lets a fifth of the stories through, three pairs one in a hundred."""
FOLDED = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
MOST = 5_000
"""Where more than so many may hold it, naming them takes longer than reading all."""


def bits_of(text: str) -> int:
    """The pairs of ``text`` as bits; those of a part of it are among them."""
    folded = text.translate(FOLDED)
    found = 0
    for one, other in set(pairwise(folded)):
        found |= 1 << (ord(one) * 40_503 + ord(other) * 9_973) % BITS
    return found


def keep(session: Session, story: Story, text: str) -> None:
    """The story's newest text is ``text``."""
    row = session.get(StorySieve, story.id) or StorySieve(story_id=story.id, bits=b"")
    row.bits = bits_of(text).to_bytes(BITS // 8, "big")
    session.add(row)


def may_hold_any(session: Session, phrases: Collection[str]) -> Collection[int] | None:
    """The stories whose newest text may hold one of these phrases of two characters or more, anywhere in the house;
    None where it may be too many to be named."""
    wanted = [bits_of(one) for one in phrases]
    common = functools.reduce(operator.and_, wanted) if wanted else 0
    found = []
    for story, bits in _sieves(session, EVERYWHERE):
        own = int.from_bytes(bits, "big") if bits is not None else None
        if own is None or (own & common == common and any(own & one == one for one in wanted)):
            found.append(story)
    return found if len(found) <= MOST else None


def may_hold(session: Session, scope: Scope, phrase: str) -> Collection[int] | None:
    """The stories whose newest text may hold ``phrase``; None when it says nothing about which (one character, or a
    phrase of everywhere). One that was never sifted may."""
    wanted = bits_of(phrase)
    if not wanted:
        return None
    rows = _sieves(session, scope)
    found = [story for story, bits in rows if bits is None or int.from_bytes(bits, "big") & wanted == wanted]
    return found if len(found) <= MOST else None


def _sieves(session: Session, scope: Scope) -> Sequence[tuple[int, bytes | None]]:
    """(story, bits) of all stories of a scope; None where there are none. Of the whole house they are read in the order
    they lie in, not story by story."""
    if not (scope.is_everywhere or all(scope.holds(unit) for unit, *_ in tree(session).rows)):
        query = select(Story.id, StorySieve.bits).outerjoin(StorySieve, col(StorySieve.story_id) == col(Story.id))
        return session.exec(query.where(scope.over(Story.unit_id))).all()
    rows: list[tuple[int, bytes | None]] = list(session.exec(select(StorySieve.story_id, StorySieve.bits)))
    if session.exec(select(func.count(col(Story.id)))).one() != len(rows):
        sifted = select(StorySieve.story_id).where(StorySieve.story_id == Story.id).exists()
        rows += [(one, None) for one in session.exec(select(Story.id).where(~sifted))]
    return rows
