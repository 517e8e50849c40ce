"""The script of a rehearsal: everything the desks will do and when, drawn from one seed before anything happens.

A province's news goes to all its units: every day some stories, on their days the issues of columns (one of them
pushed to followers), and what goes wrong in any newsroom: a figure that was mistaken, a story that must come down, a
silence that is ordered, a warning that cannot wait. Pure: the same seed gives the same script.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from cms.stories import Rhythm, weekly
from pipeline.rehearsal import prose

START = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
"""A Monday, 00:00 in Beijing. Always the same one: platforms' rules are dated, and a seed must mean one run."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TEXT = ("site", "feed", "wechat", "weibo", "toutiao")
NEWSROOM = (8, 20)
"""The hours between which stories go out, in Beijing."""


@dataclass(frozen=True, slots=True)
class Series:
    """A column of the rehearsal: its rhythm and hour in Beijing; ``push``: to followers as 群发."""

    slug: str
    title: str
    rhythm: Rhythm
    hour: int
    push: bool = False


SERIES = (
    Series("heikeji", "四川黑科技", weekly(2), 9, push=True),
    Series("zhengce", "政策一图读懂", weekly(0), 10),
    Series("kepu", "科普一分钟", weekly(4), 16),
    Series("zhoubao", "一周科技", weekly(5), 15, push=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something the desks do at a time. ``story``: the slug it is about, "" for none."""

    at: datetime
    story: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish(Act):
    """A story is taken in, released for ``due_at``, signed. ``column``: the slug of the column whose issue it fills.
    ``lead``: the unit whose account publishes first and is reprinted by the others (首发)."""

    due_at: datetime
    draft: prose.Draft
    channels: tuple[str, ...] = TEXT
    column: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(Act):
    """更正: a figure of the story was wrong. ``draft``: the text as it should have been."""

    draft: prose.Draft
    reason: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retract(Act):
    """撤稿: the story comes down everywhere."""

    reason: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeOrder(Act):
    """停发: nothing in the scope starts until ``until``, when it is thawed; ``lets_flash``: but flashes do. ``lets``:
    these too (豁免, kind=name), from ``lets_at`` on; None: from the order on."""

    until: datetime
    reason: str
    unit: str = ""
    channel: str = ""
    topic: str = ""
    lets_flash: bool = True
    lets: tuple[str, ...] = ()
    lets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Act):
    """快讯: signed by one person, first in every queue, over at ``expires_at``, reviewed afterwards."""

    draft: prose.Draft
    expires_at: datetime
    review_at: datetime
    channels: tuple[str, ...] = TEXT


@dataclass(frozen=True)
class Script:
    """The acts in the order of their time, and what the run needs to know beforehand."""

    seed: int
    days: int
    units: tuple[str, ...]
    acts: tuple[Act, ...]
    start: datetime = START

    @property
    def end(self) -> datetime:
        """Midnight after the last day."""
        return self.start + self.days * DAY


@dataclass(frozen=True)
class Wanted:
    """How much is rehearsed. ``channels``: of every story. ``recalls``: corrections, retractions, freezes and flashes
    too; without, only what goes out."""

    days: int = 7
    stories_per_day: int = 3
    channels: tuple[str, ...] = TEXT
    recalls: bool = True
    words: int = 4
    series: tuple[Series, ...] = field(default=SERIES)


def write(wanted: Wanted, units: tuple[str, ...], seed: int) -> Script:
    """The script of this seed."""
    dice = random.Random(f"script {seed}")
    acts: list[Act] = []
    for day in range(wanted.days):
        news = list(_news(dice, wanted, day, units))
        acts += news
        if wanted.recalls:
            acts += _mishaps(dice, day, news, units)
    ordered = sorted(acts, key=lambda one: (one.at, type(one).__name__, one.story))
    return Script(seed, wanted.days, units, tuple(ordered))


# --------------------------------------------------------------------------- a day's news


def _news(dice: random.Random, wanted: Wanted, day: int, units: tuple[str, ...]) -> Iterator[Publish]:
    """The stories of a day: the first ones fill the issues that are due, the others have an hour of their own."""
    midnight = START + day * DAY
    issues = [one for one in wanted.series if one.rhythm.holds(day_of(midnight))]
    for number in range(wanted.stories_per_day):
        series = issues[number] if number < len(issues) else None
        minutes = dice.randrange((NEWSROOM[1] - NEWSROOM[0]) * 12) * 5
        due = midnight + (series.hour * HOUR if series else NEWSROOM[0] * HOUR + timedelta(minutes=minutes))
        draft = prose.compose(dice, day, number, wanted.words, column=(series.slug, series.title) if series else None)
        ahead = timedelta(minutes=dice.choice((20, 45, 90, 240, 600)))
        yield Publish(
            at=max(START + timedelta(minutes=number + 1), due - ahead),
            story=draft.slug,
            due_at=due,
            draft=draft,
            channels=wanted.channels,
            column=series.slug if series else "",
            lead=dice.choice(units) if not series and dice.random() < 0.1 else "",
        )


def day_of(midnight: datetime) -> date:
    """The day that begins at this Beijing midnight."""
    return (midnight + 8 * HOUR).date()


# --------------------------------------------------------------------------- what goes wrong


def _mishaps(dice: random.Random, day: int, news: list[Publish], units: tuple[str, ...]) -> Iterator[Act]:
    """About a correction a day and a retraction every other, one freeze and one flash in three days."""
    if not news:
        return
    last = START + (day + 1) * DAY - timedelta(minutes=10)
    victims = dice.sample(news, len(news))
    if dice.random() < 0.7:
        one = victims.pop()
        wrong = _correct(dice, one, min(last, _moment(dice, one)))
        yield wrong
        yield from _undo(wrong, one)
    if victims and dice.random() < 0.5:
        one = victims.pop()
        yield _retract(dice, one, min(last, _moment(dice, one)))
    if dice.random() < 0.35:
        yield _freeze(dice, day, units)
    if dice.random() < 0.35 or day == 1:
        alarm = _alarm(dice, day)
        yield alarm
        if day == 1 and len(units) > 1:  # a province of one unit would have no flash at all
            yield _silence(alarm, units)


def _moment(dice: random.Random, one: Publish) -> datetime:
    """When somebody notices: before it is out, while it goes out, or hours later."""
    before = max(one.at + timedelta(minutes=1), one.due_at - timedelta(minutes=dice.choice((5, 15))))
    going = one.due_at + timedelta(seconds=dice.choice((1, 4, 9)))
    later = one.due_at + timedelta(minutes=dice.choice((3, 25, 95, 180, 300)))
    return dice.choice((before, going, going, later, later, later))


def _correct(dice: random.Random, one: Publish, at: datetime) -> Correct:
    draft = prose.corrected(dice, one.draft)
    return Correct(
        at=at,
        story=one.story,
        draft=draft,
        reason="文中一处数字与统计公报不符，经核实为编辑录入有误。",
        notice=f"更正：文中“{one.draft.figure}”应为“{draft.figure}”。",
    )


def _undo(wrong: Correct, one: Publish) -> Iterator[Correct]:
    """Every other correction was the mistake itself: within minutes the first text is ordered back, while copies are
    being deleted, wait for their turn or are with a person. Drawn by dice of its own: the rest of the script does not
    depend on it."""
    dice = random.Random(f"undo {wrong.at} {wrong.story}")
    if dice.random() < 0.5:
        yield Correct(
            at=wrong.at + timedelta(seconds=dice.choice((2, 5, 20, 60, 240))),
            story=wrong.story,
            draft=one.draft,
            reason="前一次更正有误：与统计公报核对，原来的数字无误。",
            notice=f"更正：“{wrong.draft.figure}”有误，应为“{one.draft.figure}”。",
        )


def _retract(dice: random.Random, one: Publish, at: datetime) -> Retract:
    reason = dice.choice(
        ("报道所涉项目尚未对外公布，来源单位要求撤下。", "文中所述时间、地点有误，无法以更正说明。", "授权图片有争议。")
    )
    return Retract(at=at, story=one.story, reason=reason, notice="本稿已撤下，敬请谅解。")


SCOPES: tuple[Mapping[str, str], ...] = (
    {"channel": "weibo"},
    {"channel": "wechat"},
    {"topic": "kepu"},
    {"unit": ""},
    {},
)


def _freeze(dice: random.Random, day: int, units: tuple[str, ...]) -> FreezeOrder:
    at = START + day * DAY + timedelta(hours=dice.randrange(8, 18), minutes=dice.randrange(60))
    scope = dict(dice.choice(SCOPES))
    if "unit" in scope:
        scope["unit"] = dice.choice(units)
    until = at + timedelta(minutes=dice.choice((20, 60, 150)))
    lets, lets_at = _lets(scope, at, units)
    return FreezeOrder(
        at=at, until=until, reason="上级通知：重要活动期间静默。", lets_flash=True, lets=lets, lets_at=lets_at, **scope
    )


def _lets(scope: Mapping[str, str], at: datetime, units: tuple[str, ...]) -> tuple[tuple[str, ...], datetime | None]:
    """豁免 of most freezes, in the order or some minutes later. Drawn by dice of its own, like a silence."""
    dice = random.Random(f"lets {at}")
    unit = scope.get("unit") or dice.choice(units)
    channel = scope.get("channel") or dice.choice(("wechat", "weibo", "site"))
    one = dice.choice((f"account={channel}:{unit}", f"unit={unit}", "topic=zhengce", ""))
    later = at + timedelta(minutes=dice.choice((2, 8)))
    return ((one,) if one else ()), dice.choice((None, later))


def _silence(alarm: Alarm, units: tuple[str, ...]) -> FreezeOrder:
    """停发 of one unit that stops the flash too: thawed while it runs, or once it is over. Drawn by dice of its own, so
    that the rest of the script does not depend on it."""
    dice = random.Random(f"silence {alarm.at}")
    until = dice.choice((alarm.at + timedelta(minutes=40), alarm.expires_at + timedelta(minutes=20)))
    return FreezeOrder(
        at=alarm.at - timedelta(minutes=10), until=until, reason="接到通知：该单位各账号一律暂停发布，快讯也停。",
        unit=dice.choice(units), lets_flash=False,
    )  # fmt: skip


def _alarm(dice: random.Random, day: int) -> Alarm:
    at = START + day * DAY + timedelta(hours=dice.randrange(7, 19), minutes=dice.randrange(60))
    draft = prose.warning(dice, day)
    return Alarm(
        at=at,
        story=draft.slug,
        draft=draft,
        expires_at=at + timedelta(hours=dice.choice((3, 6))),
        review_at=at + timedelta(hours=2),
    )
