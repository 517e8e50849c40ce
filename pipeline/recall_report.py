"""召回报告: what one order did, copy by copy, with proof; the same facts as a page (HTML) and as a print (PDF)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session, col, select

from channels import registry
from cms import audit, recalls
from cms.audit import AuditHead
from cms.matrix import Account
from cms.people import Person, Workspace, name_of
from cms.recalls import ABSENT, ACTION_NAMES, AWAITED, KIND_NAMES, REMEDY_STATES, MayCall, RecallError, nobody_may
from cms.releases import Attempt, Delivery, Item, Recall, Receipt, Remedy, RemedyCheck
from cms.releases.recheck import OUTCOME_NAMES
from cms.releases.status import OUTCOME_NAMES as ATTEMPT_NAMES
from cms.releases.status import STEP_NAMES, moment
from cms.review import POLICIES, Signature
from cms.stories import Revision, Story

STATES: Mapping[str, str] = {
    "drafted": "等批准",
    "rejected": "已驳回",
    "approved": "处置中",
    "settled": "已处置，复查中",
    "closed": "已结案",
}
ENDS_AT = "快讯有效中，{} 解除"
CONFIDENCE: Mapping[str, str] = {
    "doc": "平台文档",
    "client": "公开客户端",
    "unverified": "未经核实",
    "ours": "本系统",
}
_DONE = ("withdraw", "amend", "withdrawn", "amended", "remark", "published")
_EVENTS: Mapping[str, str] = {
    "recall.draft": "提出",
    "recall.propose": "提出",
    "recall.approve": "批准",
    "recall.reject": "驳回",
    "recall.settle": "全部处置完",
    "recall.reopen": "重新处置",
    "recall.close": "结案",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One dated line: when, and what."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What became of one copy. ``story``: the title readers saw; ``corrected``: another one the order gives it."""

    account: str
    key: str
    channel: str
    story: str
    corrected: str
    delivery: str
    version: str
    published: str
    address: str
    action: str
    rule: str
    source: str
    state: str
    tone: str
    ended: str
    evidence: str
    remains: str
    reads: str
    reason: str
    person: str
    again: str
    steps: tuple[Step, ...]
    checks: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says, in words. ``headline``: the title readers saw; ``corrected``: another one a
    correction gives the story."""

    number: int
    title: str
    house: str
    kind: str
    headline: str
    corrected: str
    slug: str
    state: str
    reason: str
    notice: str
    versions: str
    facts: tuple[tuple[str, str], ...]
    history: tuple[Step, ...]
    sums: tuple[tuple[str, str], ...]
    called: tuple[tuple[str, str], ...]
    copies: tuple[Copy, ...]
    audit_length: int
    audit_head: str
    audit_words: str
    made: str


def gather(session: Session, number: int, now: datetime, may_call: MayCall = nobody_may) -> Report:
    """The report of a recall as it stands; RecallError when there is none. ``may_call``: whose telephones it shows in
    full; what leaves the house shows none."""
    recall = session.get(Recall, number)
    if recall is None:
        raise RecallError(f"没有第 {number} 号更正令或撤稿令，用 yigao recalls 看全部。")
    story = session.get_one(Story, recall.origin_id)
    copies = tuple(_copies(session, recall, may_call))
    head, broken = session.get_one(AuditHead, 1), audit.verify(session)
    kind, titles = KIND_NAMES[recall.kind], recalls.title_of(session, recall)
    return Report(
        number=number,
        title=f"{kind}报告（第 {number} 号）",
        house=session.get_one(Workspace, 1).name,
        kind=kind,
        headline=titles.was,
        corrected=titles.now,
        slug=story.slug,
        state=_state(session, recall, now),
        reason=recall.reason,
        notice=recall.notice,
        versions=_versions(session, recall),
        facts=tuple(_facts(session, recall)),
        history=tuple(_history(session, recall)),
        sums=tuple(_sums(recall, copies)),
        called=tuple(_called(copies)),
        copies=copies,
        audit_length=head.length,
        audit_head=head.hash,
        audit_words="完好" if broken is None else broken.sentence,
        made=moment(now),
    )


def _state(session: Session, recall: Recall, now: datetime) -> str:
    if at := recalls.ends_at(session, recall, now):
        return ENDS_AT.format(moment(at))
    if recall.state == "approved" and not recalls.has_open(session, recall) and recalls.is_outstanding(session, recall):
        return AWAITED
    return STATES[recall.state]


def _versions(session: Session, recall: Recall) -> str:
    corrected = session.get(Revision, recall.revision_id) if recall.revision_id else None
    return f"更正为第 {corrected.number} 版" if corrected else ""


def _facts(session: Session, recall: Recall) -> list[tuple[str, str]]:
    found = [("提出", f"{name_of(session, recall.proposed_by)}，{moment(recall.created_at)}")]
    if recall.approved_by and recall.approved_at:
        found.append(("批准", f"{name_of(session, recall.approved_by)}，{moment(recall.approved_at)}"))
        found.append(("意见", recall.opinion))
    found.append(("程序", POLICIES[recall.policy].title if recall.policy in POLICIES else recall.policy))
    if signed := "　".join(_signatures(session, recall)):
        found.append(("签字", signed))
    for name, at in (("处置完", recall.settled_at), ("结案", recall.closed_at)):
        if at is not None:
            found.append((name, moment(at)))
    return found


def _signatures(session: Session, recall: Recall) -> list[str]:
    sealed = recalls.sealed_of(session, recall)
    if sealed is None:
        return []
    query = select(Signature, Person).where(Signature.sealed_set_id == sealed.id, Signature.signer_id == Person.id)
    rows = session.exec(query.order_by(col(Signature.id)))
    return [f"{one.step} {person.name} {moment(one.signed_at)}" for one, person in rows]


def _history(session: Session, recall: Recall) -> list[Step]:
    return [
        Step(moment(one.at), f"{_EVENTS.get(one.action, one.action)}（{name_of(session, one.actor)}）")
        for one in audit.history(session, f"recall:{recall.id}")
    ]


# --------------------------------------------------------------------------- copies


def _copies(session: Session, recall: Recall, may_call: MayCall) -> list[Copy]:
    query = (
        select(Remedy, Item, Delivery, Account)
        .where(Remedy.recall_id == recall.id, Remedy.item_id == Item.id, Remedy.delivery_id == Delivery.id)
        .where(Remedy.account_id == Account.id)
        .order_by(Account.channel, Account.key, col(Remedy.id))
    )
    rows = list(session.exec(query))
    about = _read(session, recall, rows)
    return [_copy(session, about, *row, may_call) for row in rows]


@dataclass(frozen=True, slots=True)
class _About:
    """What the rows of a report rest on, read at once, by delivery; ``titles``: as brought, by delivery and story. By
    remedy: the version a copy bore (``borne``), its title (``was``), the one it gets (``now``), and the looks."""

    since: datetime
    titles: Mapping[tuple[int, int], str]
    borne: Mapping[int, recalls.Borne]
    was: Mapping[int, str]
    now: Mapping[int, str]
    corrected: Revision | None
    beside: Mapping[int, Sequence[Item]]
    asked: Mapping[tuple[int, str], int]
    attempts: dict[int, list[Attempt]]
    receipts: dict[int, list[Receipt]]
    looks: dict[int, list[RemedyCheck]]
    reads: Mapping[int, str]


def _read(session: Session, recall: Recall, rows: Sequence[tuple[Remedy, Item, Delivery, Account]]) -> _About:
    deliveries = {one.delivery_id for one, *_ in rows}
    beside: dict[int, list[Item]] = {}
    for item in session.exec(select(Item).where(col(Item.delivery_id).in_(deliveries)).order_by(col(Item.position))):
        beside.setdefault(item.delivery_id, []).append(item)
    attempts = select(Attempt).where(col(Attempt.delivery_id).in_(deliveries)).order_by(col(Attempt.id))
    receipts = select(Receipt).where(col(Receipt.delivery_id).in_(deliveries)).order_by(col(Receipt.id))
    looks = select(RemedyCheck).where(col(RemedyCheck.remedy_id).in_({one.id for one, *_ in rows}))
    asked = _asked(session, beside, {delivery.id: delivery for _, _, delivery, _ in rows})
    reads = recalls.reads_of(session, [(remedy, account) for remedy, *_, account in rows], recall)
    on = {delivery.id: account.channel for _, _, delivery, account in rows}
    brought = recalls.brought(session, on)
    titles = recalls.titles_on(session, brought, {key: on[key[0]] for key in brought})
    borne, channels = recalls.borne(session, (recall.id,)), {one.id: account.channel for one, *_, account in rows}
    corrected = session.get(Revision, recall.revision_id) if recall.revision_id else None
    gets = {number: replace(one, revision=corrected) for number, one in borne.items()} if corrected else {}
    was, now = (recalls.titles_on(session, one, channels) for one in (borne, gets))
    found = _About(remedy_since(recall), titles, borne, was, now, corrected, beside, asked, {}, {}, {}, reads)
    for attempt in session.exec(attempts):
        found.attempts.setdefault(attempt.delivery_id, []).append(attempt)
    for receipt in session.exec(receipts):
        found.receipts.setdefault(receipt.delivery_id, []).append(receipt)
    for look in session.exec(looks.order_by(col(RemedyCheck.due_at))):
        found.looks.setdefault(look.remedy_id, []).append(look)
    return found


def _asked(
    session: Session, beside: Mapping[int, Sequence[Item]], deliveries: Mapping[int, Delivery]
) -> dict[tuple[int, str], int]:
    """The story each attempt at a delivery of several was about, by what the attempt names."""
    many = {number for number, items in beside.items() if len(items) > 1}
    found = {(one, recalls.asked_for(deliveries[one], item)): item.story_id for one in many for item in beside[one]}
    query = select(Remedy, Item.story_id).where(Remedy.item_id == Item.id, col(Remedy.delivery_id).in_(many))
    found |= {(one.delivery_id, one.rendition_hash): story for one, story in session.exec(query) if one.rendition_hash}
    return found


def _copy(
    session: Session, about: _About, remedy: Remedy, item: Item, delivery: Delivery, account: Account, may_call: MayCall
) -> Copy:
    number = about.borne[remedy.id].number
    words, remains = recalls.words_of(account, remedy)
    rule = recalls.rule_of(account, remedy)
    again = recalls.again_of(session, remedy)
    who = recalls.called(session, remedy, may_call)
    who = f"{who}，{moment(remedy.deadline)} 之前" if who and remedy.deadline else who
    return Copy(
        account=account.name,
        key=account.key,
        channel=registry.get(account.channel).title,
        story=about.was[remedy.id],
        corrected=_corrected(about, remedy),
        delivery=delivery.key[:8],
        version="　".join(one for one in (f"第 {number} 版" if number else "", _place(about, item)) if one),
        published=_published(about, delivery),
        address=item.address,
        action=ACTION_NAMES[remedy.action],
        rule=words,
        source=f"{rule.read_on} 读 {rule.source}（{CONFIDENCE[rule.confidence]}）" if rule else "",
        state=recalls.state_words(remedy, again),
        tone="open" if again and again.is_open else _tone(remedy),
        ended=moment(remedy.ended_at) if remedy.ended_at else "",
        evidence=remedy.evidence,
        remains=remains,
        reads=about.reads.get(remedy.id, ""),
        reason=remedy.reason,
        person=who,
        again="\n".join(one for one in (again.words, again.address) if one) if again else "",
        steps=tuple(_steps(about, remedy, item)),
        checks=tuple(_checks(about, remedy)),
    )


def _corrected(about: _About, remedy: Remedy) -> str:
    """The title the order gives the copy, with its version; "" where it keeps its own, or nothing takes its place."""
    is_brought = remedy.rendition_hash != "" or remedy.replacement_id is not None
    if about.corrected is None or not is_brought or recalls.is_remark(remedy.rule):
        return ""
    title = about.now[remedy.id]
    return f"《{title}》第 {about.corrected.number} 版" if title != about.was[remedy.id] else ""


def _tone(remedy: Remedy) -> str:
    return {"done": "good", "off": "good", "failed": "bad", "by_hand": "bad"}.get(remedy.state, "open")


def _published(about: _About, delivery: Delivery) -> str:
    at = next((one.at for one in about.receipts.get(delivery.id, ()) if one.state == "published"), None)
    return moment(at) if at else "没有发出"


def _place(about: _About, item: Item) -> str:
    """Which story of a publication of several it is; "" where it is alone."""
    count = len(about.beside[item.delivery_id])
    if count == 1:
        return ""
    return f"{'头条' if item.position == 1 else '次条'}（一次发布的 {count} 篇中第 {item.position} 篇）"


def _for_whom(about: _About, item: Item, story: int | None) -> str:
    """In a publication of several: the story a step was about."""
    if len(about.beside[item.delivery_id]) == 1 or story is None:
        return ""
    whose = "本篇" if story == item.story_id else "同一次发布的另一篇"
    return f"（{whose}《{about.titles[item.delivery_id, story]}》）"


def _steps(about: _About, remedy: Remedy, item: Item) -> list[Step]:
    """Each call to the platform, and each receipt of what was done; where one publication brought several stories, for
    which of them."""
    by_place = {one.address: one.story_id for one in about.beside[item.delivery_id] if one.address}
    found = [
        (
            one.began_at,
            f"{STEP_NAMES.get(one.step, one.step)}：{ATTEMPT_NAMES.get(one.outcome, one.outcome) or '没有结果'}"
            f"{_for_whom(about, item, about.asked.get((one.delivery_id, one.request_hash)))}",
        )
        for one in about.attempts.get(remedy.delivery_id, ())
        if one.step in _DONE and one.began_at >= about.since
    ]
    for each in about.receipts.get(remedy.delivery_id, ()):
        if each.state in _DONE and each.at >= about.since:
            seen = "" if each.verified else "（未核验）"
            whose = _for_whom(about, item, by_place.get(each.address))
            found.append((each.at, f"回执{seen}：{each.note or ATTEMPT_NAMES.get(each.state, each.state)}{whose}"))
    return [Step(moment(at), words) for at, words in sorted(found, key=lambda one: one[0])]


def remedy_since(recall: Recall) -> datetime:
    """From when on what happened to a delivery belongs to the recall."""
    return recall.approved_at or recall.created_at


def _checks(about: _About, remedy: Remedy) -> list[Step]:
    return [
        Step(moment(one.at), f"{OUTCOME_NAMES[one.outcome]}{f'：{one.note}' if one.note else ''}")
        if one.at
        else Step(moment(one.due_at), "到时复查")
        for one in about.looks.get(remedy.id, ())
    ]


# --------------------------------------------------------------------------- sums


def _sums(recall: Recall, copies: Sequence[Copy]) -> list[tuple[str, str]]:
    by_state = Counter(one.state for one in copies)
    found = [("涉及", f"{len(copies)} 份")]
    found += [(name, f"{by_state[name]} 份") for name in (*REMEDY_STATES.values(), ABSENT, AWAITED) if by_state[name]]
    if recall.approved_at and recall.settled_at:
        found.append(("从批准到处置完", _long(recall.settled_at - recall.approved_at)))
    return found


def _long(time: timedelta) -> str:
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    return f"{minutes // 60} 小时 {minutes % 60} 分" if minutes >= 60 else f"{minutes} 分 {seconds} 秒"


def _called(copies: Sequence[Copy]) -> list[tuple[str, str]]:
    """Who was called, and for what."""
    return [(one.person, f"{one.account}（{one.key}）：{one.reason or one.rule}") for one in copies if one.person]


# --------------------------------------------------------------------------- on paper


def page(report: Report, logo: str = "") -> str:
    """The report as one page that prints well and needs nothing beside it. ``logo``: the house's, as a data address."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("recall_report.html").render(report=report, logo=logo)
