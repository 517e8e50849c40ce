"""One submission as its page shows it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from channels import registry
from channels.slots import own_link
from channels.values import Finding, Manuscript
from cms import review
from cms.checks import passages
from cms.matrix import Account, Unit, profiles_of
from cms.people import Person, phones
from cms.releases import Delivery, late, submitting
from cms.releases.states import GONE
from cms.review import MANUSCRIPT_STEPS, Submission, proofs, submissions
from cms.stories import Revision, Story
from cms.web import frames
from cms.web.desk import SHANGHAI, Desk, day, rank
from cms.web.pictured import hashes_of
from cms.web.preview import FILMED, filled, fills_for
from cms.web.reviewing.apart import differing, marked, own_manuscripts, shown_on
from cms.web.reviewing.local import chosen, short_names, versions, whose
from cms.web.reviewing.reading import galley_of

LEVELS = {"block": "必须改", "warn": "请留意", "info": "提示"}
TONES = {"reviewing": "wait", "drawing": "wait", "signed": "good", "returned": "bad", "stopped": "bad"}


@dataclass(frozen=True, slots=True)
class Row:
    """One submission in a list."""

    number: int
    headline: str
    unit: str
    grade: str
    due: str
    state: str
    tone: str
    step: str
    waits_for: str
    note: str = ""
    is_set: bool = False
    is_adoption: bool = False
    turn: str = ""


Lines = tuple[str, list[tuple[str, str]]]
"""A paragraph: the units that alone read it ("" for all), and its sentences, each with its place."""
Names = tuple[Mapping[int, str], Mapping[int, str]]


def ahead(session: Session, found: Sequence[Submission]) -> Names:
    """The headlines and the units' names of a list's rows, read at once."""
    stories, units = ({getattr(one, name) for one in found} for name in ("story_id", "unit_id"))
    headlines = session.exec(select(Story.id, Story.headline).where(col(Story.id).in_(stories))).all()
    return dict(headlines), dict(session.exec(select(Unit.id, Unit.short).where(col(Unit.id).in_(units))).all())


def row(session: Session, one: Submission, now: datetime, note: str = "", names: Names | None = None) -> Row:
    """What a list says of it. ``names``: what was read for the whole list."""
    headlines, units = names or ahead(session, [one])
    turn = submissions.turn_of(session, one)
    is_old = one.state in submissions.OPEN and not submissions.is_current(session, one)
    found = submissions.candidates(session, one, now) if turn and not is_old else []
    return Row(
        number=one.id,
        headline=headlines[one.story_id],
        unit=units[one.unit_id],
        grade=one.grade,
        due=day(one.due_at),
        state=_state(one, is_old=is_old),
        tone="bad" if is_old else TONES.get(one.state, ""),
        step=turn.step if turn else "",
        waits_for="、".join(person.name for person in found[:3]) + ("等" if len(found) > 3 else ""),
        note=note,
        is_set=turn is not None and turn.step not in MANUSCRIPT_STEPS and turn.subject is not None,
        is_adoption=submissions.is_adoption(one),
        turn=turn.mark if turn else "",
    )


def _state(one: Submission, *, is_old: bool) -> str:
    """How it stands, in words."""
    if not submissions.is_adoption(one):
        return submissions.OVERTAKEN if is_old else submissions.STATE_NAMES[one.state]
    own = {"reviewing": "等确认采用", "signed": "已确认采用", "replaced": "已重新采用"}
    return "发稿单位改过，要重新采用" if is_old else own.get(one.state, submissions.STATE_NAMES[one.state])


def everything(
    desk: Desk, session: Session, one: Submission, person: Person, channel: str, now: datetime, unit: str = ""
) -> dict[str, Any]:
    """All that the page of one submission shows. ``channel`` and ``unit`` (slugs): which frame is asked for."""
    story, revision = session.get_one(Story, one.story_id), session.get_one(Revision, one.revision_id)
    before, sealed = submissions.last_seen(session, one, person), submissions.sealed_of(session, one)
    manuscript = galley_of(desk).manuscript(one.manuscript_hash)
    units = short_names(session)
    hashes = [hashes_of(desk, each.text, each.manuscript_hash) for each in (before or revision, revision)]
    changes = review.difference(before.text, revision.text, units, (hashes[0], hashes[1])) if before else []
    own = differing(desk, session, story, (before, revision), units)
    turn = submissions.turn_of(session, one)
    found = proofs.findings_of(session, one.manuscript_hash)
    shown = shown_channels(session, one)
    read = proofs.channels_read(session, sealed) if sealed else {}
    names = dict(session.exec(select(Person.id, Person.name)).all())
    obstacle = submissions.obstacle(session, one, person, now)
    if turn and not obstacle and one.assigned_id not in (None, person.id):
        obstacle = f"这一步已转交{names[one.assigned_id or 0]}。"
    why_old = submissions.why_old(session, one)
    return {
        "one": one,
        "row": row(session, one, now),
        "story": story,
        "number": revision.number,
        "before": before.number if before else 0,
        "changes": folded(changes),
        "is_changed": review.has_changed(changes),
        "apart": [(one, folded(one.from_main), folded(one.since or [])) for one in own],
        "is_apart": marked({one.channel for one in own if one.is_own}, [name for name, _ in shown]),
        "paragraphs": paragraphs(session, manuscript),
        "own_paragraphs": own_paragraphs(desk, session, one),
        "notes": _notes(session, one),
        "opinions": _opinions(session, one, names),
        "findings": _found(found),
        "stages": submissions.stages_signed(session, one),
        "turn": turn,
        "obstacle": why_old or obstacle,
        "above": review.signed_above(session, one),
        "over": late.passed(session, one.release_id, now) if turn is not None else None,
        "slot_day": f"{one.due_at.astimezone(SHANGHAI):%Y-%m-%d}",
        "sends": turn is not None and submitting.is_last(session, one),
        "is_last": turn is not None and turn.step in (review.ISSUE, review.ADOPT),
        "can_sign": turn is not None and not obstacle and not why_old,
        "can_return": turn is not None and not submissions.unfit(session, one, person, now),
        "is_set": turn is not None and turn.step not in MANUSCRIPT_STEPS,
        "others": [x for x in submissions.candidates(session, one, now) if x.id != person.id] if turn else [],
        "leaders": _leaders(session, one, now),
        "proofs": [(name, _who(made, names)) for name, made in _proofs(session, one)],
        "proof_next": _proof_next(session, one, person),
        "channels": shown,
        **framed(desk, session, one, shown, channel, unit),
        "read": {x: names.get(y.person_id or 0, "") for x, y in read.items()},
        "unread": [x for x, _ in shown if x not in read] if sealed else [],
        "accounts": review.accounts_of(session, one, tells_sandbox=True),
        "held": _held(session, one),
        "due": day(one.due_at),
        "sent": day(one.sent_at),
        "sender": names[one.sender_id],
        "is_sender": one.sender_id == person.id,
        "assigned": names.get(one.assigned_id or 0, ""),
        "reasons": review.REASONS,
        "grades": review.GRADES,
        "is_sealed": sealed is not None,
        "shown_at": desk.shown_to(session.get_one(Unit, one.unit_id).slug),
        "day": day,
    }  # fmt: skip


def _found(found: Sequence[Finding]) -> list[dict[str, str]]:
    """What was found, the gravest first."""
    ranks = list(LEVELS)
    ordered = sorted(dict.fromkeys(found), key=lambda one: ranks.index(one.level))
    return [
        {"level": one.level, "word": LEVELS[one.level], "message": _whose(one), "excerpt": one.excerpt}
        for one in ordered
    ]


def _whose(one: Finding) -> str:
    """The sentence, with the channel whose own text it is about."""
    is_own = "!" in one.place and one.channel in registry.all_channels()
    return f"{registry.get(one.channel).title}的单独版本：{one.message}" if is_own else one.message


def folded(changes: Sequence[review.Change]) -> list[review.Change | int]:
    """The changes with a paragraph before and after each; a number stands for those left out between."""
    keep = {at + step for at, one in enumerate(changes) if one.kind != "same" for step in (-1, 0, 1)}
    found: list[review.Change | int] = []
    for at, one in enumerate(changes):
        if at in keep:
            found.append(one)
        elif found and isinstance(found[-1], int):
            found[-1] += 1
        else:
            found.append(1)
    return found


def paragraphs(session: Session, story: Manuscript) -> list[Lines]:
    """The text by paragraphs of (place, sentence): what an opinion can be about; each with whose it is."""
    found, names = [], short_names(session)
    for one in passages.read(story).passages:
        if one.kind not in ("prose", "title", "cell", "caption"):
            continue
        ends = [each.end() for each in passages.SENTENCE_END.finditer(one.text)]
        if not ends or ends[-1] < len(one.text):
            ends.append(len(one.text))
        starts = [0, *ends[:-1]]
        sentences = [
            (one.place(start, end), one.text[start:end].strip())
            for start, end in zip(starts, ends, strict=True)
            if one.text[start:end].strip()
        ]
        if sentences:
            found.append((whose(story, one.path, names), sentences))
    return found


def own_paragraphs(desk: Desk, session: Session, one: Submission) -> list[tuple[str, list[Lines]]]:
    """The same for each channel's own text: (title, paragraphs), the places naming the channel."""
    return [
        (
            registry.get(name).title,
            [(at, [(f"{name}!{place}", words) for place, words in each]) for at, each in paragraphs(session, own)],
        )
        for name, own in own_manuscripts(desk, one.manuscript_hash).items()
    ]


def shown_channels(session: Session, one: Submission) -> list[tuple[str, str]]:
    """(name, title) of the channels it goes out on."""
    query = select(Account.channel).where(
        Delivery.account_id == Account.id, Delivery.release_id == one.release_id, Delivery.rendition_hash != "",
        col(Delivery.state).not_in(GONE) if one.state != "returned" else Delivery.rendition_hash != "",
    )  # fmt: skip
    names = sorted(set(session.exec(query)), key=rank)
    return [(name, registry.get(name).title) for name in names]


def framed(
    desk: Desk, session: Session, one: Submission, shown: list[tuple[str, str]], channel: str, unit: str
) -> dict[str, Any]:
    """Which frame stands open, and the others there are: the ``channel``, its ``version`` as ``unit`` reads it, and
    ``versions``, by channel."""
    channel = channel if channel in dict(shown) else (shown[0][0] if shown else "")
    kinds = versions(desk, session, one, [name for name, _ in shown])
    return {"channel": channel, "versions": kinds, "version": chosen(kinds.get(channel, []), unit)}


def sheet(
    desk: Desk, session: Session, one: Submission, frame: str, address: Callable[[str], str]
) -> frames.Sheet | None:
    """The reader's screen, made of the very bytes that were sealed, once it is signed with all that is filled in when
    it goes out. ``frame``: a channel ("site"), or a channel as the
    readers of a unit see it ("site@chengdu"). ``address``: where its pictures are shown to who looks."""
    channel, _, unit = frame.partition("@")
    version = chosen(versions(desk, session, one, [channel])[channel], unit)
    if version is None:
        return None
    delivery = session.get_one(Delivery, version.delivery)
    profile = profiles_of(session, [delivery.account_id])[delivery.account_id]
    manuscript = shown_on(desk, one.manuscript_hash, channel)
    if channel in FILMED:
        board = frames.storyboard(manuscript, profile, desk.pictures)
        return frames.filmstrip(board, manuscript, profile, desk.pictures)
    rendition = galley_of(desk).rendition(delivery.rendition_hash)
    fills = fills_for(rendition.parts[0], profile, address)
    sealed = submissions.sealed_of(session, one)
    if one.state == "signed" and sealed is not None:
        line = review.printed_lines(session, [sealed.id])[sealed.id]
        lead = own_link(profile, rendition.parts[0].story)
        day_out = f"{delivery.due_at.astimezone(SHANGHAI):%Y-%m-%d}"
        manuscript = replace(manuscript, published=manuscript.published or day_out)  # as the platform will say it
        fills |= galley_of(desk).fills(rendition.parts[0], profile, delivery.key, delivery.due_at, line, lead)
    part = filled(rendition, fills)
    return frames.dress(frames.Looked(part, rendition, manuscript, profile, address))


def _notes(session: Session, one: Submission) -> dict[str, list[str]]:
    """The opinions on sentences of this version, by place."""
    found: dict[str, list[str]] = {}
    for opinion, about, person in submissions.opinions_of(session, one):
        if opinion.kind == "note" and about.manuscript_hash == one.manuscript_hash:
            found.setdefault(opinion.place, []).append(f"{person.name}：{opinion.words}")
    return found


def _opinions(session: Session, one: Submission, names: dict[int, str]) -> list[dict[str, Any]]:
    """Everything said so far, earlier rounds too, the newest first."""
    verbs = {"note": "批注", "pass": "通过", "return": "退回", "transfer": "转交"}
    return [
        {
            "who": person.name,
            "verb": f"{said.step}{verbs[said.kind]}" if said.kind != "note" else "批注",
            "kind": said.kind,
            "words": said.words,
            "excerpt": said.excerpt,
            "to": names.get(said.to_id or 0, ""),
            "at": day(said.at),
            "earlier": about.id != one.id,
            "way": "（凭链接和短信验证码）" if said.way == "link" else "",
        }
        for said, about, person in reversed(submissions.opinions_of(session, one))
    ]


def _proofs(session: Session, one: Submission) -> list[tuple[str, review.Reading | None]]:
    made = proofs.proofs_made(session, one.manuscript_hash)
    return [(name, made.get(number)) for number, name in proofs.NAMES.items()]


def _who(made: review.Reading | None, names: dict[int, str]) -> str:
    if made is None:
        return ""
    return names[made.person_id] if made.person_id is not None else "机器（检查）"


def _proof_next(session: Session, one: Submission, person: Person) -> str:
    """The name of the proof pass this person would make; "" when none is theirs to make."""
    made = proofs.proofs_made(session, one.manuscript_hash)
    left = [name for number, name in proofs.NAMES.items() if number not in made]
    return left[0] if left and all(each.person_id != person.id for each in made.values()) else ""


def _leaders(session: Session, one: Submission, now: datetime) -> list[tuple[Person, str]]:
    """Who could sign the next step by a link, each with as much of their telephone as may be seen: they have no way in
    of their own."""
    found = {person.id: person for person in submissions.candidates(session, one, now)}
    return [(found[each], number) for each, number in phones.numbers(session, found).items()]


def _held(session: Session, one: Submission) -> list[tuple[str, str]]:
    """The accounts it will not go to, and why."""
    query = select(Account.name, Delivery.reason).where(
        Delivery.account_id == Account.id, Delivery.release_id == one.release_id, Delivery.state == "held"
    )
    return list(session.exec(query.order_by(col(Delivery.id)))) if one.state in submissions.OPEN else []
