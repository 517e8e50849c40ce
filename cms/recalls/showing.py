"""A recall as a person reads it: every copy, what is done about it, on which rule, at what cost, and what remains."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from channels import registry
from channels.contract import Mend
from channels.transport import Allowance, Connected
from cms.matrix import Account
from cms.matrix.wires import CallCount, window
from cms.people import Scope, notify
from cms.recalls import costs
from cms.recalls.apart import apart_words
from cms.recalls.calling import MayCall, called, nobody_may
from cms.recalls.deciding import ACTION_NAMES
from cms.recalls.reading import UNKNOWN, reads_of
from cms.recalls.reissuing import again_of, gaps, state_words, stuck
from cms.recalls.titles import borne, title_of, titles_of, titles_on
from cms.releases import STATE_NAMES, Delivery, Item, Recall, Remedy, RemedyCheck, moment
from cms.stories import Revision, Story, sieve

_RUN = re.compile(r"\S*/\S+")
_NO_RULE: dict[str, tuple[str, str]] = {
    "cancel": ("还没有发出：取消", "读者看不到这一篇"),
    "replace": ("还没有发出：换成更正版再发", "读者只看到更正版"),
    "wait": ("正在发送：等平台有了结果再定", "这期间结果不明，逐一核对"),
    "by_hand": ("没有接口可用：请人到平台后台处理，处理后登记", "处理之前读者还看得到"),
    "amend": ("原网址上改成更正版并标明更正", "网址不变"),
    "withdraw": ("页面换成撤稿说明", "网址仍在，回答 410"),
    "watch": ("这一份平台上已经没有：没有可删改的，盯着它", "又出现就马上按这张令处置，处置不了就叫人"),
    "none": ("读者看到的没有变：不动它", "地址、阅读数和评论都不动；更正说明登在自家网站和订阅里"),
    "expire": ("页面和订阅标明“已解除”", "网址和正文不变"),
}

_BY_PEOPLE_OVER = ("在同一个账号上再发一条“已解除”", "原来那一条留着，读者看得到它已经解除")


@dataclass(frozen=True, slots=True)
class Line:
    """One copy in the plan of a recall. ``costs``: calls it takes; ``left``: how many of each the account still has
    in the platform's window; ``calls``: what each is for; ``remains``: what readers and the house keep or lose by it.
    ``reads``: how many read a copy that goes, or why nobody can say, "" for one that stays;
    ``goes``: whether a platform's number goes with it.
    ``again``: what became of the copy that goes out instead, ``again_address`` where it is."""

    remedy: int
    delivery: str
    account: str
    name: str
    channel: str
    story: str
    address: str
    state: str
    action: str
    remedy_state: str
    rule: str
    costs: dict[str, int]
    left: dict[str, int]
    calls: dict[str, str]
    remains: str
    reads: str
    goes: bool
    reason: str
    person: str
    deadline: datetime | None
    next_at: datetime | None
    again: str
    again_address: str


def plan_of(
    session: Session, recall: Recall, now: datetime | None = None, may_call: MayCall = nobody_may
) -> list[Line]:
    """Every copy and what is (to be) done about it, by account; ``may_call``: whose telephones are shown in full."""
    query = (
        select(Remedy, Item, Delivery, Account)
        .where(Remedy.recall_id == recall.id, Remedy.item_id == Item.id, Remedy.delivery_id == Delivery.id)
        .where(Remedy.account_id == Account.id)
        .order_by(Account.key, col(Remedy.id))
    )
    at = now or recall.created_at
    rows = list(session.exec(query))
    counts = select(CallCount).where(col(CallCount.account_id).in_({account.id for *_, account in rows}))
    used = {(one.account_id, one.call): one for one in session.exec(counts)}
    titles = titles_on(session, borne(session, (recall.id,)), {one.id: account.channel for one, *_, account in rows})
    reads = reads_of(session, [(remedy, account) for remedy, *_, account in rows], recall)
    return [_line(session, *row, titles[row[0].id], used, reads, at, may_call) for row in rows]


Used = Mapping[tuple[int, str], CallCount]


def _line(
    session: Session, remedy: Remedy, item: Item, delivery: Delivery, account: Account, title: str, used: Used,
    reads: Mapping[int, str], now: datetime, may_call: MayCall,
) -> Line:  # fmt: skip
    words, remains = words_of(account, remedy)
    again = again_of(session, remedy)
    return Line(
        remedy=remedy.id,
        delivery=delivery.key,
        account=account.key,
        name=account.name,
        channel=registry.get(account.channel).title,
        story=title,
        address=item.address,
        state=STATE_NAMES.get(item.fate if item.fate == "withdrawn" else delivery.state, delivery.state),
        action=ACTION_NAMES[remedy.action],
        remedy_state=state_words(remedy, again),
        rule=words,
        costs=dict(remedy.costs),
        left=_left(used, account, remedy.costs, now),
        calls=costs.titles(account.channel, remedy.costs),
        remains=remains,
        reads=reads.get(remedy.id, ""),
        goes=remedy.id in reads and account.transport != "files",
        reason=remedy.reason,
        person=called(session, remedy, may_call),
        deadline=remedy.deadline,
        next_at=remedy.next_at,
        again=again.words if again else "",
        again_address=again.address if again else "",
    )


def rule_of(account: Account, remedy: Remedy) -> Mend | None:
    """The dated rule a remedy rests on."""
    return next((one for one in registry.get(account.channel).mends if one.key == remedy.rule), None)


def leaves_no_room(account: Account, remedy: Remedy) -> bool:
    """Whether so few characters may change that the notice 更正 does not fit into the copy."""
    rule = rule_of(account, remedy)
    return rule is not None and rule.most is not None


def words_of(account: Account, remedy: Remedy) -> tuple[str, str]:
    """What is done, and what remains, in Chinese."""
    rule = rule_of(account, remedy)
    if rule is not None:
        return rule.words, rule.remains
    if remedy.action == "expire" and account.transport == "handover":
        return _BY_PEOPLE_OVER
    return _NO_RULE.get(remedy.action, (ACTION_NAMES[remedy.action], ""))


def _left(used: Used, account: Account, costs: dict[str, int], now: datetime) -> dict[str, int]:
    return {one.call: max(one.count - _spent(used, account, one, now), 0) for one in _allowed(account, costs)}


def _allowed(account: Account, costs: dict[str, int]) -> Sequence[Allowance]:
    channel = registry.get(account.channel)
    if account.transport != "api" or not isinstance(channel, Connected):
        return ()
    return [one for one in channel.transport.allowances(account.settings) if one.call in costs]


def _spent(used: Used, account: Account, allowed: Allowance, now: datetime) -> int:
    row = used.get((account.id, f"{allowed.call}:{allowed.per}"))
    return row.used if row and row.since >= window(allowed.per, now) else 0


# --------------------------------------------------------------------------- who else is concerned


def warnings_of(session: Session, recall: Recall, now: datetime | None = None) -> list[str]:
    """What a person should know before the decision: channels whose own text stays wrong, stories that quote this one,
    local versions, quotas too small. ``now``: when it is asked, the order's own time by default."""
    own, at = apart_words(session, recall), now or recall.created_at
    told = gaps(session, recall, at)
    short = [*stuck(session, recall, at), *told.values(), *_short_of(session, recall, at, told)]
    return [
        *_over(session, recall, at),
        *own,
        *_quoted(session, recall),
        *_localised(session, recall),
        *short,
        *_uncounted(session, recall),
    ]


def _over(session: Session, recall: Recall, at: datetime) -> list[str]:
    """A correction of a flash keeps its end: what that means for the copies, before it and after it."""
    query = select(Delivery.expires_at).where(Remedy.delivery_id == Delivery.id, Remedy.recall_id == recall.id)
    ends = session.exec(query.where(col(Delivery.expires_at).is_not(None)).distinct()) if recall.revision_id else ()
    return [
        f"这条快讯 {moment(end)} 已经解除：自己的页面和订阅换上更正版，仍标明已解除；要删了重发的账号只删，不再重发。"
        if end <= at
        else f"这条快讯 {moment(end)} 解除：到那时还没有发出的更正稿不再发；自己的页面和订阅到时标明已解除。"
        for end in sorted(one for one in ends if one is not None)
    ]


def quoting(session: Session, recall: Recall) -> list[Story]:
    """Stories whose newest text leads to this one: a resource card, or a link to one of its addresses."""
    story = session.get_one(Story, recall.origin_id)
    found = select(Item.address).where(or_(Item.story_id == story.id, Item.origin_id == story.id), Item.address != "")
    marks = {f"/s/{story.slug}.html", *session.exec(found)}
    newer = aliased(Revision)
    last = select(func.max(newer.number)).where(newer.story_id == Story.id).scalar_subquery()
    near = sieve.may_hold_any(session, marks)
    others = select(Story.id, Revision.text).where(
        Revision.story_id == Story.id, Revision.number == last, Story.id != story.id
    )
    others = others.where(col(Story.id).in_(near)) if near is not None else others
    named = [number for number, text in session.exec(others) if _names(text, marks)]
    return list(session.exec(select(Story).where(col(Story.id).in_(named)).order_by(col(Story.id))))


def _names(text: str, marks: Collection[str]) -> bool:
    """Whether one of these addresses stands in a text: only what looks like one is compared."""
    return any(mark in run for run in _RUN.findall(text) for mark in marks)


def localised(session: Session, recall: Recall) -> list[Story]:
    """The local versions of the story."""
    return list(session.exec(select(Story).where(Story.origin_id == recall.origin_id).order_by(col(Story.id))))


def tell_others(session: Session, recall: Recall, now: datetime) -> None:
    """Whoever quotes or localised the story learns of it."""
    story = title_of(session, recall).was
    done = "已撤稿" if recall.kind == "retraction" else "已更正"
    for other in quoting(session, recall):
        words = f"《{other.headline}》引用的《{story}》{done}（{recall.notice}），请核对这一篇要不要改。"
        notify(session, f"story:{other.id}", words, now)
    if recall.kind == "correction":
        for local in localised(session, recall):
            words = f"《{local.headline}》的原稿《{story}》{done}（{recall.notice}），本地版没有动，请自行核对。"
            notify(session, f"story:{local.id}", words, now)


def _quoted(session: Session, recall: Recall) -> list[str]:
    return [
        f"《{one.headline}》（{one.slug}）引用了这一篇，它不会自动改，请通知编辑核对。"
        for one in quoting(session, recall)
    ]


def _localised(session: Session, recall: Recall) -> list[str]:
    then = "一并撤下" if recall.kind == "retraction" else "不会自动改，已提醒该单位"
    return [f"《{one.headline}》（{one.slug}）是它的本地版，{then}。" for one in localised(session, recall)]


def _uncounted(session: Session, recall: Recall) -> list[str]:
    """What is lost with a copy may have a number the ledger does not know: said, not invented."""
    query = select(Remedy, Account).where(Remedy.account_id == Account.id, Remedy.recall_id == recall.id)
    rows = list(session.exec(query.where(Account.transport != "files")))
    unknown = {number for number, words in reads_of(session, rows, recall).items() if words.startswith(UNKNOWN)}
    names = sorted({account.channel for remedy, account in rows if remedy.id in unknown})
    told = "还有不知道阅读数的，删掉以后就查不到了：要留底请先到平台后台看一眼，记在这张令里（yigao reads）。"
    return [f"{'、'.join(registry.get(one).title for one in names)}：{told}"] if names else []


def _short_of(session: Session, recall: Recall, now: datetime, told: Collection[tuple[str, str]]) -> list[str]:
    wanted: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str], Line] = {}
    for line in plan_of(session, recall, now):
        for call, count in line.costs.items():
            if call in line.left:
                wanted[line.account, call] = wanted.get((line.account, call), 0) + count
                lines[line.account, call] = line
    return [
        f"{one.name}（{one.account}）的“{one.calls[call]}”要 {wanted[key]} 次，平台这一期只剩 {one.left[call]} 次："
        "多出的等额度恢复后自动接着做。"
        for key, one in lines.items()
        if key not in told and wanted[key] > one.left[call := key[1]]
    ]


# --------------------------------------------------------------------------- for the newsroom


def drafted(session: Session, scope: Scope) -> list[tuple[Recall, str]]:
    """Orders that wait for a decision, with the title they concern, the oldest first."""
    query = select(Recall).where(Recall.origin_id == Story.id, Recall.state == "drafted")
    return _titled(session, list(session.exec(query.where(scope.over(Story.unit_id)).order_by(col(Recall.id)))))


def _titled(session: Session, orders: Sequence[Recall]) -> list[tuple[Recall, str]]:
    titles = titles_of(session, orders)
    return [(one, titles[one.id].was) for one in orders]


def by_hand(session: Session, scope: Scope) -> list[tuple[Recall, str, int]]:
    """Orders with copies on these units' accounts that a person has to deal with, and how many."""
    query = (
        select(Recall, func.count())
        .where(Remedy.recall_id == Recall.id, Remedy.account_id == Account.id)
        .where(col(Remedy.state).in_(("by_hand", "failed")), scope.over(Account.unit_id))
        .where(col(Recall.state).in_(("approved", "settled")))
        .group_by(col(Recall.id))
        .order_by(col(Recall.id).desc())
    )
    counts = {one.id: (one, count) for one, count in session.exec(query)}
    titled = _titled(session, [one for one, _ in counts.values()])
    return [(one, headline, counts[one.id][1]) for one, headline in titled]


def seen_by(session: Session, scope: Scope, limit: int = 50) -> list[tuple[Recall, str]]:
    """The orders about stories of these units, or with copies on their accounts, the newest first."""
    here = select(Remedy.recall_id).where(Remedy.account_id == Account.id, scope.over(Account.unit_id))
    query = select(Recall).where(Recall.origin_id == Story.id)
    query = query.where(or_(scope.over(Story.unit_id), col(Recall.id).in_(here)), Recall.kind != "expiry")
    return _titled(session, list(session.exec(query.order_by(col(Recall.id).desc()).limit(limit))))


def accounts_in(session: Session, recall: Recall, scope: Scope) -> list[Account]:
    """The accounts of these units that the order has copies on; of a Line, by its ``account``."""
    query = select(Account).where(Remedy.account_id == Account.id, Remedy.recall_id == recall.id)
    return list(session.exec(query.where(scope.over(Account.unit_id)).distinct()))


def looks(session: Session, recall: Recall) -> list[tuple[str, datetime, str]]:
    """The later looks at its copies: account with its channel, when due, what was seen ("" not looked yet), in the
    order they are due."""
    query = select(Account.name, Account.channel, RemedyCheck.due_at, RemedyCheck.outcome).where(
        RemedyCheck.remedy_id == Remedy.id, Remedy.account_id == Account.id, Remedy.recall_id == recall.id
    )
    found = session.exec(query.order_by(col(RemedyCheck.due_at), Account.key))
    return [(f"{name}（{registry.get(channel).title}）", due, outcome) for name, channel, due, outcome in found]
