"""Which releases carry a picture: those out already, and those still to go out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from cms.library import AssetUse
from cms.people import Scope
from cms.releases.rows import Delivery, Release, ReleaseStory
from cms.stories import Story

_OUT = ("published", "amended")


@dataclass(frozen=True, slots=True)
class Carrying:
    """A release with a story that rests on an asset: on how many of its accounts it is out."""

    number: int
    title: str
    due_at: datetime
    out: int
    accounts: int


def releases_carrying(session: Session, scope: Scope, asset_hash: str) -> list[Carrying]:
    """The releases of stories in reach, the last due first."""
    rests = (
        select(ReleaseStory.release_id)
        .join(AssetUse, col(AssetUse.manuscript_hash) == col(ReleaseStory.manuscript_hash))
        .join(Story, col(Story.id) == col(ReleaseStory.story_id))
        .where(AssetUse.asset_hash == asset_hash, scope.over(Story.unit_id))
    )
    is_out = case((col(Delivery.state).in_(_OUT), 1), else_=0)
    query = (
        select(Release, func.count(col(Delivery.id)), func.coalesce(func.sum(is_out), 0))
        .join(Delivery, col(Delivery.release_id) == col(Release.id))
        .where(col(Release.id).in_(rests))
        .group_by(col(Release.id))
        .order_by(col(Release.due_at).desc(), col(Release.id).desc())
    )
    return [Carrying(one.id, one.title, one.due_at, out, all_) for one, all_, out in session.exec(query)]
