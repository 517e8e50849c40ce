"""Something of chengdu's on every page of 发布: a release with a delivery that stands still, a call back, a freeze; and
how each of their routes is asked for in the permission test."""

from typing import Any

from sqlmodel import select

from cms import recalls, review
from cms.db import session_scope
from cms.matrix import Account, Unit
from cms.people import PeopleDesk
from cms.releases import Delivery, Exemption, Freeze, Item, Release, ReleaseStory
from cms.releases.sightings import Sighting
from cms.stories import newest, story_named
from tests.people.house import NOON

HANDLE = {"编辑", "签发", "地市管理员", "省级管理员"}
STOP = {"签发", "地市管理员", "省级管理员"}
HANDS = {"记者", *HANDLE}
DECIDE = {"审核", "签发"}
FLASH = {"编辑", "审核", "签发", "地市管理员", "省级管理员"}
READ = {"记者", "编辑", "审核", "签发", "地市管理员", "省级管理员", "审计员"}
OWN = {"记者", "编辑"}
"""Who reaches no further than their own unit here."""


def furnish(people: PeopleDesk) -> dict[str, int]:
    """The rows, once a house: their numbers by name."""
    with session_scope(people.engine) as session:
        known = session.exec(select(Release).where(Release.title == "成都的快讯")).first()
        if known is not None:
            halt, order, remedy, stranger, exemption = known.author.split()
            mine = session.exec(select(Delivery.id).where(Delivery.release_id == known.id)).one()
            return {
                "release": known.id, "delivery": mine, "halt": int(halt), "recall": int(order), "remedy": int(remedy),
                "stranger": int(stranger), "exemption": int(exemption),
            }  # fmt: skip
        story = story_named(session, "chengdu-one")
        assert story
        revision = newest(session, story)
        assert revision
        account = session.exec(select(Account).where(Account.key == "wechat:chengdu")).one()
        unit = session.exec(select(Unit).where(Unit.slug == "chengdu")).one()
        freeze = Freeze(unit=unit.slug, reason="演练", by="chengdu.3", at=NOON)
        release = Release(
            title="成都的快讯", due_at=NOON, policy="lawful", author="", created_at=NOON, flash=True, review_by=NOON
        )
        session.add_all([freeze, release])
        session.flush()
        session.add(
            ReleaseStory(
                release_id=release.id, position=1, story_id=story.id, revision_id=revision.id, manuscript_hash="a" * 64
            )
        )
        delivery = Delivery(
            release_id=release.id, account_id=account.id, stories=[["chengdu-one", 1]], key="k" * 20, state="held",
            reason="停发期间错过发布时间", due_at=NOON, frozen_by=freeze.id, changed_at=NOON,
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        session.add(
            Item(
                delivery_id=delivery.id, position=1, story_id=story.id, origin_id=story.id, account_id=account.id,
                manuscript_hash="a" * 64, guid="g",
            )
        )  # fmt: skip
        session.flush()
        order = recalls.draft_retraction(session, story, "不实", "已撤回", "chengdu.1", NOON, policy=review.CORRECTION)
        remedy = next(one for one in recalls.plan_of(session, order) if one.delivery == delivery.key)
        seen = Sighting(account_id=account.id, kind="stranger", remote_id="a1", title="一条", since=NOON, at=NOON)
        session.add(seen)
        session.flush()
        exempt = Exemption(freeze_id=freeze.id, topic="防汛", reason="照发", by="chengdu.3", at=NOON)
        session.add(exempt)
        session.flush()
        release.author = f"{freeze.id} {order.id} {remedy.remedy} {seen.id} {exempt.id}"
        return {
            "release": release.id, "delivery": delivery.id, "halt": freeze.id, "recall": order.id,
            "remedy": remedy.remedy, "stranger": seen.id, "exemption": exempt.id,
        }  # fmt: skip


def asks(people: PeopleDesk) -> list[dict[str, Any]]:
    """One way to use each route; no form is filled in, so that nothing changes."""
    there = furnish(people)
    release, delivery = f"/releases/{there['release']}", f"/deliveries/{there['delivery']}"
    recall, halt = f"/recalls/{there['recall']}", f"/halts/{there['halt']}"
    draft, hand = "/stories/chengdu-one/recall", f"/hand-over/{there['delivery']}"
    flash = f"/flash/{there['release']}"
    found = [
        _get("delivering.page", "/releases", READ, of_unit=False),
        _get("delivering.release", release, READ),
        _get("delivering.delivery", delivery, READ),
        _post("delivering.retry", f"{delivery}/retry", HANDLE),
        _post("delivering.retry_all", f"{release}/retry", HANDLE),
        _post("delivering.as_signed", f"{release}/as-signed", {"签发"}),
        _post("delivering.hold", f"{delivery}/hold", HANDLE),
        _post("delivering.cancel", f"{delivery}/cancel", HANDLE),
        _post("delivering.adopt", f"{delivery}/adopt", HANDLE),
        _get("delivering.recalls", "/recalls", READ, of_unit=False),
        _get("delivering.recall", recall, READ),
        _get("delivering.report", f"{recall}/report", READ),
        _get("delivering.report_pdf", f"{recall}/report.pdf", READ),
        _get("delivering.draft", f"{draft}?kind=retraction", HANDLE),
        _post("delivering.order", draft, HANDLE, kind="retraction"),
        _get("delivering.decide", f"{recall}/decide", DECIDE),
        _post("delivering.approve", f"{recall}/approve", DECIDE),
        _post("delivering.reject", f"{recall}/reject", DECIDE),
        _post("delivering.done", f"/remedies/{there['remedy']}/done", HANDLE),
        _post("delivering.note_reads", f"{recall}/reads", HANDLE, remedy=str(there["remedy"])),
        _get("delivering.strangers", "/strangers", READ, of_unit=False),
        _post("delivering.claim", f"/strangers/{there['stranger']}/claim", HANDLE),
        _post("delivering.answer", f"/strangers/{there['stranger']}/answer", HANDLE, what="ours"),
        _get("delivering.halts", "/halts", READ, of_unit=False),
        _get("delivering.halt", halt, READ, of_unit=False),
        _post("delivering.stop", "/halts", STOP, unit="chengdu"),
        _post("delivering.thaw", f"{halt}/thaw", STOP),
        _post("delivering.exempt", f"{halt}/exempt", STOP),
        _post("delivering.end_exemption", f"{halt}/exemptions/{there['exemption']}/end", STOP),
        _post("delivering.items", f"{halt}/items", STOP),
        _get("delivering.flashes", "/flash", FLASH, of_unit=False),
        _post("delivering.announce", "/flash", {"编辑", "签发"}, unit="chengdu"),
        _get("delivering.flash_of", flash, FLASH),
        _post("delivering.issue", f"{flash}/issue", {"签发"}),
        _post("delivering.lift", f"{flash}/lift", {"编辑", "签发"}),
        _post("delivering.review", f"{flash}/review", DECIDE),
        _get("delivering.grey", "/grey", {"省级管理员"}, is_house=True),
        _post("delivering.switch", "/grey", {"省级管理员"}, is_house=True),
        _get("handing.page", "/hand-over", HANDS, of_unit=False),
        _get("handing.task", hand, HANDS),
        _get("handing.file", f"{hand}/files/nothing.png", set()),
        _post("handing.phone_link", f"{hand}/phone", HANDS),
        _post("handing.done", f"{hand}/done", HANDS),
        _post("handing.cannot", f"{hand}/cannot", HANDS),
        _get("handing.arrive", "/h/nothing", set()),
        _post("handing.open_task", "/h/nothing", set()),
        _get("handing.phone", "/phone/1", set()),
        _get("handing.phone_file", "/phone/1/files/nothing.png", set()),
        _post("handing.phone_done", "/phone/1/done", set()),
        _post("handing.phone_remedy", "/phone/1/remedies/1/done", set()),
    ]
    near = {"delivering.retry", "delivering.retry_all", "delivering.hold", "delivering.cancel", "delivering.adopt"}
    near |= {
        "delivering.draft",
        "delivering.order",
        "delivering.done",
        "delivering.note_reads",
        "delivering.claim",
        "delivering.answer",
    }
    return [
        {**one, "near": OWN} if one["endpoint"] in near or one["endpoint"].startswith("handing") else one
        for one in found
    ]


def _get(endpoint: str, path: str, roles: set[str], **more: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "method": "GET", "path": path, "roles": roles, **more}


def _post(endpoint: str, path: str, roles: set[str], *, is_house: bool = False, **words: str) -> dict[str, Any]:
    asked = {"endpoint": endpoint, "method": "POST", "path": path, "roles": roles, "sent": {"data": words}}
    return {**asked, "is_house": is_house}
