"""From a decision to ledger rows: which story goes out on which account, as planned deliveries."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from channels import registry
from channels.making.entries import tag_of
from cms import audit
from cms.db import enter_all, utc
from cms.matrix import Account
from cms.matrix.sandboxed import is_sandboxed
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
FURTHEST = timedelta(days=360)
"""So far ahead a slot may lie: a day and a month say which year, and a slip of the year is seen at once."""
TOO_FAR = "最远只能排到 360 天以后，请看看年份对不对。"


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
    release = open_release(session, chosen, due_at, author, policy, now)
    release.late = late
    accounts = accounts_of(session, wanted)
    is_push = _by_column(session, chosen[0][0]) if push is None else push
    places = [(account, group) for account in accounts for group in _groups(chosen, group_limit(account.channel))]
    made = deliver_all(session, release, places, now, push=is_push)
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


def open_release(
    session: Session, chosen: Sequence[Choice], due_at: datetime, author: str, policy: Policy, now: datetime
) -> Release:
    """The release of these stories, in this order, without deliveries yet. PlanError when it lies too far ahead."""
    if due_at > now + FURTHEST:
        raise PlanError(TOO_FAR)
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
    return deliver_all(session, release, [(account, group)], now, push=push, fate=fate)[0]


def deliver_all(
    session: Session,
    release: Release,
    places: Sequence[tuple[Account, Sequence[Choice]]],
    now: datetime,
    *,
    push: bool,
    fate: str = "planned",
) -> list[Delivery]:
    """The same for many places, in their order, asked and written together."""
    accounts = {account.id: account for account, _ in places}
    stories = {story.id: story for _, group in places for story, _ in group}
    origins = {number: origin_of(session, story) for number, story in stories.items()}
    _refuse_samples(session, places, origins)
    if fate == "planned":
        _refuse_second(session, places, origins)
    sent = _generations(session, accounts, [group for _, group in places])
    house, made = tenant(session), []
    for account, group in places:
        pairs = _pairs(group)
        generation = sent.get((account.id, str(pairs)), 0) + 1
        made.append(
            Delivery(
                release_id=release.id,
                account_id=account.id,
                stories=[list(pair) for pair in pairs],
                key=delivery_key(house, account.key, pairs, generation),
                generation=generation,
                due_at=release.due_at,
                push=push,
                changed_at=utc(now),
            )
        )
    session.add_all(made)
    session.flush()
    guids = _guids(session, accounts, origins.values())
    items = []
    for delivery, (account, group) in zip(made, places, strict=True):
        for position, (story, revision) in enumerate(group, 1):
            origin = origins[story.id]
            row = {
                "delivery_id": delivery.id,
                "position": position,
                "story_id": story.id,
                "origin_id": origin.id,
                "account_id": account.id,
                "manuscript_hash": revision.manuscript_hash,
                "fate": fate,
                "guid": guids.get((origin.id, account.id)) or _new_guid(account, origin),
            }
            items.append(row)
    enter_all(session, Item, items)
    return made


def _pairs(group: Sequence[Choice]) -> list[tuple[str, int]]:
    return [(story.slug, revision.number) for story, revision in group]


def _refuse_samples(
    session: Session, places: Sequence[tuple[Account, Sequence[Choice]]], origins: Mapping[int, Story]
) -> None:
    """The 示例 of the first run goes to sandboxes and our own pages, never to a real platform."""
    for account, group in places if any(one.is_sample for one in origins.values()) else ():
        found = next((story for story, _ in group if origins[story.id].is_sample), None)
        if found is not None and account.transport != "files" and not is_sandboxed(session, account.id):
            raise PlanError(
                f"《{found.headline}》是示例稿件，不会发到真的平台，“{account.name}”（{account.key}）没有接沙箱。"
                "请只选微站和订阅，或另写一篇自己的稿件。"
            )


def _refuse_second(
    session: Session, places: Sequence[tuple[Account, Sequence[Choice]]], origins: Mapping[int, Story]
) -> None:
    """An account shows a story once (I1), whatever the version and whoever adopted it."""
    query = select(Delivery, Item).where(
        Item.delivery_id == Delivery.id,
        col(Item.origin_id).in_({one.id for one in origins.values()}),
        col(Item.account_id).in_({account.id for account, _ in places}),
        col(Item.fate).in_(LIVE_FATES),
    )
    live = {(item.origin_id, item.account_id): (delivery, item) for delivery, item in session.exec(query)}
    for account, group in places if live else ():
        for story, revision in group:
            found = live.get((origins[story.id].id, account.id))
            if found is not None:
                raise _second(account, story, revision, *found)


def _second(account: Account, story: Story, revision: Revision, delivery: Delivery, item: Item) -> PlanError:
    same = item.manuscript_hash == revision.manuscript_hash
    remedy = "不必再发" if same else "要换成新版，请先取消那张发布单里没发出的（yigao cancel），已发出的请走更正"
    where = f"{STATE_NAMES[delivery.state]}，发布单 {delivery.release_id}"
    return PlanError(f"稿件“{story.headline}”在“{account.name}”（{account.key}）已有一次投递（{where}），{remedy}。")


def _generations(
    session: Session, accounts: Iterable[int], groups: Iterable[Sequence[Choice]]
) -> dict[tuple[int, str], int]:
    """The last generation of these stories at each account: only a resend by a person comes further than one."""
    found: dict[tuple[int, str], int] = {}
    for pairs in {str(one): one for one in map(_pairs, groups)}.values():
        query = (
            select(Delivery.account_id, func.max(Delivery.generation))
            .where(col(Delivery.account_id).in_(accounts), Delivery.stories == [list(pair) for pair in pairs])
            .group_by(col(Delivery.account_id))
        )
        found |= {(number, str(pairs)): last for number, last in session.exec(query)}
    return found


def tenant(session: Session) -> str:
    """The house's name, as it goes into every delivery key."""
    workspace = session.get(Workspace, 1)
    return workspace.name if workspace else ""


def _guids(session: Session, accounts: Iterable[int], origins: Iterable[Story]) -> dict[tuple[int, int], str]:
    """The names feeds know these stories by, by origin and account, for life: the first one given is kept."""
    query = (
        select(Item.origin_id, Item.account_id, Item.guid)
        .where(col(Item.origin_id).in_([one.id for one in origins]), col(Item.account_id).in_(accounts))
        .order_by(col(Item.id).desc())
    )
    return {(origin, account): guid for origin, account, guid in session.exec(query)}


def _new_guid(account: Account, origin: Story) -> str:
    return tag_of(account.site_url, account.key.partition(":")[2], origin.slug)
