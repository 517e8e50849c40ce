"""From a decision to ledger rows: which story goes out on which account, as planned deliveries."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from channels import registry
from channels.making.entries import tag_of
from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.people import Workspace
from cms.releases.key import delivery_key
from cms.releases.rows import LIVE_FATES, Delivery, Item, Release, ReleaseStory
from cms.releases.states import STATE_NAMES
from cms.releases.stops import is_stopped
from cms.releases.target import Target, accounts_of
from cms.review import Policy
from cms.stories import Column, Revision, Story, origin_of

Choice = tuple[Story, Revision]
LATE_NAMES = {"send": "迟到也发（一天之内）", "ask": "迟到十分钟以上先问人", "hold": "错过就停下"}
STAGGER = timedelta(minutes=10)


class PlanError(Exception):
    """Why this release cannot be planned, in one sentence with the remedy."""


def group_limit_of(channel: str) -> int:
    """How many stories one delivery of this channel carries."""
    return registry.get(channel).group_limit


def plan(
    session: Session,
    revisions: Sequence[Revision],
    targets: Target | Sequence[Target],
    due_at: datetime,
    author: str,
    policy: Policy,
    now: datetime,
    *,
    push: bool | None = None,
    late: str = "send",
    lead: str = "",
    stagger: timedelta = STAGGER,
    group_limit: Callable[[str], int] = group_limit_of,
) -> Release:
    """Make the release and its planned deliveries: one a story, or one a group where the channel groups.

    ``push``: as 群发 to followers where a platform has that; None leaves it to the column of the first story.
    ``late``: what happens when its time was missed (see ``Release``). ``lead``: the account that publishes first
    (首发); the others of its channel reprint it ``stagger`` later, with its address."""
    if late not in LATE_NAMES:
        raise PlanError(f"看不懂“{late}”，错过时间后的做法可写：{'、'.join(LATE_NAMES)}。")
    chosen = [(session.get_one(Story, revision.story_id), revision) for revision in revisions]
    _check(session, chosen)
    wanted = [targets] if isinstance(targets, Target) else targets
    release = _open(session, chosen, due_at, author, policy, now)
    release.late = late
    accounts = accounts_of(session, wanted)
    is_push = _by_column(session, chosen[0][0]) if push is None else push
    made = [
        deliver(session, release, account, group, now, push=is_push)
        for account in accounts
        for group in _groups(chosen, group_limit(account.channel))
    ]
    if lead:
        _follow(session, accounts, made, lead, stagger)
    detail = {
        "accounts": len(accounts),
        "deliveries": len(made),
        "stories": [story.slug for story, _ in chosen],
        "policy": policy.name,
    }
    audit.record(session, author, "release.plan", f"release:{release.id}", detail, now)
    return release


def _check(session: Session, chosen: Sequence[Choice]) -> None:
    if not chosen:
        raise PlanError("没有选中稿件，请至少选一篇。")
    slugs = [story.slug for story, _ in chosen]
    for story, revision in chosen:
        if is_stopped(session, origin_of(session, story).id, story.id, revision.manuscript_hash):
            raise PlanError(f"稿件“{story.headline}”已撤稿或已更正，这一版不能再发；更正后的新版可以。")
        if not revision.manuscript_hash:
            raise PlanError(f"稿件“{story.headline}”还没有定稿，请先通过检查再排期。")
        if slugs.count(story.slug) > 1:
            raise PlanError(f"稿件“{story.headline}”选了两次，请去掉一个。")


def _open(
    session: Session, chosen: Sequence[Choice], due_at: datetime, author: str, policy: Policy, now: datetime
) -> Release:
    release = Release(
        title=chosen[0][0].headline,
        due_at=utc(due_at),
        policy=policy.name,
        author=author,
        created_at=utc(now),
    )
    session.add(release)
    session.flush()
    for position, (story, revision) in enumerate(chosen, 1):
        story.state = "released"
        session.add(
            ReleaseStory(
                release_id=release.id,
                position=position,
                story_id=story.id,
                revision_id=revision.id,
                manuscript_hash=revision.manuscript_hash,
            )
        )
    return release


def _groups(chosen: Sequence[Choice], limit: int) -> Iterator[Sequence[Choice]]:
    for start in range(0, len(chosen), limit):
        yield chosen[start : start + limit]


def _by_column(session: Session, story: Story) -> bool:
    """Whether the story's column goes to followers as 群发."""
    return story.column_id is not None and session.get_one(Column, story.column_id).push


def _follow(
    session: Session, accounts: Sequence[Account], made: Sequence[Delivery], lead: str, stagger: timedelta
) -> None:
    """Every delivery of the lead's channel waits for the lead's own of the same stories, and goes out after it."""
    first = next((one for one in accounts if one.key == lead), None)
    if first is None:
        raise PlanError(f"首发账号“{lead}”不在这次发布的账号里，请检查 --lead 和 --to。")
    channel = {one.id for one in accounts if one.channel == first.channel}
    leads = {str(one.stories): one for one in made if one.account_id == first.id}
    for one in made:
        if one.account_id in channel and one.account_id != first.id:
            one.lead_id, one.due_at = leads[str(one.stories)].id, one.due_at + stagger
            session.add(one)
    session.flush()


def deliver(
    session: Session,
    release: Release,
    account: Account,
    group: Sequence[Choice],
    now: datetime,
    *,
    push: bool,
    fate: str = "planned",
) -> Delivery:
    """A planned delivery of these stories. ``fate`` "waiting": a remedy has to clear the account of them first."""
    pairs = [(story.slug, revision.number) for story, revision in group]
    for story, revision in group if fate == "planned" else ():
        _refuse_second(session, account, story, revision)
    generation = _generation(session, account, pairs)
    delivery = Delivery(
        release_id=release.id,
        account_id=account.id,
        stories=[list(pair) for pair in pairs],
        key=delivery_key(tenant(session), account.key, pairs, generation),
        generation=generation,
        due_at=release.due_at,
        push=push,
        changed_at=utc(now),
    )
    session.add(delivery)
    session.flush()
    items = [_item(session, delivery, account, position, *choice) for position, choice in enumerate(group, 1)]
    for item in items:
        item.fate = fate
    session.add_all(items)
    session.flush()
    return delivery


def _item(
    session: Session, delivery: Delivery, account: Account, position: int, story: Story, revision: Revision
) -> Item:
    origin = origin_of(session, story)
    return Item(
        delivery_id=delivery.id,
        position=position,
        story_id=story.id,
        origin_id=origin.id,
        account_id=account.id,
        manuscript_hash=revision.manuscript_hash,
        guid=_guid(session, account, origin),
    )


def _refuse_second(session: Session, account: Account, story: Story, revision: Revision) -> None:
    """An account shows a story once (I1), whatever the version and whoever adopted it."""
    origin = origin_of(session, story)
    query = select(Delivery, Item).where(
        Item.delivery_id == Delivery.id,
        Item.origin_id == origin.id,
        Item.account_id == account.id,
        col(Item.fate).in_(LIVE_FATES),
    )
    for delivery, item in session.exec(query):
        same = item.manuscript_hash == revision.manuscript_hash
        remedy = "不必再发" if same else "要换成新版，请先取消那张发布单里没发出的（yigao cancel），已发出的请走更正"
        where = f"{STATE_NAMES[delivery.state]}，发布单 {delivery.release_id}"
        raise PlanError(f"稿件“{story.headline}”在“{account.name}”（{account.key}）已有一次投递（{where}），{remedy}。")


def _generation(session: Session, account: Account, pairs: Sequence[tuple[str, int]]) -> int:
    """One more than the last time these stories were sent here: only a resend by a person comes so far."""
    query = select(func.max(Delivery.generation)).where(
        Delivery.account_id == account.id, Delivery.stories == [list(pair) for pair in pairs]
    )
    return (session.exec(query).one() or 0) + 1


def tenant(session: Session) -> str:
    """The house's name, as it goes into every delivery key."""
    workspace = session.get(Workspace, 1)
    return workspace.name if workspace else ""


def _guid(session: Session, account: Account, origin: Story) -> str:
    """The name feeds know the story by on this account, for life: the first one given is kept."""
    query = select(Item.guid).where(Item.origin_id == origin.id, Item.account_id == account.id).limit(1)
    unit = account.key.partition(":")[2]
    return session.exec(query).first() or tag_of(account.site_url, unit, origin.slug)
