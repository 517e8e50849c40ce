"""放行: the blocks of a story that wait for somebody's word. Each says who may let it pass; whoever may does it here,
with a reason, by the rules of the command (``checks.let_pass``)."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from channels import registry
from channels.values import Finding
from cms import checks, review
from cms.checks.overrides import OverrideError
from cms.db import read_scope, session_scope
from cms.people import see_about
from cms.stories import Revision
from cms.web.desk import Desk
from cms.web.entrance import now
from cms.web.reviewing import reading
from cms.web.reviewing.showing import LEVELS

GONE = "这一处已经不在了，或者稿件刚改过，请看下面现在的检查结果。"


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The page of what is blocked, and letting one pass."""

    def page(slug: str, sentence: str) -> str:
        with read_scope(desk.people.engine) as session:
            story, revision = reading.newest_of(session, slug)
            me, digest = reading.me(session), revision.manuscript_hash
            blocked = [(one, checks.obstacle(session, digest, one, me)) for one in _blocked(session, revision)]
            asked = {p.name: None for one, wall in blocked if wall for p in checks.who_may(session, digest, one)}
        titles = {name: one.title for name, one in registry.all_channels().items()}
        told = {"story": story, "version": revision.number, "digest": digest, "blocked": blocked, "titles": titles}
        told |= {"may": list(asked), "done": request.args.get("asked", "")[:200] if not sentence else ""}
        return render_template("reviewing/blocks.html", **told, levels=LEVELS, sentence=sentence, said=request.form)

    def checked(slug: str) -> None:
        with read_scope(desk.people.engine) as session:
            digest = reading.newest_of(session, slug)[1].manuscript_hash
        if digest:
            reading.galley_of(desk).recheck(digest)

    @reviewing.get("/write/<slug>/blocks")
    def blocks(slug: str) -> str:
        checked(slug)
        return page(slug, "")

    @reviewing.post("/write/<slug>/blocks")
    def let_pass(slug: str) -> Answer | tuple[str, int]:
        checked(slug)
        try:
            with session_scope(desk.people.engine) as session:
                revision = reading.newest_of(session, slug)[1]
                found = _meant(session, revision)
                reason = request.form.get("reason", "")[:200]
                me = reading.me(session)
                checks.let_pass(session, revision.manuscript_hash, found, me, reason, now())
                if not [one for one in _blocked(session, revision) if one != found]:
                    see_about(session, f"block:{slug}", me.login, now())
        except OverrideError as error:
            return page(slug, str(error)), 422
        return redirect(url_for("reviewing.blocks", slug=slug), 303)

    @reviewing.post("/write/<slug>/blocks/ask")
    def ask_to_pass(slug: str) -> Answer | tuple[str, int]:
        checked(slug)
        try:
            with session_scope(desk.people.engine) as session:
                story, revision = reading.newest_of(session, slug)
                waiting = _blocked(session, revision)
                people = checks.ask_for(session, story, revision.manuscript_hash, waiting, reading.me(session), now())
                names = "、".join(one.name for one in people)
        except OverrideError as error:
            return page(slug, str(error)), 422
        return redirect(url_for("reviewing.blocks", slug=slug, asked=names), 303)


def _blocked(session: Session, revision: Revision) -> list[Finding]:
    """What keeps this version from being sent."""
    found = review.findings_of(session, revision.manuscript_hash) if revision.manuscript_hash else []
    return [one for one in found if one.level == "block"]


def _meant(session: Session, revision: Revision) -> Finding:
    """The finding a form names, of the very text it was shown with."""
    named, digest = request.form.get("place", ""), request.form.get("digest", "")
    found = (one for one in _blocked(session, revision) if named == f"{one.rule} {one.place}")
    one = next(found, None)
    if one is None or digest != revision.manuscript_hash:
        raise OverrideError(GONE)
    return one
