"""The checker bites where things are called back and stopped, and where readers see too much: each breach, planted in a
rehearsed house that kept every promise, is found and named. The house is rehearsed once; what is planted is rolled
back."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import escape

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from channels import slots
from channels.making.words import plain
from channels.values import LocalLead, LocalText, Manuscript, Paragraph, RegionBlock, Text
from cms import audit
from cms.db import session_scope
from cms.matrix import Account, Unit
from cms.releases import Delivery, Exemption, Freeze, Item, Recall, Release, Remedy, freeze
from cms.releases.exempting import parse_exempt
from cms.review import SealedRendition, SealedSet
from cms.stories import Story
from pipeline import checker, recalls
from pipeline.checker_readers import Told
from pipeline.checker_signed import told_by
from pipeline.intake import take_in_text
from pipeline.rehearsal.played import Asked, Played
from pipeline.rehearsal.script import Wanted
from pipeline.rehearsal.stage import AUTHOR, CHIEF
from pipeline.rehearse import rehearse

CALM = Asked(units=1, weather="none", seed=106, wanted=Wanted(days=2))
"""Corrections, a retraction of what was out, a freeze of everything, a flash that is over."""


DRAFT_WORDS = "还没有人签发的一句话写在这里不给读者看"


class _Undone(Exception):
    """What was planted is dug out again."""


@dataclass
class Seen:
    """What the checker is given; a planted breach may change any of it."""

    played: Played
    session: Session
    copies: list[checker.Copy]
    later: timedelta = timedelta()
    written: dict[str, str] = field(default_factory=dict)

    def one(self, kind: str, channel: str, action: str = "") -> tuple[Delivery, Remedy]:
        """The copy on ``channel`` that the recall of this ``kind`` dealt with."""
        query = (
            select(Delivery, Remedy)
            .where(Remedy.delivery_id == Delivery.id, Remedy.recall_id == Recall.id, Recall.kind == kind)
            .where(Remedy.account_id == Account.id, Account.channel == channel)
        )
        query = query.where(Remedy.action == action) if action else query
        found = self.session.exec(query.order_by(col(Remedy.id))).first()
        assert found is not None
        return found[0], found[1]

    def run(self, statement: str, **given: object) -> None:
        assert self.session.connection().execute(text(statement), given).rowcount > 0

    def start(self, delivery: Delivery) -> None:
        """The log says it was sent now, whatever stood against it."""
        said = {"from": "ready", "to": delivery.state, "reason": "", "key": delivery.key}
        now = self.played.stage.now
        audit.record(self.session, "pipeline", "delivery.send", f"delivery:{delivery.id}", said, now)

    def breaches(self) -> list[str]:
        boxes, stage = self.played.stage.sandboxes, self.played.stage
        self.session.flush()
        self.session.expire_all()
        now = stage.now + self.later
        sites = Overlaid(stage.house.sites, stage.house.manuscript, self.written)
        return checker.breaches(
            self.session, self.copies, boxes.sends(), stage.house.rendition, now, boxes.mends(), sites,
            struck=boxes.struck(),
        )  # fmt: skip

    def copy_of(self, delivery: Delivery) -> checker.Copy:
        """What readers have of a delivery."""
        return next(one for one in self.copies if one.key == delivery.key)

    def words(self, delivery: Delivery) -> str:
        """A sentence of the story a delivery carries."""
        item = self.session.exec(select(Item).where(Item.delivery_id == delivery.id)).one()
        return sentence_of(self.played, item.manuscript_hash)


@dataclass(frozen=True)
class Overlaid(checker.OurSites):
    """The sites as they are, with files somebody laid beside."""

    written: Mapping[str, str]

    def pages(self, unit: str) -> Iterator[tuple[str, str]]:
        yield from super().pages(unit)
        yield from self.written.items()

    def text(self, unit: str, path: str) -> str:
        return self.written.get(path) or super().text(unit, path)


def sentence_of(played: Played, digest: str) -> str:
    """The first sentence of a manuscript's second paragraph."""
    blocks = [one for one in played.stage.house.manuscript(digest).blocks if isinstance(one, Paragraph)]
    return plain(blocks[-1].text).partition("。")[0]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    found = rehearse(CALM, tmp_path_factory.mktemp("calm"))
    assert found.breaches == {}
    stage = found.stage
    take_in_text(
        stage.house, f"# 草稿一件\n\n{DRAFT_WORDS}。\n", "draft.md", stage.desk, AUTHOR, stage.now, slug="draft"
    )
    return found


@contextmanager
def planted(played: Played) -> Iterator[Seen]:
    """A turn in which anything may be broken: nothing of it is kept."""
    copies = [checker.Copy.of(one) for one in played.stage.sandboxes.copies()]
    try:
        with session_scope(played.stage.house.engine) as session:
            yield Seen(played, session, copies)
            raise _Undone
    except _Undone:
        pass


def _started_after(seen: Seen) -> None:
    seen.start(seen.one("retraction", "weibo")[0])


def _left_out(seen: Seen) -> None:
    """The rows say readers still have it, and the remedy says it is done."""
    delivery, remedy = seen.one("retraction", "weibo")
    seen.run("UPDATE items SET fate = 'published' WHERE id = :item", item=remedy.item_id)
    assert delivery.state == "withdrawn"


def _still_waits(seen: Seen) -> None:
    _, remedy = seen.one("retraction", "weibo")
    seen.run("UPDATE items SET fate = 'published' WHERE id = :item", item=remedy.item_id)
    seen.run("UPDATE remedies SET state = 'due', reason = '', next_at = NULL WHERE id = :number", number=remedy.id)
    seen.later = timedelta(days=2)


def _there_again(seen: Seen) -> None:
    delivery, _ = seen.one("retraction", "weibo")
    seen.copies = [replace(one, state="live") if one.key == delivery.key else one for one in seen.copies]


def _taken_away_for_good(seen: Seen) -> None:
    """What went out instead of the corrected copy is gone too, and every order about the story is settled."""
    _, remedy = seen.one("correction", "wechat", "reissue")
    item = seen.session.get_one(Item, remedy.item_id)
    assert item.fate == "withdrawn"
    seen.run("UPDATE items SET fate = 'superseded' WHERE story_id = :story AND account_id = :account "
             "AND fate IN ('published', 'amended')", story=item.story_id, account=item.account_id)  # fmt: skip


def _withdrawn_unasked(seen: Seen) -> None:
    delivery, _ = seen.one("retraction", "weibo")
    seen.run("DELETE FROM attempts WHERE step = 'withdraw' AND delivery_id = :number", number=delivery.id)


def _in_a_freeze(seen: Seen) -> None:
    freeze.freeze(seen.session, freeze.Scope("", "weibo", ""), "静默", CHIEF, seen.played.stage.now)
    seen.start(seen.one("correction", "weibo")[0])


def _exempt(seen: Seen, *wanted: str) -> Delivery:
    """A freeze of all Weibo with these exemptions, and the delivery of a corrected story there."""
    lets = [parse_exempt(one) for one in wanted]
    now = seen.played.stage.now
    freeze.freeze(seen.session, freeze.Scope("", "weibo", ""), "静默", CHIEF, now, lets=lets, why_lets="照发")
    return seen.one("correction", "weibo")[0]


def _exempt_something_else(seen: Seen) -> None:
    """Exempt are the flash, the words of no headline, and a unit above: not this one."""
    flash = seen.session.exec(select(Release).where(col(Release.flash))).one()
    slug = seen.session.exec(
        select(Story.slug).where(Story.id == Item.story_id, Item.delivery_id == Delivery.id)
        .where(Delivery.release_id == flash.id)
    ).first()  # fmt: skip
    seen.start(_exempt(seen, f"story={slug}", "topic=没有这样的标题", "unit=sichuan"))


def _exempt_no_more(seen: Seen) -> None:
    delivery = _exempt(seen, "account=weibo:chengdu")
    row = seen.session.exec(select(Freeze).order_by(col(Freeze.id).desc())).first()
    which = seen.session.exec(select(Exemption.id).order_by(col(Exemption.id).desc())).first()
    assert row is not None and which is not None
    freeze.end_exemption(seen.session, row, which, "收回", CHIEF, seen.played.stage.now)
    seen.start(delivery)


def _exempt_afterwards(seen: Seen) -> None:
    """It started first, and somebody exempted it then."""
    seen.start(_exempt(seen))
    row = seen.session.exec(select(Freeze).order_by(col(Freeze.id).desc())).first()
    assert row is not None
    freeze.exempt(seen.session, row, [parse_exempt("unit=chengdu")], "补", CHIEF, seen.played.stage.now)


def _exempt_by_nobody(seen: Seen) -> None:
    """A row the log knows nothing of exempts nothing."""
    delivery = _exempt(seen)
    row = seen.session.exec(select(Freeze.id).order_by(col(Freeze.id).desc())).first()
    assert row is not None
    now = seen.played.stage.now
    seen.session.add(Exemption(freeze_id=row, account_id=delivery.account_id, reason="?", by=CHIEF, at=now))
    seen.start(delivery)


def _flash(seen: Seen) -> Release:
    return seen.session.exec(select(Release).where(col(Release.flash))).one()


def _flash_unreviewed(seen: Seen) -> None:
    """Nobody reviewed it afterwards, and nobody was told that the review is due."""
    number = _flash(seen).id
    seen.run("UPDATE releases SET reviewed_at = NULL WHERE id = :number", number=number)
    seen.run("DELETE FROM notices WHERE subject = :subject", subject=f"release:{number}")


def _flash_late(seen: Seen) -> None:
    """Its review is two days late, and the log never says that somebody was called."""
    seen.run("UPDATE releases SET reviewed_at = NULL WHERE id = :number", number=_flash(seen).id)
    seen.later = timedelta(days=2)


def _flash_after(seen: Seen) -> None:
    flash = _flash(seen)
    found = seen.session.exec(select(Delivery).where(Delivery.release_id == flash.id)).first()
    assert found is not None and flash.expires_at is not None and flash.expires_at < seen.played.stage.now
    seen.start(found)


def _flash_never_over(seen: Seen) -> None:
    seen.run("UPDATE remedies SET state = 'off' WHERE action = 'expire'")


def _flash_slow(seen: Seen) -> None:
    """Readers of Weibo saw it a second too late, and nothing stood in its way."""
    flash = _flash(seen)
    keys = {one.key for one in seen.session.exec(select(Delivery).where(Delivery.release_id == flash.id))}
    late = flash.due_at + timedelta(seconds=61)
    slow = [one for one in seen.copies if one.key in keys and one.account.startswith("weibo")]
    assert slow
    seen.copies = [replace(one, at=late) if one in slow else one for one in seen.copies]


def _flash_unseen(seen: Seen) -> None:
    flash = _flash(seen)
    keys = {one.key for one in seen.session.exec(select(Delivery).where(Delivery.release_id == flash.id))}
    seen.copies = [one for one in seen.copies if not (one.key in keys and one.account.startswith("wechat"))]


def _retracted_words(seen: Seen) -> None:
    delivery, _ = seen.one("retraction", "site")
    seen.written["c/kepu/index.html"] = f"<li><b>{seen.words(delivery)}</b>。</li>"


def _retracted_in_the_feed(seen: Seen) -> None:
    """Feeds escape their markup: the words stand in a description, escaped once more."""
    delivery, _ = seen.one("retraction", "feed")
    seen.written["old.xml"] = f"<item><description>&lt;p&gt;{seen.words(delivery)}。&lt;/p&gt;</description></item>"


def _out_on_our_site(seen: Seen) -> Delivery:
    query = select(Delivery).where(Delivery.account_id == Account.id, Account.channel == "site")
    query = query.where(Delivery.state == "published", col(Delivery.release_id) == Release.id)
    found = seen.session.exec(query.where(col(Release.flash).is_(False)).order_by(col(Delivery.id))).first()
    assert found is not None
    return found


def _site_and_feed(seen: Seen, statement: str) -> None:
    """For both of our outputs that show the story: a page may show what the feed may."""
    release = _out_on_our_site(seen).release_id
    seen.run(statement, release=release)


def _before_its_time(seen: Seen) -> None:
    _site_and_feed(seen, "UPDATE items SET fate = 'planned' WHERE delivery_id IN "
                         "(SELECT id FROM deliveries WHERE release_id = :release)")  # fmt: skip


def _unsigned(seen: Seen) -> None:
    release = _out_on_our_site(seen).release_id
    seen.session.connection().execute(text("DROP TRIGGER wall_sealed_sets_update"))
    seen.run("UPDATE sealed_sets SET complete = false WHERE release_id = :release", release=release)


def _a_draft(seen: Seen) -> None:
    """A version of a story that was saved, and never released."""
    seen.written["preview.html"] = f"<h1>{DRAFT_WORDS}</h1>"


def _nobody_sent(seen: Seen) -> None:
    seen.written["s/nobody.html"] = "<p>短。</p>"


def _another_units(seen: Seen) -> None:
    """The story is the local version of another prefecture."""
    delivery = _out_on_our_site(seen)
    item = seen.session.exec(select(Item).where(Item.delivery_id == delivery.id)).one()
    other = seen.session.exec(select(Unit).where(Unit.slug == "sichuan")).one()
    away = Unit(slug="elsewhere", name="别处", short="别处", parent_id=other.id)
    seen.session.add(away)
    seen.session.flush()
    original = seen.session.exec(select(Story.id).where(Story.id != item.story_id)).first()
    statement = "UPDATE stories SET origin_id = :origin, unit_id = :unit WHERE id = :story"
    seen.run(statement, origin=original, unit=away.id, story=item.story_id)


def _strange_words(seen: Seen) -> None:
    """A post says what another story says that is not in its delivery."""
    gone, _ = seen.one("retraction", "weibo")
    words = seen.words(gone)
    at = next(number for number, one in enumerate(seen.copies) if one.state == "live" and one.key != gone.key)
    seen.copies[at] = replace(seen.copies[at], body=f"{seen.copies[at].body}\n{words}。")


def _out_on(seen: Seen, channel: str) -> Delivery:
    """Something that is out on this channel and was not called back."""
    query = select(Delivery).where(Delivery.account_id == Account.id, Account.channel == channel)
    query = query.where(col(Delivery.state).in_(("published", "handed_over")))
    found = seen.session.exec(query.order_by(col(Delivery.id))).first()
    assert found is not None
    return found


def _unsigned_bytes(channel: str) -> Callable[[Seen], None]:
    """The wall fell: a delivery carries another rendition than the one in its signed set."""

    def plant(seen: Seen) -> None:
        seen.session.connection().execute(text("DROP TRIGGER wall_deliveries_update"))
        one = _out_on(seen, channel)
        rows = seen.session.exec(select(Delivery).where(Delivery.account_id == one.account_id, Delivery.id != one.id))
        other = next(each for each in rows if each.rendition_hash not in ("", one.rendition_hash))
        seen.run("UPDATE deliveries SET rendition_hash = :other WHERE id = :number", other=other.rendition_hash,
                 number=one.id)  # fmt: skip

    return plant


def _edited_post(channel: str) -> Callable[[Seen], None]:
    """What was put in the place of the post's words is in no signed set."""

    def plant(seen: Seen) -> None:
        key = _out_on(seen, channel).key
        seen.copies = [replace(one, edited=f"{one.body}。多了一句") if one.key == key else one for one in seen.copies]

    return plant


def _edited_page(channel: str) -> Callable[[Seen], None]:
    """On our own page one word is another than was signed."""

    def plant(seen: Seen) -> None:
        stage = seen.played.stage
        one = _out_on(seen, channel)
        part = stage.house.rendition(one.rendition_hash).parts[0]
        path = "feed.xml" if channel == "feed" else f"s/{part.story}.html"
        there = (stage.house.sites / "chengdu" / path).read_text(encoding="utf-8")
        word = sentence_of(seen.played, seen.session.exec(
            select(Item.manuscript_hash).where(Item.delivery_id == one.id)).one())  # fmt: skip
        assert word in there
        seen.written[path] = there.replace(word, f"{word[:-1]}另")

    return plant


def _old_page(seen: Seen) -> None:
    """The page of a corrected story shows again what it showed before: signed then, and not any more."""
    remedy = seen.session.exec(
        select(Remedy).where(Remedy.action == "amend", Remedy.account_id == Account.id, Account.channel == "site")
        .where(Remedy.state == "done", Delivery.id == Remedy.delivery_id, Delivery.state == "amended")
    ).first()  # fmt: skip
    assert remedy is not None
    stage, release = seen.played.stage, seen.session.get_one(Delivery, remedy.delivery_id).release_id
    query = select(SealedRendition.rendition_hash).where(SealedRendition.delivery_id == remedy.delivery_id)
    first = seen.session.exec(query.where(SealedRendition.sealed_set_id == SealedSet.id,
                                          SealedSet.release_id == release)).one()  # fmt: skip
    item = seen.session.get_one(Item, remedy.item_id)
    part = stage.house.rendition(first).parts[0]
    assert first != remedy.rendition_hash
    seen.written[f"s/{part.story}.html"] = f"<main>{slots.fill(part, item.fills).body}</main>"


def _signed_afterwards(seen: Seen) -> None:
    """A set was signed an hour after readers had it."""
    one = _out_on(seen, "wechat")
    seen.session.connection().execute(text("DROP TRIGGER wall_signatures_update"))
    at = (seen.copy_of(one).at + timedelta(hours=1)).replace(tzinfo=None)
    seen.run("UPDATE signatures SET signed_at = :at WHERE sealed_set_id = :number", at=at, number=one.sealed_set_id)


BREAKS: dict[str, tuple[Callable[[Seen], None], str]] = {
    "a send after the retraction": (_started_after, "I8 weibo:.* started .* after recall"),
    "a copy called back that nobody answers for": (_left_out, "I8 weibo:.* nobody is named for it"),
    "a copy that waits without a reason": (_still_waits, r"I8 weibo:.* still waits \(due\)"),
    "a copy called back and there again": (_there_again, "I8 weibo:.* is withdrawn and live"),
    "a corrected copy that is gone for good": (_taken_away_for_good, "I8 wechat:.* has no copy of .* any more"),
    "a deletion without an intent": (_withdrawn_unasked, "I3 weibo:.* was changed .* fewer attempts"),
    "a send during a freeze": (_in_a_freeze, "R20 weibo:.* started .* while freeze"),
    "a send while something else is exempt": (_exempt_something_else, "R20 weibo:.* started .* while freeze"),
    "a send when it is exempt no more": (_exempt_no_more, "R20 weibo:.* started .* while freeze"),
    "a send before it was exempt": (_exempt_afterwards, "R20 weibo:.* started .* while freeze"),
    "a send exempt without an entry": (_exempt_by_nobody, "R20 weibo:.* started .* while freeze"),
    "a flash nobody reviewed or was told of": (_flash_unreviewed, "R1 flash .* nobody was told"),
    "a flash whose review is late": (_flash_late, "R1 flash .* nobody was told"),
    "a flash sent after it was over": (_flash_after, "R20 flash .* after it was over"),
    "a flash somebody may still post": (_flash_never_over, "R20 toutiao:.* does not know that flash .* is over"),
    "a flash our pages never end": (_flash_never_over, "R20 site:.* does not say that flash .* is over"),
    "a post edited into what nobody signed": (_edited_post("weibo"), "I6 weibo:.* was edited into what nobody signed"),
    "an article edited so": (_edited_post("wechat"), "I6 wechat:.* was edited into what nobody signed"),
    "a page with another word": (_edited_page("site"), "I6 site:.* shows what nobody signed as s/"),
    "a feed with another word": (_edited_page("feed"), "I6 feed:.* shows what nobody signed as s/"),
    "a corrected page as it was before": (_old_page, "I6 site:.* shows what nobody signed as s/"),
    "an article signed too late": (_signed_afterwards, "I6 wechat:.* went out 1:00:00 before it was signed"),
    **{
        f"unsigned bytes on {one}": (_unsigned_bytes(one), f"I6 {one}:.* carries a rendition nobody signed")
        for one in ("weibo", "wechat", "site", "feed", "toutiao")
    },
    "a flash out too late": (_flash_slow, "R20 flash .* was seen on weibo:chengdu 61 s after its signature"),
    "a flash an account never showed": (_flash_unseen, "R20 flash .* was seen on wechat:chengdu not at all"),
    "words of a retracted story on a list": (_retracted_words, r"I14 chengdu c/kepu/index.html .* \(withdrawn\)"),
    "words of a retracted story in a feed": (_retracted_in_the_feed, r"I14 chengdu old.xml .* \(withdrawn\)"),
    "a page before its time": (_before_its_time, r"I14 chengdu s/.* \(before its time\)"),
    "a page nobody signed": (_unsigned, r"I14 chengdu s/.* \(unsigned\)"),
    "a copy nobody signed": (_unsigned, r"I14 weibo:chengdu .* is seen and its set is not signed"),
    "a draft on the site": (_a_draft, r"I14 chengdu preview.html .* \(not for this unit, or .* nobody signed\)"),
    "a page nobody sent": (_nobody_sent, "I14 chengdu shows s/nobody.html"),
    "a page of another unit": (_another_units, r"I14 chengdu s/.* \(another unit's\)"),
    "a copy of another unit": (_another_units, "I14 weibo:chengdu .* which is another unit's"),
    "a post with strange words": (_strange_words, r"I14 .* shows words of .* \(no part of this delivery\)"),
}


@pytest.mark.keeps("rehearsal")
@pytest.mark.parametrize("name", BREAKS)
def test_a_breach_of_what_was_called_back_or_stopped_is_named(played: Played, name: str) -> None:
    breaking, words = BREAKS[name]
    with planted(played) as seen:
        assert seen.breaches() == []
        breaking(seen)
        found = seen.breaches()
        assert any(re.match(words, one) for one in found), found


@pytest.mark.keeps("freeze")
@pytest.mark.parametrize("kind", ["account", "unit", "story", "topic"])
def test_what_is_exempt_may_start(played: Played, kind: str) -> None:
    with planted(played) as seen:
        delivery, _ = seen.one("correction", "weibo")
        slug = str(delivery.stories[0][0])
        headline = seen.session.exec(select(Story.headline).where(Story.slug == slug)).one()
        names = {"account": "weibo:chengdu", "unit": "chengdu", "story": slug, "topic": headline[:6]}
        seen.start(_exempt(seen, f"{kind}={names[kind]}"))
        assert not any("while freeze" in one for one in seen.breaches())


@pytest.mark.keeps("freeze")
def test_a_push_of_which_one_story_is_not_exempt_is_named(played: Played) -> None:
    with planted(played) as seen:
        delivery, _ = seen.one("correction", "weibo")
        mine = seen.session.exec(select(Item).where(Item.delivery_id == delivery.id)).one()
        other = seen.session.exec(select(Story).where(Story.id != mine.story_id)).first()
        assert other is not None
        seen.session.add(
            Item(
                delivery_id=delivery.id, position=2, story_id=other.id, origin_id=other.id,
                account_id=delivery.account_id, manuscript_hash=mine.manuscript_hash, guid="second", fate="superseded",
            )
        )  # fmt: skip
        seen.start(_exempt(seen, f"story={delivery.stories[0][0]}"))
        assert any("while freeze" in one for one in seen.breaches())


def test_a_correction_without_an_intent_is_named(played: Played) -> None:
    """WeChat's copy of a corrected story is deleted for the new one: that call too had its row."""
    with planted(played) as seen:
        delivery, remedy = seen.one("correction", "wechat")
        step = "withdraw" if remedy.action == "reissue" else remedy.action
        seen.run("DELETE FROM attempts WHERE step = :step AND delivery_id = :number", step=step, number=delivery.id)
        assert any("I3 wechat:" in one and "fewer attempts" in one for one in seen.breaches())


def test_what_a_proposed_retraction_stops_waits_for_the_decision_and_somebody_knows(played: Played) -> None:
    """先停后审: no breach while the order is open and told of; one when nobody was told, one once it was decided."""
    house, now = played.stage.house, played.stage.now
    with planted(played) as seen:
        weibo, _ = seen.one("correction", "weibo")
        slug = str(weibo.stories[0][0])
    number = recalls.order_retraction(house, slug, "来源单位要求撤下", "本稿已撤下。", AUTHOR, now)
    with planted(played) as seen:
        mine = "(SELECT delivery_id FROM items WHERE origin_id = (SELECT origin_id FROM recalls WHERE id = :number))"
        unsent = f"UPDATE deliveries SET state = 'ready', due_at = :at WHERE id IN {mine} AND state = 'published'"
        at = (now - timedelta(hours=3)).replace(tzinfo=None)
        seen.run(unsent, number=number, at=at)
        waits = [one for one in seen.breaches() if one.startswith("I2")]
        assert waits == []
        seen.run("DELETE FROM notices WHERE subject = :subject", subject=f"recall:{number}")
        assert any("waits for the decision" in one for one in seen.breaches())
        seen.run("UPDATE recalls SET state = 'approved', approved_by = :by, approved_at = :at WHERE id = :number",
                 number=number, by=CHIEF, at=now.replace(tzinfo=None))  # fmt: skip
        assert any(one.startswith("I2") and "is still ready" in one for one in seen.breaches())


@pytest.mark.proves("I2")
def test_what_is_taken_back_late_in_the_day_has_two_hours_from_the_order(played: Played) -> None:
    """A deletion that waits for the platform's new day: its two hours begin with the order, not with the story."""
    with planted(played) as seen:
        delivery, remedy = seen.one("retraction", "weibo")
        now = seen.played.stage.now.replace(tzinfo=None)
        seen.run("UPDATE deliveries SET state = 'withdrawing' WHERE id = :number", number=delivery.id)
        seen.run("UPDATE remedies SET state = 'due', reason = '次数用完', next_at = :at WHERE id = :number",
                 number=remedy.id, at=now)  # fmt: skip
        for hours, told in ((1, 0), (3, 1)):
            at = now - timedelta(hours=hours)
            seen.run("UPDATE recalls SET approved_at = :at WHERE id = :number", at=at, number=remedy.recall_id)
            late = [one for one in seen.breaches() if one.startswith(f"I2 {delivery.key} is still withdrawing")]
            assert len(late) == told


def test_words_for_one_prefecture_alone_are_no_others(played: Played) -> None:
    """A block for one unit, and a local lead: read there and below, a leak anywhere else; the rest is everybody's."""
    everybody, alone, lead = (
        f"{name}看到的这一句话要足够长才算数" for name in ("大家都能", "只有宜宾", "开头只给泸州")
    )
    said = {one: (Text(text=one),) for one in (everybody, alone, lead)}
    blocks = (
        LocalLead(texts=(LocalText(unit="luzhou", text=said[lead]),)),
        Paragraph(text=said[everybody]),
        RegionBlock(units=("yibin",), blocks=(Paragraph(text=said[alone]),)),
    )
    manuscript = Manuscript(slug="one", headline="一篇", blocks=blocks)
    told = Told.of({"hash": "one"}, lambda digest: manuscript)
    page = f"<p>{everybody}。</p><blockquote><p>{alone}。</p><p>{lead}。</p></blockquote>"

    def leaks(*path: str) -> list[str]:
        return [one for one, _ in told.leaks(page, frozenset({"hash"}), path)]

    assert leaks("yibin", "sichuan") == [lead]
    assert leaks("luzhou", "sichuan") == [alone]
    assert leaks("chengdu", "sichuan") == sorted((alone, lead))
    assert [one for one, _ in told.leaks(page, frozenset(), ("chengdu",))] == sorted((everybody, alone, lead))


def test_a_feed_says_the_same_in_either_way_of_writing() -> None:
    body = "<p>高校&amp;企业，a &lt; b</p>"
    for written in (f"<![CDATA[{body}]]>", escape(body)):
        assert body in told_by(f"<rss><channel><item><link>s/a.html</link><x>{written}</x></item></channel></rss>")
    assert told_by("<rss>&") == told_by("") == ""
