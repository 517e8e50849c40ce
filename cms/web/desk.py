"""What the page 写与看 needs from above, handed in as one value: no database, no global app."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from assets.pictures import Pictures
from channels.values import Profile
from cms.db import read_scope
from cms.matrix import Unit
from cms.people import PeopleDesk, Scope

ORDER = ("site", "wechat", "weibo", "toutiao", "feed", "shipinhao", "douyin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who saves: their login, how far they reach, and the unit a new story of theirs belongs to."""

    login: str
    scope: Scope
    unit_id: int
    unit: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's doors: ``profiles`` are all accounts (channel × unit, units in the order shown),
    ``folder(slug)`` where the picture paths of a story start from.

    ``stories(scope)`` gives (slug, headline, saved_at in UTC) rows, newest first; ``load(slug, scope)`` the Markdown
    of the newest revision, KeyError when there is none or it is somebody else's; ``save(slug, text, writer)`` keeps a
    new revision and gives its number, KeyError where the story or the name is not theirs; ``is_theirs(slug, scope)``
    says whether a story's folder is, or could be, theirs. ``load`` and ``save`` may raise a ChannelError: its sentence
    is shown. ``secret`` signs the form tokens; ``https`` turns on secure cookies and HSTS.
    """

    pictures: Pictures
    profiles: Sequence[Profile]
    folder: Callable[[str], Path]
    stories: Callable[[Scope], Sequence[tuple[str, str, datetime]]]
    load: Callable[[str, Scope], str]
    save: Callable[[str, str, Writer], int]
    is_theirs: Callable[[str, Scope], bool]
    people: PeopleDesk
    secret: str
    https: bool = False
    today: Callable[[], date] = _today
    now: Callable[[], datetime] = _now

    def units(self, scope: Scope) -> list[tuple[str, str]]:
        """(slug, short name) of every unit of ``scope`` that has an account, in order."""
        names = dict.fromkeys((one.unit, one.unit_short) for one in self.profiles)
        return [one for one in names if scope.is_everywhere or one[0] in scope.slugs]

    def unit_names(self) -> dict[int, str]:
        """The short name of every unit, by its number."""
        with read_scope(self.people.engine) as session:
            return dict(session.exec(select(Unit.id, Unit.short).order_by(col(Unit.id))).all())

    def accounts(self, unit: str) -> list[Profile]:
        """The accounts of ``unit``, in the order of the tabs."""
        return sorted((one for one in self.profiles if one.unit == unit), key=lambda one: rank(one.channel))

    def channels(self) -> list[str]:
        """The channels there are accounts on: ours as people think of them, then installed ones."""
        return sorted({one.channel for one in self.profiles}, key=rank)


def rank(channel: str) -> tuple[int, str]:
    """Where a channel stands among the tabs."""
    return (ORDER.index(channel) if channel in ORDER else len(ORDER), channel)


def clock(moment: datetime) -> str:
    """``moment`` as the desk says it, Beijing time: 14:02."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def day(moment: datetime) -> str:
    """``moment`` as the list says it, Beijing time: 11月22日 14:02."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
