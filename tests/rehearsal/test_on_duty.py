"""The person on duty in a rehearsal: what the house refuses them they leave, and the day goes on."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select, update

from cms.db import read_scope, session_scope
from cms.releases import Delivery, Item, Remedy
from pipeline.rehearsal.played import Asked, Played
from pipeline.rehearsal.script import Publish, Retract, Wanted
from pipeline.rehearse import rehearse

ONE_STORY = Wanted(days=1, stories_per_day=1, channels=("weibo",), recalls=False)


def failed_and_retracted(played: Played) -> int:
    """The one post failed at the platform after all, and its story was taken back meanwhile; the delivery's id."""
    stage, desks = played.stage, played.desks
    story = next(one.story for one in played.script.acts if isinstance(one, Publish))
    desks.perform(Retract(at=stage.now, story=story, reason="不实", notice="本稿已撤下。"))
    stage.clock.now += timedelta(minutes=1)
    for _, work in desks.later:
        desks.finish(work)
    assert desks.refused == []
    with session_scope(stage.house.engine) as session:
        number = session.exec(select(Delivery.id)).one()
        session.exec(update(Delivery).where(col(Delivery.id) == number).values(state="failed", reason="平台删除"))
        session.exec(update(Item).where(col(Item.delivery_id) == number).values(fate="failed"))
        session.exec(update(Remedy).values(state="off"))
    return number


def test_what_was_taken_back_is_not_sent_anew_and_nobody_stumbles(tmp_path: Path) -> None:
    played = rehearse(Asked(units=1, weather="none", seed=1, wanted=ONE_STORY), tmp_path)
    number = failed_and_retracted(played)
    before = len(played.editor.works)
    played.editor.visit()
    assert len(played.editor.works) == before
    with read_scope(played.stage.house.engine) as session:
        found = session.get_one(Delivery, number)
    assert (found.state, found.generation) == ("failed", 1)
