"""What somebody published by hand is told of, once; and nothing of ours is taken for it (``pipeline.strangers``)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, select

from cms.matrix import Account
from cms.releases.sightings import Sighting
from pipeline.checker_rows import SEEN, Copy, Ledger

NOTICED = timedelta(hours=30)
"""By then a night has gone by, and the hours after it in which a list that was down is asked for again."""


def breaches(session: Session, book: Ledger, copies: Sequence[Copy], now: datetime) -> list[str]:
    """Every publication by hand has its one sighting by then, and every sighting of a stranger is one of them or has no
    receipt."""
    query = select(Account.key, Sighting.remote_id).where(
        Sighting.account_id == Account.id, Sighting.kind == "stranger"
    )
    told = Counter(session.exec(query).all())
    return [*_missed(book, copies, told, now), *_cried_wolf(book, copies, told)]


def _missed(book: Ledger, copies: Sequence[Copy], told: Counter[tuple[str, str]], now: datetime) -> Iterator[str]:
    """What a house that was lost had told is looked for again by the one that came after it."""
    for one in copies:
        since = max([one.at, *(until for _, until in book.lost)])
        if one.by_hand and one.state in SEEN and now - since > NOTICED and told[one.account, one.remote] != 1:
            times = told[one.account, one.remote]
            yield f"R15 {one.account} {one.remote} stands there by hand and was told {times} times"


def _cried_wolf(book: Ledger, copies: Sequence[Copy], told: Counter[tuple[str, str]]) -> Iterator[str]:
    by_hand = {(one.account, one.remote) for one in copies if one.by_hand}
    answered = {
        (book.accounts[delivery.account_id].key, receipt.remote_id)
        for delivery in book.deliveries
        for receipt in book.receipts[delivery.id]
    }
    for place, times in told.items():
        if times > 1 or (place in answered and place not in by_hand):
            yield f"R15 {place[0]} {place[1]} is ours and was told as a stranger"
