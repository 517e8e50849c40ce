"""豁免: what a freeze lets go all the same, as a person names it and as it is said; the decisions are in ``freeze``.

A unit is exempt for its own accounts alone: what goes out under a silence is named one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cms.db import utc
from cms.matrix import Account, Unit, unit_paths
from cms.people import name_of
from cms.releases.recall_rows import Exemption, Freeze
from cms.releases.status import moment
from cms.releases.target import TargetError
from cms.stories import Story, story_named

KIND_NAMES = {"unit": "单位", "account": "账号", "topic": "栏目或标题里的字", "story": "稿件"}
_HOW = "请写成 account=wechat:chengdu、unit=chengdu、story=稿件名 或 topic=栏目 的形式。"


@dataclass(frozen=True, slots=True)
class Exempt:
    """What is to be exempt. ``kind``: of ``KIND_NAMES``; ``name``: a unit's slug, an account's key, a story's slug,
    a column or words of headlines."""

    kind: str
    name: str


def parse_exempt(text: str) -> Exempt:
    """What ``text`` names, as a person writes it: kind=name; TargetError with how to write it."""
    kind, _, name = text.partition("=")
    wanted = Exempt(kind.strip(), " ".join(name.split()))
    if wanted.kind not in KIND_NAMES or not wanted.name:
        raise TargetError(f"看不懂豁免“{text}”，{_HOW}")
    return wanted


def row_of(session: Session, freeze: Freeze, wanted: Exempt, reason: str, by: str, at: datetime) -> Exemption:
    """The row that exempts it, not kept yet; TargetError when there is no such thing, or the freeze does not stop it
    anyhow."""
    row = Exemption(freeze_id=freeze.id, reason=reason, by=by, at=utc(at))
    if wanted.kind == "topic":
        row.topic = wanted.name
    elif wanted.kind == "unit":
        row.unit_id = _unit(session, freeze, wanted.name)
    elif wanted.kind == "account":
        row.account_id = _account(session, freeze, wanted.name)
    else:
        row.story_id = _story(session, freeze, wanted.name)
    return row


def _unit(session: Session, freeze: Freeze, slug: str) -> int:
    paths = unit_paths(session)
    units = {path[-1]: number for number, path in paths.items() if _covers(freeze, path)}
    if slug not in units:
        raise TargetError(f"停发范围里没有单位“{slug}”，可用的有：{'、'.join(sorted(units))}。")
    return units[slug]


def _account(session: Session, freeze: Freeze, key: str) -> int:
    account = session.exec(select(Account).where(Account.key == key)).one_or_none()
    is_stopped = account is not None and freeze.channel in ("", account.channel)
    if account is None or not is_stopped or not _covers(freeze, unit_paths(session)[account.unit_id]):
        raise TargetError(
            f"停发范围里没有账号“{key}”，请写成 渠道:单位 的形式，例如 wechat:chengdu（yigao status --accounts 可查）。"
        )
    return account.id


def _story(session: Session, freeze: Freeze, slug: str) -> int:
    """Of the freeze's units or those above them: stories of others are answered like missing ones."""
    story, paths = story_named(session, slug), unit_paths(session)
    whose = paths[story.unit_id] if story is not None and story.unit_id is not None else ()
    above = next((path for path in paths.values() if path[-1] == freeze.unit), ())
    if story is None or not (not whose or _covers(freeze, whose) or whose[-1] in above):
        raise TargetError(f"没有稿件“{slug}”，请写稿件名，不是标题（在稿件的网址里，例如 /write/稿件名）。")
    return story.id


def _covers(freeze: Freeze, path: Sequence[str]) -> bool:
    return not freeze.unit or freeze.unit in path


def named(session: Session, row: Exemption) -> str:
    """What is exempt, for people."""
    if row.unit_id is not None:
        return f"{session.get_one(Unit, row.unit_id).name}本级的账号"
    if row.account_id is not None:
        account = session.get_one(Account, row.account_id)
        return f"账号“{account.name}”（{account.key}）"
    if row.story_id is not None:
        return f"稿件《{session.get_one(Story, row.story_id).headline}》"
    return f"栏目或话题“{row.topic}”"


def sentence(session: Session, row: Exemption) -> str:
    """Why it is exempt, who let it be, since when; and who ended it."""
    words = f"{row.reason.rstrip('。')}，由 {name_of(session, row.by)} 于 {moment(row.at)} 批准"
    if row.ended_at is None:
        return words
    return f"{words}，{name_of(session, row.ended_by)} 于 {moment(row.ended_at)} 收回"


def all_of(session: Session, freeze: Freeze) -> list[Exemption]:
    """Everything this freeze ever let go, also what was ended, in order."""
    return list(session.exec(select(Exemption).where(Exemption.freeze_id == freeze.id).order_by(col(Exemption.id))))
