"""Drafting a recall: the order, what stops at once, and one remedy for every copy, planned before the decision."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from channels import registry
from channels.contract import Mend
from cms import audit
from cms.db import utc
from cms.library.rows import AssetUse
from cms.matrix import Account
from cms.people import notify
from cms.people.mandates import ORDER, check_may
from cms.recalls.deciding import (
    IN_DOUBT,
    REMOVED,
    WATCH,
    Action,
    Change,
    Kind,
    allowed_by,
    change_size,
    class_of,
    decide,
    may_go_instead,
)
from cms.recalls.holders import tell_holders
from cms.recalls.labelling import parted, unlabelled
from cms.recalls.replacing import add_delivery, add_story, choices_of, follow_new_leads, note_plan, open_release
from cms.recalls.steps import RecallError
from cms.recalls.titles import title_of
from cms.releases import LIVE_FATES, Delivery, Item, Recall, Release, Remedy, may_be_out, moment, put_up
from cms.releases.flash import has_ended
from cms.releases.sightings import Sighting
from cms.review import Policy
from cms.stories import Revision, Story, origin_of, texts_of

WAITING = (*LIVE_FATES, "waiting")
REACHED = (*WAITING, REMOVED)
"""What an order follows: also what was found gone, for a platform may give it back (an appeal)."""
_WITHOUT_BYTES = ("reissue", "withdraw", "cancel", "none")
WAITS = "等批准："
"""What the notice of an order says while nobody has decided."""
Place = tuple[Item, Delivery, Account]
KIND_NAMES: Mapping[str, str] = {"correction": "更正", "retraction": "撤稿", "expiry": "解除"}


def draft_retraction(
    session: Session, story: Story, reason: str, notice: str, by: str, now: datetime, *, policy: Policy
) -> Recall:
    """Order a story and its local versions taken back everywhere. It stops at once (先停后审); what is out is dealt
    with once somebody else approves. ``policy``: signs what is left of pushes that are not out yet."""
    _check_free(session, story, "retraction")
    recall = _open(session, "retraction", story, None, reason, notice, by, now, policy)
    put_up(session, recall, story, now)
    plan_missing(session, recall, now)
    _tell(session, recall, now)
    return recall


def draft_correction(
    session: Session,
    story: Story,
    revision: Revision,
    reason: str,
    notice: str,
    by: str,
    now: datetime,
    *,
    policy: Policy,
    prefer: Mapping[str, str] | None = None,
    prefer_why: str = "",
) -> Recall:
    """Order every copy of a story brought to ``revision``. Nothing changes before its set is signed: what goes out
    instead is planned, what is amended in place is to be rendered (``needs_rendition``) and sealed with it.
    ``prefer``: channel → action, chosen by a person where the platform leaves a choice, and why."""
    _check_free(session, story, "correction")
    if not revision.manuscript_hash:
        raise RecallError(f"稿件“{story.headline}”的更正版还没有定稿，请先改到没有拦截级问题。")
    recall = _open(session, "correction", story, revision, reason, notice, by, now, policy, prefer or {}, prefer_why)
    recall.replaces_id = next((one.id for one in standing(session, story) if one.id != recall.id), None)
    release = open_release(session, recall, f"更正：{story.headline}", now)
    add_story(session, release, story, revision)
    plan_missing(session, recall, now, release)
    note_plan(session, release, by, now)
    _tell(session, recall, now)
    return recall


def _open(
    session: Session,
    kind: Kind,
    story: Story,
    revision: Revision | None,
    reason: str,
    notice: str,
    by: str,
    now: datetime,
    policy: Policy,
    prefer: Mapping[str, str] | None = None,
    prefer_why: str = "",
) -> Recall:
    if not reason.strip():
        raise RecallError(f"{KIND_NAMES[kind]}要写明原因（存档用），请用 --reason 写一句。")
    if not notice.strip():
        raise RecallError(f"{KIND_NAMES[kind]}要写明给读者的说明，请用 --notice 写一句。")
    check_may(session, by, ORDER, [story.unit_id])
    recall = Recall(
        kind=kind, origin_id=story.id, revision_id=revision.id if revision else None, reason=reason.strip(),
        notice=notice.strip(), policy=policy.name, prefer=dict(prefer or {}), proposed_by=by, created_at=utc(now),
    )  # fmt: skip
    session.add(recall)
    session.flush()
    detail: dict[str, object] = {
        "story": story.slug, "kind": kind, "reason": recall.reason, "notice": recall.notice,
    }  # fmt: skip
    if recall.prefer:
        detail |= {"prefer": recall.prefer, "prefer_why": prefer_why.strip() or recall.reason}
    audit.record(session, by, "recall.draft", f"recall:{recall.id}", detail, now)
    return recall


def _check_free(session: Session, story: Story, kind: Kind) -> None:
    """A retracted story stays so; a correction that waits for signatures is decided before the next."""
    for one in standing(session, story):
        told = f"稿件“{story.headline}”已有{KIND_NAMES[one.kind]}令 {one.id}"
        if one.kind == "retraction":
            raise RecallError(f"{told}（{one.reason}），不能再{KIND_NAMES[kind]}；用 yigao recall {one.id} 查看。")
        if one.state == "drafted" and kind == "correction":
            raise RecallError(f"{told}等批准，请先批准（yigao approve {one.id}）或驳回（yigao reject {one.id}）。")


def standing(session: Session, story: Story) -> list[Recall]:
    """The recalls of a story that were not rejected, the newest first; its original's retraction counts too."""
    origin = origin_of(session, story)
    query = select(Recall).where(Recall.state != "rejected", col(Recall.kind).in_(("correction", "retraction")))
    mine = or_(Recall.origin_id == story.id, (col(Recall.origin_id) == origin.id) & (Recall.kind == "retraction"))
    return list(session.exec(query.where(mine).order_by(col(Recall.id).desc())))


# --------------------------------------------------------------------------- one remedy a copy


def places(session: Session, recall: Recall) -> list[Place]:
    """Every copy of the story that readers have, may yet get, or may get back; a retraction takes
    local versions along."""
    story = session.get_one(Story, recall.origin_id)
    whose = Item.story_id == story.id
    if recall.kind == "retraction" and story.origin_id is None:
        whose = Item.origin_id == story.id
    query = (
        select(Item, Delivery, Account)
        .where(Item.delivery_id == Delivery.id, Item.account_id == Account.id, col(Item.fate).in_(REACHED), whose)
        .order_by(col(Item.id))
    )
    found = [(item, delivery, account) for item, delivery, account in session.exec(query)]
    kept = keeps(session, recall)
    return [one for one in found if one[0].manuscript_hash != kept]


def keeps(session: Session, recall: Recall) -> str:
    """The manuscript a correction brings; "" for a retraction."""
    if recall.revision_id is None:
        return ""
    return session.get_one(Revision, recall.revision_id).manuscript_hash


def plan_missing(session: Session, recall: Recall, now: datetime, release: Release | None = None) -> list[Remedy]:
    """A remedy for every copy that has none of this recall yet, with what goes out instead of it."""
    known = set(session.exec(select(Remedy.item_id).where(Remedy.recall_id == recall.id)))
    found = places(session, recall)
    shown = {account.id for item, _, account in found if item.fate not in ("waiting", REMOVED)}
    missing = [place for place in found if place[0].id not in known]
    made, replaced = _plan(session, recall, missing, now), {}
    for place, remedy in zip(missing, made, strict=True):
        is_spare = recall.kind == "correction" and place[0].fate == "waiting" and place[2].id in shown
        new = None if is_spare else _instead(session, recall, remedy, place, release, now)
        if new is not None:
            remedy.replacement_id = new.id
            if remedy.action != "by_hand":  # else the old one may be out already, and nothing takes its place
                replaced[remedy.delivery_id] = new.id
            session.add(remedy)
    follow_new_leads(session, replaced)
    session.flush()
    return made


def _plan(session: Session, recall: Recall, places: Sequence[Place], now: datetime) -> list[Remedy]:
    """A remedy for each, written together: one by one a hundred take longer than all the rest."""
    made = []
    for item, delivery, account in places:
        action = action_for(session, recall, (item, delivery, account), now)
        made.append(
            Remedy(
                recall_id=recall.id, item_id=item.id, delivery_id=delivery.id, account_id=account.id,
                action=action.name, rule=action.rule, costs=dict(action.costs), changed_at=utc(now),
                reason=gone_words(session, item) if action.name == WATCH else "",
            )
        )  # fmt: skip
    session.add_all(made)
    session.flush()
    same = {"to": "planned", "recall": recall.id}
    told = [
        (f"remedy:{one.id}", {**same, "delivery": one.delivery_id, "action": one.action, "rule": one.rule})
        for one in made
    ]
    audit.record_all(session, recall.proposed_by, "remedy.plan", told, now)
    return made


def action_for(session: Session, recall: Recall, place: Place, now: datetime) -> Action:
    """What is done about a copy as things stand now."""
    item, delivery, account = place
    kind: Kind = "retraction" if recall.kind == "retraction" else "correction"
    state = state_of(session, item, delivery)
    if account.transport == "files" and class_of(state) == "out":
        return _on_our_own(kind, account)
    mends = mends_of(account)
    if recall.state != "drafted":  # what was signed carries the notice 更正, and a few characters have no room for it
        mends = [one for one in mends if one.most is None]
    age, change = (utc(now) - delivery.due_at).days, change_of(session, recall, item)
    prefer, is_over = recall.prefer.get(account.channel, ""), has_ended(delivery, now)
    return decide(kind, state, mends, age, change, prefer, is_push=delivery.push, is_over=is_over)


def state_of(session: Session, item: Item, delivery: Delivery) -> str:
    """Where the copy is: its delivery's state, but for what is held and may be out, and a part of a push that is gone
    already while the push is not."""
    if item.fate not in WAITING:
        return item.fate
    if delivery.state == "held" and _is_published(item):
        return "published"  # a remedy waits for a quota, and the delivery says so
    if delivery.state == "held" and may_be_out(session, delivery):
        return IN_DOUBT
    return delivery.state


def gone_words(session: Session, item: Item) -> str:
    """Since when a copy is known not to be on its platform any more."""
    query = select(Sighting.since).where(Sighting.item_id == item.id, col(Sighting.kind).in_(("removed", "gone")))
    since = session.exec(query).first() or session.get_one(Delivery, item.delivery_id).changed_at
    return f"平台上已不见，{moment(since)} 发现"


def _is_published(item: Item) -> bool:
    return item.fate in ("published", "amended")


def _on_our_own(kind: Kind, account: Account) -> Action:
    """Our own pages say what we want them to."""
    wanted = "withdraw" if kind == "retraction" else "amend"
    rule = next((one.key for one in registry.get(account.channel).mends if one.action == wanted), "")
    return Action(wanted, rule)


def mends_of(account: Account) -> Sequence[Mend]:
    """What can be done about this account's copies: without an interface, what a person can do."""
    mends = registry.get(account.channel).mends
    if account.transport == "handover":
        return [one for one in mends if one.action in ("by_hand", "reissue")]
    return mends


def change_of(session: Session, recall: Recall, item: Item) -> Change:
    """What the correction changes of what this copy says. The notice 更正 on top is no change of the story's own."""
    if recall.revision_id is None:
        return Change()
    new = session.get_one(Revision, recall.revision_id)
    query = select(Revision).where(Revision.story_id == item.story_id, Revision.manuscript_hash == item.manuscript_hash)
    old = session.exec(query.limit(1)).first()
    if old is None:
        return Change(beyond_body=True)
    story, channel = session.get_one(Story, item.story_id), session.get_one(Account, item.account_id).channel
    (front, before), (new_front, after) = (parted(_own(session, story, one, channel)) for one in (old, new))
    size = change_size(unlabelled(before), unlabelled(after))
    is_named = front == new_front and _heading(before) == _heading(after)
    has_more = not is_named or not size or _pictures(session, old) != _pictures(session, new)
    used = select(Remedy.rule).where(Remedy.item_id == item.id, Remedy.state == "done")
    return Change(size, has_more, frozenset(session.exec(used)))


def _own(session: Session, story: Story, revision: Revision, channel: str) -> str:
    """The main text's front matter over what the channel says below it: its own words where it has some."""
    front, body = parted(revision.text)
    own = texts_of(session, story, revision.id).get(channel) if revision.id else None
    return front + (own.text if own else body)


def _heading(body: str) -> str:
    """The title of a text that has no front matter to say it."""
    return next((line for line in body.splitlines() if line.startswith("# ")), "")


def _pictures(session: Session, revision: Revision) -> list[str]:
    """The pictures a revision shows, by their bytes."""
    query = select(AssetUse.asset_hash).where(AssetUse.manuscript_hash == revision.manuscript_hash)
    return sorted(session.exec(query))


# --------------------------------------------------------------------------- what goes out instead


def _instead(
    session: Session, recall: Recall, remedy: Remedy, place: Place, release: Release | None, now: datetime
) -> Delivery | None:
    """The delivery that goes out once this copy is cleared away, where one does."""
    item, delivery, _ = place
    if recall.kind == "retraction":
        return rest_of_push(session, recall, item, delivery, now) if remedy.action == "cancel" else None
    is_with_a_person = may_go_instead(remedy.action, delivery.state) and not has_ended(delivery, now)
    if remedy.action not in ("replace", "wait", "reissue") and not is_with_a_person:
        return None
    whole = remedy.action == "replace" or is_with_a_person
    return corrected(session, recall, item, delivery, release, now, whole=whole)


def corrected(
    session: Session, recall: Recall, item: Item, old: Delivery, release: Release | None, now: datetime, *, whole: bool
) -> Delivery:
    """The corrected story on the copy's account: ``whole``, with the other stories of an unsent push; else alone."""
    revision = session.get_one(Revision, recall.revision_id)
    group = [
        (story, revision if story.id == item.story_id else known)
        for story, known in choices_of(session, old)
        if whole or story.id == item.story_id
    ]
    into = release or open_release(session, recall, f"更正补发：{group[0][0].headline}", now)
    made = add_delivery(session, into, old, group, now, push=old.push)
    if release is None:
        note_plan(session, into, recall.proposed_by, now)
    return made


def rest_of_push(session: Session, recall: Recall, item: Item, old: Delivery, now: datetime) -> Delivery | None:
    """The other stories of a push that is not out yet: they go without the one called back, signed anew."""
    group = [one for one in choices_of(session, old) if one[0].id != item.story_id]
    if not group:
        return None
    release = open_release(session, recall, f"推送改排：{group[0][0].headline}", now)
    made = add_delivery(session, release, old, group, now, push=old.push)
    note_plan(session, release, recall.proposed_by, now)
    return made


def needs_rendition(session: Session, recall: Recall) -> list[Remedy]:
    """The remedies of a correction whose copy may be amended where it is, by us or by hand: their account's bytes are
    rendered and sealed for the old delivery too."""
    query = select(Remedy, Item).where(Remedy.recall_id == recall.id, Remedy.item_id == Item.id)
    rows = session.exec(query.order_by(col(Remedy.id)))
    return [one for one, item in rows if one.action not in _WITHOUT_BYTES and item.fate != "waiting"]


def check_order(session: Session, story: Story, prefer: Mapping[str, str]) -> None:
    """RecallError when a correction of ``story`` makes no sense now, before anything of it is saved."""
    _check_free(session, story, "correction")
    query = select(Account).where(Item.account_id == Account.id, Item.story_id == story.id, col(Item.fate).in_(REACHED))
    accounts = list(session.exec(query))
    if not accounts:
        raise RecallError(f"稿件“{story.headline}”还没有发到任何账号，不用更正：直接改稿、排发布就行。")
    for channel, wanted in prefer.items():
        rules = [one for each in accounts if each.channel == channel for one in mends_of(each)]
        names = {name for one in rules if "correction" in one.serves for name in _names_of(one)}
        if wanted not in names:
            raise _no_such_way(channel, wanted, names)


def _names_of(rule: Mend) -> tuple[str, str]:
    """How a person may ask for it: by what is done, or by the rule."""
    return rule.action, rule.key.rpartition(".")[2]


def _no_such_way(channel: str, wanted: str, names: Collection[str]) -> RecallError:
    can = "、".join(sorted(names)) or "没有可选的"
    return RecallError(f"渠道 {channel} 这次不能用“{wanted}”，可以用：{can}。请改 --use，或不写由系统选。")


def choose_check(session: Session, recall: Recall) -> None:
    """RecallError when the person asked for what no copy on that channel allows."""
    for channel, wanted in recall.prefer.items():
        allowed: set[str] = set()
        for item, delivery, account in places(session, recall):
            if account.channel == channel and class_of(state_of(session, item, delivery)) != "gone":
                allowed |= {
                    name for one in ways_of(session, recall, item, delivery, account) for name in _names_of(one)
                }
        if wanted not in allowed:
            raise _no_such_way(channel, wanted, allowed)


def ways_of(session: Session, recall: Recall, item: Item, delivery: Delivery, account: Account) -> list[Mend]:
    """What may be chosen for a copy that a correction finds out. A flash that is over is not sent anew."""
    ways = allowed_by("correction", mends_of(account), 0, change_of(session, recall, item), is_push=delivery.push)
    return [one for one in ways if one.action != "reissue" or not has_ended(delivery, recall.created_at)]


def _tell(session: Session, recall: Recall, now: datetime) -> None:
    order, stopped = f"《{title_of(session, recall).was}》{KIND_NAMES[recall.kind]}令 {recall.id} {WAITS}", ""
    if recall.kind == "retraction":
        after = "先不要发；已经发了的，请在待代发里登记地址。"
        count = tell_holders(session, recall, f"{order}在代发人手里的代发包", after, now)
        with_people = f"没有交出去的已全部停发，在代发人手里的 {count} 份已通知先不要发，"
        stopped = with_people if count else "未发的已全部停发，"
    notify(session, f"recall:{recall.id}", f"{order}{stopped}请批准或驳回。", now)
