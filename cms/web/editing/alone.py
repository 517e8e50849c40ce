"""单独编辑: the pages of a channel's own text: cut loose, written, compared with the main one, level again, tied again.

Everything is a plain form; the page 写与看 only puts its autosave and its phones on top."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from sqlmodel import Session, select
from werkzeug.wrappers import Response as Answer

from channels import registry
from cms.db import read_scope
from cms.manuscript.merging import CHOICES, Choice, Merge, merge
from cms.people import Person
from cms.review.difference import Change, difference, folded, has_changed, told
from cms.stories import ChannelText, OwnText, Revision, SaveError, StaleError, Story, mark_of, story_named
from cms.stories.apart import states_of
from cms.stories.history import version_of
from cms.web.desk import Desk, clock, day
from cms.web.editing.apart import can_be_cut, own_of, written_of
from cms.web.editing.asking import asked_for
from cms.web.editing.beside import beside_own, unit_names
from cms.web.entrance import scope, who
from cms.web.guard import trouble, wants_json
from cms.web.pages import write_page
from cms.web.pictured import hashes_of, shown_at
from cms.web.preview import Previewer
from cms.web.standing import lost, not_agreed, standing

COMPARE = "这个渠道的单独版本刚在别处保存过，没有覆盖。请两边对照，再决定用哪一版；没用上的那一版也不会丢。"
CONFLICT = (
    "这个渠道的单独版本刚在别处保存过。您写的还在这一页上，没有覆盖别人的。"
    "要用您的这一版接着保存，请点“仍存我的”；别人的那一版会留在历史里。"
)
MOVED_ON = "主稿或单独版本刚又保存过，没有采用。下面是最新的样子，请再看一遍。"
CHOOSE = "下面每一处都要选一种，请选好再采用。"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A place both sides changed, each side as somebody reads it."""

    what: str
    own: list[Change]
    main: list[Change]


def blueprint(desk: Desk, previewer: Previewer) -> Blueprint:
    """The routes of a channel's own text."""
    apart = Blueprint("apart", __name__)

    @apart.get("/write/<slug>/on/<channel>")
    def write(slug: str, channel: str) -> str | Answer:
        if channel not in own_of(desk, slug) and desk.is_theirs(slug, scope()) and _is_story(desk, slug):
            return redirect(url_for("pages.write", slug=slug))
        own = _own(desk, slug, channel)
        return write_page(desk, slug, own.text, base=mark_of(own.text), saved_at=clock(own.saved_at), channel=channel)

    @apart.post("/write/<slug>/on/<channel>")
    def save(slug: str, channel: str) -> tuple[Response | str, int] | Answer:
        asked, own = asked_for(), _own(desk, slug, channel)
        upon = None if asked.get("anyway") else str(asked.get("base", ""))
        try:
            kept = desk.press.save_own(slug, channel, asked["text"], who().login, upon, None)
        except StaleError:
            return _conflict(desk, previewer, _own(desk, slug, channel), slug, asked["text"])
        except SaveError as error:
            return trouble(str(error), 422)
        if not wants_json():
            if asked.get("look"):
                return redirect(url_for("plain.look", slug=slug), 303)
            return redirect(url_for("apart.write", slug=slug, channel=channel), 303)
        said = {"version": own.number, "base": mark_of(kept), "saved_at": clock(desk.now())}
        said["standing"] = asdict(standing(desk, slug))
        return jsonify(said | ({"text": kept} if "tree" in asked else {}))

    @apart.post("/write/<slug>/on/<channel>/cut")
    def cut(slug: str, channel: str) -> Answer | tuple[Response | str, int]:
        if not desk.is_theirs(slug, scope()) or not can_be_cut(channel):
            abort(404)
        try:
            desk.press.cut(slug, channel, who().login)
        except KeyError:
            abort(404)
        except StaleError:
            pass  # somebody else cut it loose this very moment
        return redirect(url_for("apart.write", slug=slug, channel=channel), 303)

    @apart.get("/write/<slug>/on/<channel>/main")
    def compare(slug: str, channel: str) -> str:
        return _compared(desk, slug, channel, {})

    @apart.post("/write/<slug>/on/<channel>/main")
    def take(slug: str, channel: str) -> Answer | tuple[Response | str, int]:
        own = _own(desk, slug, channel)
        made = merge(own.base, own.main, own.text, channel)
        if (request.form.get("main"), request.form.get("upon")) != (str(own.main_revision), mark_of(own.text)):
            return _compared(desk, slug, channel, {"sentence": MOVED_ON}), 409
        choices = _choices(made)
        if choices is None:
            return _compared(desk, slug, channel, {"sentence": CHOOSE if request.form.get("seen") else ""}), 422
        if sentence := not_agreed(desk, slug):
            return trouble(sentence, 422)
        try:
            desk.press.save_own(
                slug, channel, made.chosen(choices), who().login, mark_of(own.text), own.main_revision
            )  # fmt: skip
        except StaleError:
            return _compared(desk, slug, channel, {"sentence": MOVED_ON}), 409
        return redirect(url_for("apart.write", slug=slug, channel=channel), 303)

    @apart.get("/write/<slug>/on/<channel>/follow")
    def ask_to_follow(slug: str, channel: str) -> str:
        own = _own(desk, slug, channel)
        pictures = _pictures(desk, slug, own)
        changes = difference(own.text, own.main, unit_names(desk), (pictures.own, pictures.main))
        return render_template(
            "apart/follow.html",
            slug=slug,
            channel=channel,
            title=registry.get(channel).title,
            folds=folded(changes),
            lost=lost(desk, slug),
            shown_at=pictures.shown_at,
        )

    @apart.post("/write/<slug>/on/<channel>/follow")
    def follow(slug: str, channel: str) -> Answer | tuple[Response | str, int]:
        _own(desk, slug, channel)
        if sentence := not_agreed(desk, slug):
            return trouble(sentence, 422)
        desk.press.follow(slug, channel, who().login)
        return redirect(url_for("pages.write", slug=slug), 303)

    @apart.get("/write/<slug>/on/<channel>/history")
    def states(slug: str, channel: str) -> str:
        return _states(desk, slug, channel)

    @apart.post("/write/<slug>/on/<channel>/restore")
    def restore(slug: str, channel: str) -> Answer | tuple[Response | str, int]:
        own = own_of(desk, slug).get(channel)
        given = request.form.get("number", "")
        number = int(given) if given.isdecimal() and len(given) < 10 else 0
        with read_scope(desk.people.engine) as session:
            found = {one.number: one for one in _rows(desk, session, slug, channel)}.get(number)
        if found is None or not found.text:
            abort(404)
        if sentence := not_agreed(desk, slug):
            return trouble(sentence, 422)
        upon = mark_of(own.text) if own else ""
        try:
            desk.press.save_own(slug, channel, found.text, who().login, upon, found.base_revision)
        except StaleError:
            return trouble(COMPARE, 409)
        return redirect(url_for("apart.write", slug=slug, channel=channel), 303)

    return apart


def _own(desk: Desk, slug: str, channel: str) -> OwnText:
    """The channel's own text; 404 where it follows the main one, or the story is not theirs."""
    found = own_of(desk, slug).get(channel)
    if found is None:
        abort(404)
    return found


def _is_story(desk: Desk, slug: str) -> bool:
    with read_scope(desk.people.engine) as session:
        return story_named(session, slug) is not None


def _choices(made: Merge) -> Sequence[Choice] | None:
    """What the form says of each clash; None while one is left open."""
    given = [request.form.get(f"choice-{at}", "") for at in range(len(made.clashes))]
    return cast("Sequence[Choice]", given) if all(one in CHOICES for one in given) else None


def _compared(desk: Desk, slug: str, channel: str, more: dict[str, str]) -> str:
    """What the main text changed since, what becomes of the own one, and what a person has to choose."""
    own = _own(desk, slug, channel)
    made = merge(own.base, own.main, own.text, channel)
    names, pictures = unit_names(desk), _pictures(desk, slug, own)
    now = {**pictures.main, **pictures.own}
    since = difference(own.base, own.main, names, (pictures.base, pictures.main))
    becomes = difference(own.text, made.chosen(["own"] * len(made.clashes)), names, (pictures.own, now))
    return render_template(
        "apart/compare.html",
        slug=slug,
        channel=channel,
        title=registry.get(channel).title,
        own=own,
        upon=mark_of(own.text),
        is_same=not has_changed(since),
        since=folded(since),
        clashes=[_Shown(one.what, told(one.own, names, now), told(one.main, names, now)) for one in made.clashes],
        becomes=folded(becomes),
        is_level=not has_changed(becomes),
        choices=CHOICES,
        lost=lost(desk, slug),
        shown_at=pictures.shown_at,
        **more,
    )


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What pictures show, by path: in a channel's own text and the main one as they were frozen last, and in the main
    one that it was level with. ``shown_at``: where that is shown to whoever asks."""

    own: Mapping[str, str]
    main: Mapping[str, str]
    base: Mapping[str, str]
    shown_at: Callable[[str], str]


def _pictures(desk: Desk, slug: str, own: OwnText) -> _Pictures:
    with read_scope(desk.people.engine) as session:
        base, main = (version_of(session, slug, one, scope()) for one in (own.base_revision, own.main_revision))
        frozen = main.manuscript_hash
        return _Pictures(
            hashes_of(desk, own.text, frozen, own.channel),
            hashes_of(desk, main.text, frozen),
            hashes_of(desk, base.text, base.manuscript_hash),
            shown_at(desk, session, session.get_one(Story, main.story_id)),
        )


def _conflict(desk: Desk, previewer: Previewer, own: OwnText, slug: str, text: str) -> tuple[Response | str, int]:
    if wants_json():
        shows = previewer.shows(written_of(desk, {"slug": slug, "channel": own.channel, "text": text}), slug)
        return jsonify(sentence=COMPARE, conflict=True, beside=beside_own(desk, slug, own, text, shows)), 409
    base = mark_of(own.text)
    return write_page(desk, slug, text, base=base, saved_at="", conflict=CONFLICT, channel=own.channel), 409


def _rows(desk: Desk, session: Session, slug: str, channel: str) -> list[ChannelText]:
    """Every state of it, the newest first; 404 where the story is not theirs."""
    story = story_named(session, slug) if desk.is_theirs(slug, scope()) else None
    if story is None:
        abort(404)
    return states_of(session, story, channel)


def _states(desk: Desk, slug: str, channel: str) -> str:
    """Every state the channel's own text was in, each with what it changed."""
    with read_scope(desk.people.engine) as session:
        rows = _rows(desk, session, slug, channel)
        names = dict(session.exec(select(Person.login, Person.name)).all())
    if not rows:
        abort(404)
    asked = request.args.get("number", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else rows[0].number
    shown = next((one for one in rows if one.number == number), rows[0])
    before = next((one for one in rows if one.number < shown.number and one.text), None)
    with read_scope(desk.people.engine) as session:
        hashes = [_hashes(desk, session, one) for one in (before, shown)]
        place = shown_at(desk, session, session.get_one(Story, shown.story_id))
    changes = difference(before.text if before else "", shown.text, unit_names(desk), (hashes[0], hashes[1]))
    return render_template(
        "apart/history.html",
        slug=slug,
        channel=channel,
        title=registry.get(channel).title,
        rows=rows,
        shown=shown,
        folds=folded(changes),
        lost=lost(desk, slug),
        shown_at=place,
        names=names,
        said=day,
    )


def _hashes(desk: Desk, session: Session, state: ChannelText | None) -> Mapping[str, str]:
    """What the pictures of one state showed when it was saved."""
    if state is None:
        return {}
    frozen = session.get_one(Revision, state.revision_id).manuscript_hash
    return hashes_of(desk, state.text, frozen, state.channel)
