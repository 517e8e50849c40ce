"""单独编辑 from the desk to the reader: what a channel says of its own is what goes out there, signed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from cms import releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account, profiles_of
from cms.people import Person
from cms.releases import Delivery
from cms.review import SealedSet
from cms.stories import Revision, StaleError, mark_of, newest, own_texts, story_named, texts_of
from cms.web.preview import Previewer
from pipeline import ledger, press
from pipeline import own_texts as room
from pipeline.backup import closure
from pipeline.export import export_story
from pipeline.house import House
from pipeline.intake import bring_in, take_in, take_in_text
from pipeline.serve import desk_of
from tests.pipeline.conftest import NOW

SHORT = "---\nheadline: 微博的题\ndigest: 只有微博读者看得到。\n---\n\n只有微博读者看得到。\n"


def revision_of(house: House, slug: str = "hong-tu") -> Revision:
    with read_scope(house.engine) as session:
        found = story_named(session, slug)
        last = newest(session, found) if found else None
    assert last is not None
    return last


def released(house: House, targets: str = "channel=*", policy: review.Policy = review.REHEARSAL) -> int:
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, ["hong-tu"])
        due = NOW + timedelta(days=1)
        number = releases.plan(session, chosen, releases.parse_target(targets), due, "editor", policy, NOW).id
    press.render_release(house, number, NOW)
    return number


def shown(house: House, release: int) -> dict[str, str]:
    """By account, everything its rendition says."""
    with read_scope(house.engine) as session:
        rows = session.exec(
            select(Account, Delivery.rendition_hash).where(
                Delivery.account_id == Account.id, Delivery.release_id == release
            )
        ).all()
    return {one.key: str(house.rendition(digest).parts[0]) for one, digest in rows}


@pytest.fixture
def cut_house(house: House, story: Path) -> House:
    take_in(house, story, "editor", NOW)
    room.cut(house, "hong-tu", "weibo", "editor", NOW)
    room.write(house, "hong-tu", "weibo", SHORT, "editor", NOW, None)
    return house


def test_each_channel_shows_its_own_text_and_the_others_the_main_one(cut_house: House) -> None:
    room.cut(cut_house, "hong-tu", "site", "editor", NOW)
    room.write(cut_house, "hong-tu", "site", SHORT.replace("微博", "微站"), "editor", NOW, None)
    said = shown(cut_house, released(cut_house))
    for account, words in said.items():
        channel = account.partition(":")[0]
        own = {"weibo": "只有微博读者看得到", "site": "只有微站读者看得到", "feed": "只有微站读者看得到"}.get(channel)
        assert ("一句话说清楚" in words) == (own is None), account  # the main text's digest
        assert own is None or own in words
    assert "四川黑科技" in said["site:chengdu"]  # the column is the story's


def test_the_preview_is_what_is_published(cut_house: House) -> None:
    """One function: the phone's screen and the bytes that are signed."""
    release = released(cut_house)
    desk = desk_of(cut_house, lambda: NOW)
    previewer = Previewer(desk)
    with read_scope(cut_house.engine) as session:
        rows = session.exec(select(Delivery).where(Delivery.release_id == release)).all()
        profiles = profiles_of(session, [one.account_id for one in rows])
    main, own = revision_of(cut_house).text, {"weibo": SHORT}
    made = previewer.frozen(main, "hong-tu", own)
    assert made.manuscript is not None
    for one in rows:
        profile = profiles[one.account_id]
        drawn, _ = previewer.rendered(made.shown_on(profile.channel), profile)
        assert drawn == cut_house.rendition(one.rendition_hash), profile.account
    assert {one.channel for one in profiles.values()} == {"site", "feed", "wechat", "weibo", "toutiao"}


def test_a_later_main_text_leaves_the_own_one_and_is_told(cut_house: House) -> None:
    main = revision_of(cut_house).text.replace("第一段", "改过的第一段")
    take_in_text(cut_house, main, "hong-tu.md", cut_house.drafts / "hong-tu", "editor", NOW, slug="hong-tu")
    with read_scope(cut_house.engine) as session:
        found = story_named(session, "hong-tu")
        assert found
        own = own_texts(session, found)["weibo"]
    assert own.is_behind and own.text == SHORT and "改过的第一段" in own.main
    said = shown(cut_house, released(cut_house))
    assert "改过的第一段" in said["wechat:chengdu"] and "只有微博读者看得到" in said["weibo:chengdu"]


def test_what_is_the_storys_comes_from_the_main_text_also_later(cut_house: House) -> None:
    main = revision_of(cut_house).text.replace("byline: 记者 张三", "byline: 记者 李四\nai_label: AI 辅助整理")
    take_in_text(cut_house, main, "hong-tu.md", cut_house.drafts / "hong-tu", "editor", NOW, slug="hong-tu")
    variant = cut_house.shown_on(revision_of(cut_house).manuscript_hash, "weibo")
    assert (variant.byline, variant.ai_label, variant.headline) == (("记者 李四",), "AI 辅助整理", "微博的题")


def test_tied_again_it_shows_the_main_text_and_the_own_one_stays_in_the_history(cut_house: House) -> None:
    before = revision_of(cut_house).manuscript_hash
    room.follow(cut_house, "hong-tu", "weibo", "editor", NOW)
    assert "variants" not in str(cut_house.store.get(revision_of(cut_house).manuscript_hash))
    assert "一句话说清楚" in shown(cut_house, released(cut_house))["weibo:chengdu"]
    room.cut(cut_house, "hong-tu", "weibo", "editor", NOW)
    room.write(cut_house, "hong-tu", "weibo", SHORT, "editor", NOW, None)
    assert revision_of(cut_house).manuscript_hash == before  # the same texts are the same manuscript


def test_two_who_write_one_channel_do_not_overwrite(cut_house: House) -> None:
    mine = SHORT.replace("读者", "网友")
    room.write(cut_house, "hong-tu", "weibo", mine, "editor", NOW, mark_of(SHORT))
    with pytest.raises(StaleError, match="单独版本"):
        room.write(cut_house, "hong-tu", "weibo", SHORT + "\n又一段。\n", "yi", NOW, mark_of(SHORT))
    with read_scope(cut_house.engine) as session:
        found = story_named(session, "hong-tu")
        assert found and texts_of(session, found)["weibo"].text == mine


def test_a_channel_without_words_of_its_own_is_not_cut(cut_house: House) -> None:
    for channel in ("feed", "douyin", "shipinhao"):
        with pytest.raises(Exception, match="没有自己的文字"):
            room.cut(cut_house, "hong-tu", channel, "editor", NOW)
    with pytest.raises(Exception, match="不能是空的"):
        room.write(cut_house, "hong-tu", "weibo", " \n", "editor", NOW, None)


def test_what_is_wrong_in_one_channels_text_holds_that_channel_alone(cut_house: House) -> None:
    room.write(cut_house, "hong-tu", "weibo", SHORT + "\n![图](no.jpg)\n", "editor", NOW, None)
    release = released(cut_house)
    with read_scope(cut_house.engine) as session:
        rows = session.exec(
            select(Account.channel, Delivery.state, Delivery.reason).where(
                Delivery.account_id == Account.id, Delivery.release_id == release
            )
        ).all()
    assert {channel for channel, state, _ in rows if state == "held"} == {"weibo"}
    assert all("no.jpg" in reason for _, state, reason in rows if state == "held")


def test_an_export_carries_the_own_texts_and_comes_back_the_same(
    cut_house: House, make_house: Callable[..., House], tmp_path: Path
) -> None:
    picture = SHORT + '\n![一张红色的图](pictures/red.png){credit="本社"}\n'
    room.write(cut_house, "hong-tu", "weibo", picture, "editor", NOW, None)
    export_story(cut_house, "hong-tu", tmp_path / "out", NOW)
    folder = tmp_path / "out" / "story"
    assert sorted(one.name for one in folder.glob("*.md")) == ["hong-tu.md", "hong-tu.weibo.md"]
    other = make_house(root=tmp_path / "other")
    made = bring_in(other, folder, "editor", NOW)
    assert [one.slug for one in made] == ["hong-tu"]
    assert revision_of(other).manuscript_hash == revision_of(cut_house).manuscript_hash
    (folder / "hong-tu.weibo.md").unlink()
    bring_in(other, folder, "editor", NOW)  # a file that is not there ties nothing again
    assert revision_of(other).manuscript_hash == revision_of(cut_house).manuscript_hash


def test_a_backup_of_the_rows_names_the_own_texts(cut_house: House) -> None:
    held = cut_house.manuscript(revision_of(cut_house).manuscript_hash)
    assert dict(held.variants)["weibo"] in closure(cut_house, {revision_of(cut_house).manuscript_hash})


# --------------------------------------------------------------------------- nothing unsigned goes out


def sign(house: House, subject: SealedSet | str, step: str, login: str) -> None:
    with session_scope(house.engine) as session:
        person = session.exec(select(Person).where(Person.login == login)).one()
        held = session.get_one(SealedSet, subject.id) if isinstance(subject, SealedSet) else subject
        review.sign(session, held, step, person, "同意", NOW)


@pytest.fixture
def lawful(make_house: Callable[..., House], story: Path) -> House:
    house = make_house(demo=False, channels=("weibo",))
    take_in(house, story, "editor", NOW)
    room.cut(house, "hong-tu", "weibo", "editor", NOW)
    room.write(house, "hong-tu", "weibo", SHORT, "editor", NOW, None)
    return house


def test_a_channels_text_changed_after_the_first_signature_begins_again(lawful: House) -> None:
    release = released(lawful, policy=review.LAWFUL)
    number = press.seal_release(lawful, release, NOW)
    with read_scope(lawful.engine) as session:
        sealed = session.get_one(SealedSet, number)
    sign(lawful, sealed.manuscripts[0], review.FIRST, "yi")
    room.write(lawful, "hong-tu", "weibo", SHORT.replace("读者", "网友"), "editor", NOW, None)
    with pytest.raises(review.SignError, match="已改动"):
        sign(lawful, sealed.manuscripts[0], review.SECOND, "er")
    assert revision_of(lawful).manuscript_hash not in sealed.manuscripts


def test_whoever_wrote_a_channels_text_does_not_sign_it(lawful: House) -> None:
    room.write(lawful, "hong-tu", "weibo", SHORT.replace("读者", "网友"), "yi", NOW, None)
    with pytest.raises(review.SignError, match="不能自审"):
        sign(lawful, revision_of(lawful).manuscript_hash, review.FIRST, "yi")


def test_the_database_refuses_to_release_a_changed_channels_text(lawful: House) -> None:
    """By hand, at the tables: the set that was signed is not completed over newer words, and words nobody signed have
    no way into a delivery."""
    release = released(lawful, policy=review.LAWFUL)
    number = press.seal_release(lawful, release, NOW)
    digest = revision_of(lawful).manuscript_hash
    sign(lawful, digest, review.FIRST, "yi")
    sign(lawful, digest, review.SECOND, "er")
    with read_scope(lawful.engine) as session:
        sealed = session.get_one(SealedSet, number)
    with session_scope(lawful.engine) as session:
        people = {one.login: one for one in session.exec(select(Person))}
        review.proof(session, digest, 1, None, NOW)
        for one in ("yi", "er"):
            review.proof_next(session, digest, people[one], NOW)
        review.read_all(session, session.get_one(SealedSet, number), people["san"], NOW)
    sign(lawful, sealed, review.FINAL, "san")
    room.write(lawful, "hong-tu", "weibo", SHORT.replace("读者", "网友"), "editor", NOW, None)
    with pytest.raises(review.SignError, match="已改动"):
        sign(lawful, sealed, review.ISSUE, "san")
    signed = (
        "INSERT INTO signatures (step, signer_id, subject_hash, manuscript_hash, sealed_set_id, opinion, policy, "
        f"signed_at) SELECT '签发', signer_id, subject_hash, '', {number}, '同意', policy, signed_at FROM signatures"
        " WHERE step = '终审'"
    )
    with pytest.raises(IntegrityError, match="单独版本又改过"), session_scope(lawful.engine) as session:
        session.connection().execute(sql(signed))
        session.connection().execute(sql(f"UPDATE sealed_sets SET complete = true WHERE id = {number}"))
    other = press.render_job(_job(lawful, release), lawful.pictures, NOW)[0]
    assert other is not None
    fresh = lawful.keep(other)
    statement = f"UPDATE deliveries SET state = 'ready', rendition_hash = '{fresh}' WHERE release_id = {release}"
    with pytest.raises(IntegrityError, match="未经签发"), session_scope(lawful.engine) as session:
        session.connection().execute(sql(statement))


def _job(house: House, release: int) -> press.Job:
    with read_scope(house.engine) as session:
        row = session.exec(select(Delivery).where(Delivery.release_id == release)).first()
        assert row is not None
        profile = profiles_of(session, [row.account_id])[row.account_id]
    return press.Job(row.id, profile, (house.shown_on(revision_of(house).manuscript_hash, "weibo"),))
