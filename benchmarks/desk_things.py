"""One of everything that has a page of its own in the measured house, made the way the newsroom makes it where that is
more than a row: something in review, a flash, a recall, a freeze, a task by hand, a link for a phone …"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from benchmarks import desk_rows
from cms import checks, releases
from cms.db import session_scope
from cms.library.rows import Asset
from cms.matrix import Account
from cms.matrix.wires import seal_secrets
from cms.people import Person, appoint, invitations
from cms.people.roles import REVIEWER
from cms.people.rows import Contact
from cms.releases import Delivery, Freeze, handlinks, submitting
from cms.review import SealedSet, Submission, links
from cms.review.rows import SigningLink
from cms.stories import story_named
from cms.web import Desk
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.submissions import draw
from tests.people import apart, things

STORY = (
    "---\nslug: {slug}\nheadline: 成都量子网络开通\ndigest: 第一条线路连接两个园区。\nbyline: 记者 张三\n---\n\n"
    + "成都的量子网络今天开通。第一条线路连接两个园区，全长四十公里。\n\n" * 60
)
WALL = timedelta(hours=3)


def furnish(house: House, desk: Desk, now: datetime, everywhere: str, foreseen: str, frozen: str) -> dict[str, object]:
    """Their numbers by the names ``benchmarks.desk_pages`` asks for. ``everywhere``, ``foreseen``: stories that are
    out on all accounts of the units; ``frozen``: the unit with a freeze. The walls are down."""
    with session_scope(house.engine) as session:
        unit = desk_rows.unit_number(session, "chengdu")
        _connect(session, house)
    number = in_review(house, "shen-gao", "chengdu", "chengdu", "local", now)
    handed = in_review(house, "dai-fa", "chengdu", "chengdu", "local", now)
    above = in_review(house, "sheng-gao", "sichuan", "ganzi", "editor", now)
    issue, push, book = things.an_issue(desk.people, unit), things.a_push(desk.people), _book(house, now)
    apart.an_own_text(desk.people)
    target = "channel=site,feed,wechat,weibo,toutiao"
    flash = desk.press.flash("成都地震应急响应启动", "应急响应今天启动。", [target], "", "signer")
    recall = desk.press.order_retraction(everywhere, "数据有误", "本文数据有误，已撤回。", "keeper")
    for n in range(1, desk_rows.RECALLS):
        desk.press.order_retraction(f"gao-{21 * n + 22}", "数据有误", "本文数据有误，已撤回。", "keeper")
    with session_scope(house.engine) as session:
        release = session.get_one(Submission, above).release_id
        session.connection().execute(update(SealedSet).where(SealedSet.release_id == release).values(complete=True))
        task = _task(session, handed, now)
        session.flush()
        post = session.get_one(Delivery, task)
        giver = session.exec(select(Person).where(Person.login == "local")).one()
        hand = handlinks.give(session, post, giver.id, giver.login, now)
        phone = handlinks.use(session, handlinks.give(session, post, giver.id, giver.login, now), now)
        guest = invitations.add_person(session, "new.one", "新同事")
        invitation = invitations.invite(session, guest, "keeper", now, role=REVIEWER, unit_id=unit)
        link, signing = _link(session, house, number, unit, now)
        halt = Freeze(unit=frozen, reason="台风期间静默", by="signer", at=now - timedelta(hours=30))
        session.add(halt)
        session.flush()
        mine = select(Account.id).where(Account.unit_id == desk_rows.unit_number(session, frozen))
        standing = (Delivery.state == "held", col(Delivery.account_id).in_(mine))
        session.connection().execute(update(Delivery).where(*standing).values(frozen_by=halt.id))
        account = session.exec(select(Account.id).where(Account.key == "wechat:chengdu")).one()
        ours = select(Delivery.id).where(Delivery.account_id == account, Delivery.state == "published")
        return {
            "review": number, "issue": issue, "push": push, "book": book, "flash": flash, "recall": recall,
            "everywhere": foreseen, "above": "sheng-gao", "task": task, "hand": hand,
            "invitation": invitation, "link": link, "signing": signing,
            "phone": phone.id if phone else 0, "halt": halt.id, "account": account,
            "delivery": session.exec(ours.limit(1)).one(),
            "asset": session.exec(select(Asset.id).where(Asset.unit_id == unit).limit(1)).one(),
        }  # fmt: skip


def in_review(house: House, slug: str, where: str, to: str, by: str, now: datetime) -> int:
    """A story of the unit ``where`` for the accounts of ``to``, sent to review and drawn; its submission."""
    with session_scope(house.engine) as session:
        unit = desk_rows.unit_number(session, where)
    made = take_in_text(house, STORY.format(slug=slug), f"{slug}.md", house.drafts / slug, by, now, unit_id=unit)
    if made.is_blocked:
        raise RuntimeError(str(made.findings))
    with session_scope(house.engine) as session:
        story = story_named(session, slug)
        sender = session.exec(select(Person).where(Person.login == by)).one()
        if story is None:
            raise RuntimeError("the story is not there")
        target = releases.Target(("site", "wechat", "weibo", "toutiao"), (to,), alone=True)
        number = submitting.submit(session, story, sender, submitting.Order(now + timedelta(days=1), (target,)), now).id
    draw(house, now)
    return number


def _connect(session: Session, house: House) -> None:
    """Every account with an interface, to a platform that is never asked here."""
    for one in session.exec(select(Account).where(col(Account.channel).in_(("wechat", "weibo", "toutiao")))):
        one.transport = "api"
        if one.channel == "wechat":
            one.settings = {**one.settings, "kind": "subscription"}
        session.add(one)
        said = {"appid": f"wx{one.id}", "secret": "s", "access_token": "t", "uid": str(one.id), "kind": "subscription"}
        seal_secrets(session, house.wires.vault, one.id, said)


def _book(house: House, now: datetime) -> int:
    words = "word,kind\n" + "".join(f"错词第{n}号,错敏词\n" for n in range(desk_rows.WORDS))
    with session_scope(house.engine) as session:
        return checks.import_list(session, checks.parse(words.encode(), "list.csv"), "keeper", "list.csv", now).id


def _task(session: Session, submission: int, now: datetime) -> int:
    """A drawn delivery as one that a person has to post; its number."""
    release = session.get_one(Submission, submission).release_id
    mine = (Delivery.release_id == release, Delivery.account_id == Account.id, Account.channel == "weibo")
    number = session.exec(select(Delivery.id).where(*mine)).one()
    said = {"state": "handed_over", "deadline": now + WALL, "person": "local", "changed_at": now}
    session.connection().execute(update(Delivery).where(col(Delivery.id) == number).values(**said))
    return number


def _link(session: Session, house: House, submission: int, unit: int, now: datetime) -> tuple[str, int]:
    """A leader without an account, and the link by which they may sign: its token and its number."""
    leader = Person(login="leader", name="领导", password_hash="")
    session.add(leader)
    session.flush()
    sealed = house.wires.vault.seal("13800000000", f"contact:{leader.id}:sms")
    session.add(Contact(person_id=leader.id, way="sms", sealed=sealed, shown="138****0000"))
    appoint(session, leader, REVIEWER, unit, "keeper", now)
    sender = session.exec(select(Person).where(Person.login == "local")).one()
    token = links.make(session, session.get_one(Submission, submission), leader, sender, now)
    return token, session.exec(select(SigningLink.id)).one()
