"""The clock only wakes: what is due by the ledger goes out by itself, and not a moment before."""

import time
from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from cms import releases, review
from cms.db import read_scope, session_scope
from cms.releases import Delivery, Target
from cms.stories import Revision
from pipeline import press
from pipeline.clock import wall_clock
from pipeline.engine import ThreadEngine
from pipeline.house import House
from pipeline.intake import take_in
from pipeline.wake import start_clock
from tests.pipeline.test_path import states

DUE_IN_S = 4
PATIENCE_S = 40


def test_a_signed_release_goes_out_at_its_time(house: House, story: Path) -> None:
    imported = take_in(house, story, "editor", wall_clock())
    with session_scope(house.engine) as session:
        revision = session.get_one(Revision, imported.revision_id)
        due = wall_clock() + timedelta(seconds=DUE_IN_S)
        number = releases.plan(session, [revision], Target(), due, "editor", review.REHEARSAL, now=wall_clock()).id
    press.render_release(house, number, wall_clock())
    sealed = press.seal_release(house, number, wall_clock())
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", wall_clock())
    engine = ThreadEngine(house)
    clock = start_clock(house, engine, wall_clock)
    try:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and {"ready", "sending"} & {s for row in states(house).values() for s in row}:
            time.sleep(0.2)
    finally:
        clock.shutdown(wait=True)
        engine.close()
    assert states(house)["site"] == {"published": 2}
    assert states(house)["wechat"] == {"handed_over": 2}
    with read_scope(house.engine) as session:
        for delivery in session.exec(select(Delivery)):
            assert delivery.due_at <= delivery.changed_at <= delivery.due_at + timedelta(seconds=60)
