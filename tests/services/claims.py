"""200 deliveries ready to go, and workers that race for them: in threads here, and as processes of their own."""

import random
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cms import releases
from cms.db import open_engine, read_scope, session_scope
from cms.matrix import Account, built_in, load_matrix, store_matrix
from cms.people import Person, Workspace
from cms.releases import Delivery
from cms.review import REHEARSAL, sign_all
from cms.stories import save
from pipeline import ledger

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
STORIES, COUNT = 5, 200


def fill(engine: Engine) -> None:
    """A demo workspace; 5 stories to 40 accounts, all signed and due."""
    with session_scope(engine) as session:
        session.add(Workspace(id=1, name="四川科技", demo=True, created_at=NOW))
        session.add(Person(login="wang", name="王记者"))
        store_matrix(session, load_matrix(built_in()), ["site", "feed"])
        session.flush()
        written = [
            save(session, f"story-{number}", "正文", "标题", "wang", NOW, manuscript_hash=f"m{number}")
            for number in range(STORIES)
        ]
        accounts = session.exec(select(Account.key).order_by(col(Account.id)).limit(COUNT // STORIES)).all()
        targets = [
            releases.parse_target(f"unit={key.partition(':')[2]} channel={key.partition(':')[0]}") for key in accounts
        ]
        release = releases.plan(session, written, targets, NOW, "wang", REHEARSAL, NOW, group_limit=lambda _: 1)
        _sign(session, release)


def _sign(session: Session, release: releases.Release) -> None:
    rows = releases.deliveries_of(session, release)
    for row in rows:
        releases.move(session, row, "render", actor="system", now=NOW, rendition_hash=f"r{row.id}")
    sealed = releases.seal(session, release, {row.id: f"r{row.id}" for row in rows}, [], REHEARSAL, NOW)
    sign_all(session, sealed, session.exec(select(Person)).one(), "演练", NOW)
    releases.let_through(session, sealed, "wang", NOW)


def work(engine: Engine, owner: str) -> list[int]:
    """Claim and send whatever is due, until nothing is left; the deliveries that were ours."""
    mine: list[int] = []
    while True:
        with read_scope(engine) as session:
            due = ledger.due_accounts(session, NOW)
        if not due:
            return mine
        account = random.choice(due[:4])  # so that several always want the same one
        with session_scope(engine) as session:
            claim = ledger.claim(session, account, owner, NOW)
        if claim is None:
            continue
        with session_scope(engine) as session:
            for delivery in claim.deliveries:
                releases.move(session, delivery, "send", actor=owner, now=NOW)
                mine.append(delivery.id)
            ledger.leave(session, account.id, claim.fence)


def in_threads(engine: Engine, names: Sequence[str]) -> list[int]:
    """As many workers as names, at once; everything they did."""
    done: list[int] = []
    barrier = threading.Barrier(len(names))

    def start(name: str) -> None:
        barrier.wait()
        done.extend(work(engine, name))

    threads = [threading.Thread(target=start, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def sent(session: Session) -> list[Delivery]:
    return list(session.exec(select(Delivery).where(Delivery.state == "sending")))


if __name__ == "__main__":
    found = in_threads(open_engine(sys.argv[1]), sys.argv[2:])
    print(*found)
