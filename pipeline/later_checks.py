"""复查: the looks that are due now: a copy that was taken back stays away, an amended one stays amended."""

import logging
from datetime import datetime

from sqlmodel import Session

from channels.contract import CannotError, ChannelError
from channels.transport import Standing
from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit
from cms.recalls.rechecking import away, settle_check
from cms.releases import Delivery, Item, Recall, Remedy, RemedyCheck
from cms.releases.recheck import close_recalls, due_checks
from cms.stories import Story
from pipeline import ledger, sites, standing
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.seeing import credential_of
from pipeline.verify_sites import Survivor, survivors

log = logging.getLogger("yigao.checks")
AWAY = "away"
"""Nobody could look now: no outcome yet."""
GONE_FOR_GOOD = frozenset({"withdraw", "reissue", "watch"})
BY_HAND = "这个账号没有接口，请人打开看一眼：{address}"
NOT_NOW = "到复查的时候没有查成：{words}"
Own = dict[int, "list[Survivor] | str"]
"""Our sites that were looked at just now, whole, by unit: what is not as it should be, or why nobody could look."""


def look_again(house: House, clock: TimeSource) -> int:
    """Take every look that is due, and close the recalls that are over; how many looks."""
    with read_scope(house.engine) as session:
        due = due_checks(session, clock())
    own: Own = {}
    for check, remedy in due:
        outcome, note = _look(house, remedy, clock, own)
        _keep(house, check, outcome, note, clock())
    with session_scope(house.engine) as session:
        close_recalls(session, clock())
    return len(due)


def _keep(house: House, check: RemedyCheck, outcome: str, note: str, now: datetime) -> None:
    with session_scope(house.engine) as session:
        row = session.get(RemedyCheck, check.id)
        if row is None or row.outcome or row.due_at != check.due_at:
            return  # forgotten meanwhile, or taken by another
        if outcome == AWAY:
            away(session, row, note, now)
        else:
            settle_check(session, row, outcome, note, now)


def _look(house: House, remedy: Remedy, clock: TimeSource, own: Own) -> tuple[str, str]:
    """(outcome, note) of one look; ``AWAY`` where it is to be tried again."""
    with read_scope(house.engine) as session:
        item, delivery, account = recalls.place_of(session, remedy)
        items = ledger.items_of(session, delivery)
        story = session.get_one(Story, item.story_id).slug
    if account.transport == "files":
        if account.unit_id not in own:
            own[account.unit_id] = _own(house, account, clock)
        return _of_own(own[account.unit_id], story)
    if account.transport != "api":
        return "cannot_see", BY_HAND.format(address=item.address or account.name)
    try:
        transport = house.wires.transport(account.channel)
        there = standing.read(transport, credential_of(house, account, clock), delivery, items)
    except CannotError as error:
        return "cannot_see", NOT_NOW.format(words=error.sentence)
    except ChannelError as error:
        return AWAY, NOT_NOW.format(words=error.sentence)
    if isinstance(there, str):
        return "cannot_see", there
    with read_scope(house.engine) as session:
        return _judge(house, session, remedy, delivery, item, there.get(item.position))


def _judge(
    house: House, session: Session, remedy: Remedy, delivery: Delivery, item: Item, there: Standing | None
) -> tuple[str, str]:
    """What is seen beside what should be."""
    action = remedy.action
    if action == "by_hand":  # a retraction is to be gone, whoever did it; what a correction did by hand is not known
        action = "withdraw" if session.get_one(Recall, remedy.recall_id).kind == "retraction" else "remark"
    if action in GONE_FOR_GOOD:
        is_live = there is not None and there.state == "live"
        return (
            ("there_again", f"{there.address or item.address} 又能看到了。")
            if is_live and there
            else ("as_it_should", "")
        )
    if there is None or there.state != "live":
        return "altered", "这一篇已经看不到了。"
    if action == "remark":
        return "cannot_see", "文章还在；平台不给看留言，请人打开看一眼。"
    kind, note = standing.compare(standing.signed_part(house, session, delivery, item), there)
    if kind == "as_it_should":
        return "as_it_should", ""
    former = standing.former_part(house, session, delivery, item)
    if former is not None and standing.looks_like(former, there):
        return "there_again", "更正前的内容又回来了。"
    return "altered", f"{note}。"


def _own(house: House, account: Account, clock: TimeSource) -> list[Survivor] | str:
    """Everything on our own site that is not as the rows say; a sentence where it cannot be looked at now."""
    with read_scope(house.engine) as session:
        unit = session.get_one(Unit, account.unit_id).slug
    try:
        with sites.held(house, unit, clock()) as site:
            return [one for one in survivors(house, site, clock()) if one.counts]
    except ChannelError as error:
        return NOT_NOW.format(words=error.sentence)


def _of_own(seen: list[Survivor] | str, story: str) -> tuple[str, str]:
    """What of it is this story's: whatever else is wrong there is told by the night's look, and is no matter of this
    order."""
    if isinstance(seen, str):
        return AWAY, seen
    left = [one for one in seen if one.story == story]
    return ("altered", f"{left[0].path}：{left[0].sentence}。") if left else ("as_it_should", "")
