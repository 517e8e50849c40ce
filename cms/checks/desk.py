"""The checks' desk: which lists hold, what the rest of the house says of a story, results kept and made again."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from sqlmodel import Session, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from assets.pictures import Pictures
from channels import canonical, slots
from channels.values import Finding, Manuscript
from cms import audit
from cms.checks import due, figures, passages, pictures, sources
from cms.checks.figures import Stated
from cms.checks.passages import Level
from cms.checks.pictures import marks_of
from cms.checks.rows import CheckRun, PolicyReading, SavedOriginal, StatedFigure, WordBook
from cms.checks.sources import Original
from cms.checks.standards import Standards, Surroundings, examine, worst_first
from cms.checks.words import WordList, WordListError, as_json, from_json
from cms.db import utc
from cms.library import doubts
from cms.manuscript.variants import told_once
from cms.matrix import Unit
from cms.matrix.names import unknown_units
from cms.people import Workspace
from cms.stories import Story, origin_of, story_named

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
OPEN_SOURCE = "待核"
_MOST_KEPT = 8
LONGEST_ORIGINAL = 300_000
LONGEST_URL = 1000
_kept: dict[tuple[tuple[str, ...], date, bool], Standards] = {}
_keeping = threading.Lock()


@dataclass(frozen=True)
class Checked:
    """One manuscript's findings, and under which state of lists and house they were made."""

    manuscript: Manuscript
    manuscript_hash: str
    standards_hash: str
    findings: tuple[Finding, ...]
    figures: tuple[Stated, ...] = ()
    is_new: bool = True


# --------------------------------------------------------------------------- lists


def in_force(session: Session) -> list[WordBook]:
    """The newest version of every list that is not retired."""
    newest: dict[str, WordBook] = {}
    for one in session.exec(select(WordBook).order_by(col(WordBook.id))):
        newest[one.name] = one
    return [one for _, one in sorted(newest.items()) if one.retired_at is None]


def list_named(session: Session, name: str) -> WordBook | None:
    """The list of this name that holds."""
    return next((one for one in in_force(session) if one.name == name), None)


def versions(session: Session, name: str) -> list[WordBook]:
    """Every version of the list of this name, the newest first."""
    return list(session.exec(select(WordBook).where(WordBook.name == name).order_by(col(WordBook.id).desc())))


def originals(session: Session, story: Story) -> list[SavedOriginal]:
    """The originals kept of a reprint, the newest, which counts, first."""
    query = select(SavedOriginal).where(SavedOriginal.story_id == story.id)
    return list(session.exec(query.order_by(col(SavedOriginal.id).desc())))


def as_list(book: WordBook) -> WordList:
    """The row as a value."""
    return WordList(name=book.name, version=book.version, entries=from_json(book.entries))


def import_list(session: Session, made: WordList, by: str, file: str, now: datetime) -> WordBook:
    """Keep a list as its newest version; the one that holds already, when it says the same."""
    before = list_named(session, made.name)
    if before and before.hash == made.hash:
        return before
    version = made.version
    taken = dict(session.exec(select(WordBook.version, WordBook.hash).where(WordBook.name == made.name)).all())
    if taken.get(version) == made.hash:  # back to what held once: a version of its own, for none is ever changed
        version = next(again for n in range(2, len(taken) + 3) if (again := f"{version}-{n}") not in taken)
    if version in taken:
        raise WordListError(f"词表“{made.name}”已经有 {version} 版，内容不同，请在文件里换一个版本号。")
    book = WordBook(
        name=made.name,
        version=version,
        hash=made.hash,
        entries=as_json(made.entries),
        file=file,
        imported_by=by,
        imported_at=utc(now),
    )
    session.add(book)
    session.flush()
    detail = {"name": made.name, "version": version, "hash": made.hash, "entries": len(made.entries)}
    audit.record(session, by, "checks.import", f"words:{made.name}", detail, now)
    return book


def retire_list(session: Session, name: str, by: str, now: datetime) -> WordBook:
    """The list no longer holds; its versions stay."""
    book = list_named(session, name)
    if book is None:
        raise WordListError(f"没有在用的词表“{name}”，请用 yigao words list 看有哪些。")
    book.retired_at = utc(now)
    session.add(book)
    audit.record(session, by, "checks.retire", f"words:{name}", {"version": book.version}, now)
    return book


def standards(session: Session, now: datetime) -> Standards:
    """What stories are held against today. Built once for the same lists and day; what a list says is read from the
    database only then, so that this may be asked at every key."""
    workspace = session.get(Workspace, 1)
    names = tuple(f"{name}:{digest}" for name, digest in _versions(session))
    key = (names, now.astimezone(SHANGHAI).date(), bool(workspace and workspace.demo))
    with _keeping:
        if key not in _kept:
            while len(_kept) >= _MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = Standards(tuple(as_list(one) for one in in_force(session)), key[1], key[2])
        return _kept[key]


def _versions(session: Session) -> list[tuple[str, str]]:
    """Name and hash of the lists in force, without what they say."""
    rows = session.exec(select(WordBook.name, WordBook.hash, WordBook.retired_at).order_by(col(WordBook.id)))
    newest = {name: (digest, retired_at) for name, digest, retired_at in rows}
    return [(name, digest) for name, (digest, retired_at) in sorted(newest.items()) if retired_at is None]


# --------------------------------------------------------------------------- one story


def check_now(
    session: Session,
    pictures: Pictures,
    story: Manuscript,
    digest: str,
    variants: Mapping[str, Manuscript],
    now: datetime,
    slots: Sequence[datetime] = (),
) -> Checked:
    """What the newsroom's checks say of a manuscript by the lists of this minute, today and on the days of ``slots``,
    when it is to go out: one way in for 检查 beside a text that is being written, for 送审, for intake and for the
    commands. Only reads."""
    held = standards(session, now)
    return check(session, story, digest, held, marks_of(pictures, story), variants, slots)


def beside_checks(session: Session, story: Manuscript, file: str = "") -> list[Finding]:
    """What the house itself says of a story, whatever the lists are: units nobody has, an outlet still to be found (R4:
    it does not go out; a rehearsal may show it, with a warning)."""
    found = unknown_units(story, list(session.exec(select(Unit.slug))), file)
    if story.source is not None and OPEN_SOURCE in story.source.outlet:
        demo = session.get_one(Workspace, 1).demo
        message = f"转载来源“{story.source.outlet}”还没有核实，请在稿头的“来源媒体”里写明原载报刊（Markdown：source）"
        level: Level = "warn" if demo else "block"
        found.append(Finding(level=level, rule="story.source.open", message=message, file=file))
    return found


def check(
    session: Session,
    story: Manuscript,
    digest: str,
    held: Standards,
    marks: Mapping[str, str] | None = None,
    variants: Mapping[str, Manuscript] | None = None,
    slots: Sequence[datetime] = (),
) -> Checked:
    """The findings of a manuscript as things stand, from the results kept when there are any. Only reads. ``variants``:
    the manuscripts it names for channels that do not follow it; a finding in one of them says the channel. ``slots``:
    when it is to go out; what is not yet so today and will be by then is found too, and says the slot."""
    today = _checked(session, story, digest, held, marks or {}, variants or {})
    found = list(today.findings)
    days = {at.astimezone(SHANGHAI).date(): at for at in sorted(slots, reverse=True)}
    concerned = []
    for day in sorted(one for one in days if one > held.day):
        then = _checked(session, story, digest, held.on(day), marks or {}, variants or {})
        if then.standards_hash != today.standards_hash and (more := due.beyond(found, then.findings, days[day])):
            found += more
            concerned.append(days[day])
    if not concerned:
        return today
    said = canonical.digest([today.standards_hash, *((one.rule, one.place, one.message) for one in found)])
    state = due.AT.join([said, *(utc(one).isoformat() for one in concerned)])
    is_new = session.exec(_kept_run(digest, state)).one_or_none() is None
    return replace(today, standards_hash=state, findings=tuple(sorted(found, key=worst_first)), is_new=is_new)


def _kept_run(digest: str, state: str) -> SelectOfScalar[CheckRun]:
    return select(CheckRun).where(CheckRun.manuscript_hash == digest, CheckRun.standards_hash == state)


def _checked(
    session: Session,
    story: Manuscript,
    digest: str,
    held: Standards,
    marks: Mapping[str, str],
    variants: Mapping[str, Manuscript],
) -> Checked:
    """The findings on one day."""
    mine, around = _read(session, story, held, marks)
    beside = {name: _read(session, one, held, marks)[1] for name, one in sorted(variants.items())}
    own = canonical.digest([held.hash, around.hash])
    state = canonical.digest([own, *((name, one.hash) for name, one in beside.items())]) if beside else own
    kept = session.exec(_kept_run(digest, state)).one_or_none()
    if kept:
        found = tuple(Finding(**one) for one in kept.findings)
        return Checked(story, digest, state, found, tuple(mine), is_new=False)
    found = examine(story, held, around)
    for name, about in beside.items():
        found += tuple(told_once(examine(variants[name], held, about), found, name))
    return Checked(story, digest, state, found, tuple(mine))


def _read(
    session: Session, story: Manuscript, held: Standards, marks: Mapping[str, str]
) -> tuple[list[Stated], Surroundings]:
    """The figures a manuscript states, and what it is looked at beside."""
    reading = passages.read(story)
    mine = list(figures.stated(reading, held.day))
    around = surroundings(session, story, mine, marks, held.day)
    return mine, replace(around, ended=pictures.ended(reading, held.day))


def surroundings(
    session: Session, story: Manuscript, mine: Sequence[Stated], marks: Mapping[str, str], today: date
) -> Surroundings:
    """What the house knows beside the story itself."""
    row = story_named(session, story.slug)
    return Surroundings(
        original=_original(session, row),
        figures=_figures_like(session, row, mine),
        marks=dict(marks),
        interpretations=_interpretations(session, story, row),
        doubts=doubts(session, [one.hash for one in story.assets], row.unit_id if row else None, today),
    )


def _original(session: Session, row: Story | None) -> Original | None:
    if row is None:
        return None
    query = select(SavedOriginal).where(SavedOriginal.story_id == row.id).order_by(col(SavedOriginal.id).desc())
    found = session.exec(query.limit(1)).one_or_none()
    return Original(found.text, found.url, found.saved_at.astimezone(SHANGHAI).date().isoformat()) if found else None


def _figures_like(session: Session, row: Story | None, mine: Sequence[Stated]) -> list[Stated]:
    """The same figures in stories of another origin: a local version may say what its original says."""
    keys = {one.key for one in mine}
    if not keys:
        return []
    origin = origin_of(session, row).id if row else None
    found = []
    query = select(StatedFigure, Story).where(StatedFigure.story_id == Story.id, col(StatedFigure.key).in_(keys))
    for one, story in session.exec(query.order_by(col(StatedFigure.id))):
        if origin is None or origin_of(session, story).id != origin:
            found.append(
                Stated(
                    subject=one.subject,
                    unit=one.unit,
                    as_of=one.as_of,
                    value=one.value,
                    step=one.step,
                    is_about=one.is_about,
                    words=one.words,
                    story=story.slug,
                    headline=story.headline,
                    place=one.place,
                )
            )
    return found


def _interpretations(session: Session, story: Manuscript, row: Story | None) -> list[str]:
    """The addresses (s/….html) of stories that interpret this one, when it is a policy document."""
    query = select(PolicyReading, Story).where(PolicyReading.story_id == Story.id)
    own = slots.story_path(story.slug)
    same = (col(PolicyReading.title) == story.headline) | col(PolicyReading.url).like(f"%/{own}")
    found = [
        slots.story_path(one.slug) for _, one in session.exec(query.where(same)) if row is None or one.id != row.id
    ]
    return sorted(set(found))


def keep(session: Session, story: Story, checked: Checked, now: datetime) -> None:
    """Keep a result, and put the story's figures and policies in place of what it said before."""
    _keep_run(session, checked, now)
    session.exec(delete(StatedFigure).where(col(StatedFigure.story_id) == story.id))
    session.exec(delete(PolicyReading).where(col(PolicyReading.story_id) == story.id))
    for one in checked.figures:
        session.add(
            StatedFigure(
                story_id=story.id,
                key=one.key,
                subject=one.subject,
                unit=one.unit,
                as_of=one.as_of,
                value=one.value,
                step=one.step,
                is_about=one.is_about,
                words=one.words,
                place=one.place,
            )
        )
    if sources.is_interpretation(checked.manuscript):
        for link in sources.documents_of(checked.manuscript):
            session.add(PolicyReading(story_id=story.id, title=link.title, number=link.number, url=link.url))
    session.flush()


def _keep_run(session: Session, checked: Checked, now: datetime) -> None:
    known = session.exec(_kept_run(checked.manuscript_hash, checked.standards_hash)).one_or_none()
    if known is not None:
        last = last_run(session, checked.manuscript_hash)
        if last is not None and last.id != known.id:  # what is found now holds, also where it was found once before
            known.run_at = max(utc(now), last.run_at + timedelta(microseconds=1))
            session.add(known)
    else:
        session.add(
            CheckRun(
                manuscript_hash=checked.manuscript_hash,
                standards_hash=checked.standards_hash,
                findings=[canonical.plain(one) for one in checked.findings],
                run_at=utc(now),
            )
        )


def last_run(session: Session, digest: str) -> CheckRun | None:
    """What was found of a manuscript when it was last checked."""
    query = select(CheckRun).where(CheckRun.manuscript_hash == digest)
    return session.exec(query.order_by(col(CheckRun.run_at).desc(), col(CheckRun.id).desc()).limit(1)).first()


def keep_run(session: Session, checked: Checked, now: datetime) -> None:
    """Keep a result alone: the story's newest text may be another by now."""
    _keep_run(session, checked, now)
    session.flush()


def save_original(session: Session, story: Story, text: str, url: str, by: str, now: datetime) -> SavedOriginal:
    """Keep the original of a reprint as it is today."""
    if not text.strip():
        raise WordListError("原文是空的，请给出有文字的 .md、.txt 或 .html 文件。")
    if len(text) > LONGEST_ORIGINAL:
        raise WordListError(f"原文超过 {LONGEST_ORIGINAL} 字，请只存这一篇。")
    if url and not (url.startswith(("http://", "https://")) and url.isprintable() and len(url) <= LONGEST_URL):
        raise WordListError("原文网址要以 http:// 或 https:// 开头，请从浏览器地址栏复制。")
    row = SavedOriginal(
        story_id=story.id, text=text, url=url, hash=canonical.digest(text), saved_by=by, saved_at=utc(now)
    )
    session.add(row)
    session.flush()
    audit.record(session, by, "checks.original", f"story:{story.id}", {"hash": row.hash, "url": url}, now)
    return row
