"""What the person on duty does in the platforms' consoles for recalls: deletes, edits, says something, reports it."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import col, select

from channels import slots
from channels.making.sandbox.book import Post
from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.recalls import FLYING, RecallError
from cms.releases import Delivery, HandlingError, Item, LostRace, Recall, Remedy
from pipeline.rehearsal.stage import EDITOR, Stage

Done = tuple[str, str, datetime, str]
"""What was done, on which account, since when it had waited, and why it was a person's."""


def see_to_remedies(stage: Stage) -> Iterator[Done]:
    """Everything a recall left to a person, one after the other."""
    with read_scope(stage.house.engine) as session:
        query = (
            select(Remedy)
            .where(Remedy.delivery_id == Delivery.id, Remedy.state == "by_hand", col(Remedy.action) != "wait")
            .where(col(Delivery.state).not_in(FLYING), col(Delivery.state) != "held")
        )
        waiting = list(session.exec(query.order_by(col(Remedy.id))))
    for remedy in waiting:
        done = _see_to(stage, remedy)
        if done is not None:
            yield done


def _see_to(stage: Stage, remedy: Remedy) -> Done | None:
    with read_scope(stage.house.engine) as session:
        item, delivery, account = recalls.place_of(session, remedy)
        recall = session.get_one(Recall, remedy.recall_id)
    was_posted = delivery.state != "handed_over"
    is_gone = recall.kind == "retraction" or remedy.action in ("withdraw", "reissue")
    what = "平台后台删除" if is_gone else "平台后台更正"
    if was_posted:
        _in_console(stage, remedy, delivery, item, account, is_gone=is_gone)
    note = "已在平台后台处理，刷新后核对过" if was_posted else "还没有发，旧的不发了"
    try:
        with session_scope(stage.house.engine) as session:
            row = session.get_one(Remedy, remedy.id)
            recalls.done_by_hand(session, row, EDITOR, note, stage.now, was_posted=was_posted)
    except (RecallError, HandlingError, LostRace):
        return None  # it moved on by itself
    return what, account.key, remedy.changed_at, remedy.reason


def _in_console(
    stage: Stage, remedy: Remedy, delivery: Delivery, item: Item, account: Account, *, is_gone: bool
) -> None:
    """The hand at the platform: readers see it change. A platform without a sandbox is only told of."""
    for post in _posts(stage, delivery, item, account):
        if is_gone:
            stage.sandboxes.book.change(post.id, "deleted")
        elif remedy.rendition_hash and not recalls.is_remark(remedy.rule):
            part = stage.house.rendition(remedy.rendition_hash).parts[item.position - 1]
            body = slots.fill(part, item.fills).body
            stage.sandboxes.book.rewrite(post.id, part.field("title") or post.title, body)


def _posts(stage: Stage, delivery: Delivery, item: Item, account: Account) -> list[Post]:
    if account.channel not in stage.sandboxes.platforms:
        return []
    book = stage.sandboxes.book
    theirs = next((theirs for theirs, ours in book.things(account.channel, "name").items() if ours == account.key), "")
    live = book.posts(account.channel, theirs, "live")
    return [one for one in live if delivery.key in one.carried and int(one.more.get("position", 1)) == item.position]
