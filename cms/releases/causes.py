"""Notices by what they tell: one cause on twenty accounts is one thing to read, and twenty to deal with.

Two notices have one cause where their sentences differ in nothing but places, people, times, numbers of rows and
addresses, and both are about one story (or about accounts, which have none).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from cms.matrix import Account, Unit
from cms.people import Person
from cms.people.notices import Notice
from cms.releases.rows import Delivery, ReleaseStory
from cms.review import Submission

Topic = tuple[object, ...]
_VARIES = (
    re.compile(r"https?://[!-~]+"),
    re.compile(r"(?<=投递 )[0-9a-f]+|(?<=处置 )\d+|(?<=发布单 )\d+|(?<=yigao )[a-z]+ [0-9a-f]+"),
    re.compile(r"(?:\d{4}年|\d{4}-\d\d-\d\d |\d{1,2}月\d{1,2}日 ?)*\d{1,2}:\d\d(?::\d\d)?"),
)
_NAMES_IN_A_ROW = re.compile("…(?:[、，]?…)+")


@dataclass(frozen=True, slots=True)
class Told:
    """One notice of a cause; ``place``: the account or unit it is about, "" where it names none."""

    notice: Notice
    place: str

    @property
    def words(self) -> str:
        """The sentence without the place it begins with."""
        begins = rf"“?{re.escape(self.place)}”?(?:（[^（）]*）)?(?:https?://[!-~]+)?："
        return re.sub(f"^{begins}", "", self.notice.sentence) if self.place else self.notice.sentence


@dataclass(frozen=True, slots=True)
class Cause:
    """What is told, in the words of the newest notice, without its place where it is told of several; and every notice
    that tells it, the newest first."""

    words: str
    told: tuple[Told, ...]

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.place for one in self.told if one.place))


def by_cause(session: Session, notices: Sequence[Notice]) -> list[Cause]:
    """The notices by what they tell, in the order of their first."""
    if len(notices) < 2:
        return [Cause(one.sentence, (Told(one, ""),)) for one in notices]
    names, topics = _names(session), _topics(session, notices)
    found: dict[tuple[Topic, str], list[Told]] = {}
    for one in notices:
        here = [name for name in names if name in one.sentence]
        key = topics[one.id], _bare(one.sentence, here)
        found.setdefault(key, []).append(Told(one, _place(one, here, names)))
    return [Cause(told[0].words if told[1:] else told[0].notice.sentence, tuple(told)) for told in found.values()]


def _names(session: Session) -> Mapping[str, str]:
    """What a sentence may call a place or a person, the longest first; each with what the place is called, "" for a
    person. The units' own stand under their numbers as well ("unit:3")."""
    found = dict.fromkeys(session.exec(select(Person.name)).all(), "")
    for number, name, short in session.exec(select(Unit.id, Unit.name, Unit.short)):
        found |= {name: short, short: short, f"unit:{number}": short}
    for key, name in session.exec(select(Account.key, Account.name)):
        found |= {key: name, name: name, f"account:{key}": name}
    return {one: found[one] for one in sorted(found, key=len, reverse=True) if len(one) > 1}


def _bare(sentence: str, names: Iterable[str]) -> str:
    """The sentence without what varies from place to place."""
    for pattern in _VARIES:
        sentence = pattern.sub("…", sentence)
    for name in names:
        sentence = sentence.replace(name, "…")
    return _NAMES_IN_A_ROW.sub("…", sentence)


def _place(notice: Notice, here: Sequence[str], names: Mapping[str, str]) -> str:
    own = names.get(notice.subject, "") or next((names[one] for one in here if names[one]), "")
    return own or names.get(f"unit:{notice.unit_id}", "")


def _topics(session: Session, notices: Sequence[Notice]) -> Mapping[int, Topic]:
    """What each is about: stories where it is about a release or what belongs to one, nothing for a place's own
    affairs, else just its subject."""
    parts = {one.id: one.subject.partition(":")[::2] for one in notices}

    def numbers(*kinds: str) -> set[int]:
        return {int(which) for kind, which in parts.values() if kind in kinds and which.isascii() and which.isdigit()}

    sent = numbers("delivery", "phone", "phone-late")
    releases = dict(session.exec(select(Delivery.id, Delivery.release_id).where(col(Delivery.id).in_(sent))).all())
    stories = _stories(session, {*releases.values(), *numbers("release")})
    asked = select(Submission.id, Submission.story_id).where(col(Submission.id).in_(numbers("submission")))
    submitted = dict(session.exec(asked).all())
    about: Mapping[str, Callable[[int], Sequence[int]]] = {
        "release": lambda number: stories.get(number, ()),
        **dict.fromkeys(("delivery", "phone", "phone-late"), lambda number: stories.get(releases.get(number, 0), ())),
        "submission": lambda number: [submitted[number]] if number in submitted else (),
        "story": lambda number: [number],
    }

    def topic(kind: str, which: str) -> Topic:
        if kind in ("account", "stranger", "unit"):
            return (kind,)
        found = about[kind](int(which)) if kind in about and which.isascii() and which.isdigit() else ()
        return ("stories", *found) if found else (kind, which)

    return {number: topic(*part) for number, part in parts.items()}


def _stories(session: Session, releases: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """The stories of these releases, in order."""
    query = select(ReleaseStory.release_id, ReleaseStory.story_id).where(col(ReleaseStory.release_id).in_(releases))
    found: dict[int, list[int]] = {}
    for number, story in session.exec(query.order_by(col(ReleaseStory.story_id))):
        found.setdefault(number, []).append(story)
    return found
