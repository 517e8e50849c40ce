"""签字链接: a leader without an account signs once, by a link sent to their registered phone and a code after it."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.people import Person, phones
from cms.people.rows import Contact
from cms.people.visits import new_token, token_hash
from cms.review.checks import SignError
from cms.review.rows import SigningLink, Submission
from cms.review.submissions import obstacle, turn_of, unfit

LASTS, CODE_LASTS = timedelta(hours=24), timedelta(minutes=5)
BETWEEN = timedelta(minutes=1)
TRIES = CODES = 5
"""Wrong tries a code stands, and codes one link may be sent: 25 guesses at a million, then a new link is needed."""
VOID = "这个链接已经用过、过期或作废，请向经办人再要一个。"


class LinkError(SignError):
    """The link or the code does not work: one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Code:
    """A new code to be sent, and what counted before it: (hash, time, wrong tries)."""

    digits: str
    before: tuple[str, datetime | None, int]


def make(session: Session, submission: Submission, person: Person, by: Person, now: datetime) -> str:
    """The token of a new link for the next step; earlier ones of this submission work until it is ``sent``."""
    turn = turn_of(session, submission)
    if turn is None:
        raise LinkError("现在没有要签的步骤，不用发链接。")
    if by.id == person.id:
        raise LinkError("不能给自己发签字链接，请登录后直接签。")
    if person.password_hash:
        raise LinkError(
            f"{person.name}有账号，请登录后签（手机浏览器也可以）。想改用短信链接签，请管理员在“人员”里把{person.name}改为"
            "“只用手机签字”，账号随即收回。"
        )
    if session.get(Contact, (person.id, phones.WAY)) is None:
        raise LinkError(f"{person.name}没有登记手机号，请管理员在“人员”里登记，再发链接。")
    if reason := obstacle(session, submission, person, now):
        raise LinkError(reason)
    token, kept = new_token()
    row = SigningLink(
        submission_id=submission.id, person_id=person.id, step=turn.step, token_hash=kept, made_by=by.login,
        made_at=utc(now), expires_at=utc(now) + LASTS,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"link": row.id, "person": person.login, "step": turn.step}
    audit.record(session, by.login, "review.link", f"submission:{submission.id}", detail, now)
    return token


def sent(session: Session, token: str, now: datetime) -> None:
    """This link is on its way to the phone: the earlier ones of its submission are void."""
    link = session.exec(select(SigningLink).where(SigningLink.token_hash == token_hash(token))).one()
    _revoke(session, (SigningLink.submission_id == link.submission_id, col(SigningLink.id) < link.id), now)


def not_sent(session: Session, token: str, now: datetime) -> None:
    """The message did not get out: this link is void, and those before it work as they did."""
    _revoke(session, (SigningLink.token_hash == token_hash(token),), now)


def alive(session: Session, token: str, now: datetime) -> SigningLink:
    """The link this token opens; LinkError when it does not work (any more), or whom it was sent to has no say in the
    step any more. Every use of a link comes by here."""
    query = select(SigningLink).where(
        SigningLink.token_hash == token_hash(token),
        col(SigningLink.used_at).is_(None),
        col(SigningLink.revoked_at).is_(None),
        col(SigningLink.expires_at) > now,
    )
    found = session.exec(query).one_or_none()
    if found is None or not _is_theirs(session, found, now):
        raise LinkError(VOID)
    return found


def _is_theirs(session: Session, link: SigningLink, now: datetime) -> bool:
    """Whether its step is still the next one, and still its person's to take. A rehearsal asks for nobody's role; but
    who is disabled reads nothing, not even there."""
    submission, person = session.get_one(Submission, link.submission_id), session.get_one(Person, link.person_id)
    turn = turn_of(session, submission)
    if turn is None or turn.step != link.step or person.disabled_at is not None:
        return False
    return not unfit(session, submission, person, now)


def new_code(session: Session, link: SigningLink, now: datetime) -> Code:
    """Six digits to be sent to the phone; one a minute, five a link, and the one before is void."""
    if link.codes >= CODES:
        raise LinkError(f"这个链接已经发过 {CODES} 次验证码，不再发了；请向经办人再要一个链接。")
    if link.code_at is not None and now - link.code_at < BETWEEN:
        raise LinkError("验证码刚发过，请等一分钟再要。")
    code = Code(f"{secrets.randbelow(10**6):06d}", (link.code_hash, link.code_at, link.tries))
    link.code_hash, link.code_at, link.tries = _hash(link, code.digits), utc(now), 0
    link.codes += 1
    session.add(link)
    audit.record(session, "web", "review.link_code", f"submission:{link.submission_id}", {"link": link.id}, now)
    return code


def code_not_sent(session: Session, link_id: int, code: Code) -> None:
    """The message did not get out: the code before counts as it did, and nobody waits a minute for this one."""
    link = session.get_one(SigningLink, link_id)
    if link.code_hash == _hash(link, code.digits):
        link.code_hash, link.code_at, link.tries = code.before
        link.codes -= 1
        session.add(link)


def is_right(session: Session, link: SigningLink, said: str, now: datetime) -> bool:
    """Whether this is the code; each wrong one counts, and after five a new one is needed."""
    if link.code_at is None or now - link.code_at > CODE_LASTS or link.tries >= TRIES:
        return False
    link.tries += 1
    session.add(link)
    return hmac.compare_digest(link.code_hash, _hash(link, "".join(said.split())))


def use(session: Session, link: SigningLink, now: datetime) -> None:
    """It has done its work."""
    link.used_at = utc(now)
    session.add(link)


def void_of(session: Session, person: Person, now: datetime) -> None:
    """Links sent to somebody and not used yet are void: their telephone is another now, or they are disabled."""
    _revoke(session, (SigningLink.person_id == person.id,), now)


def _revoke(session: Session, which: tuple[ColumnElement[bool] | bool, ...], now: datetime) -> None:
    open_ones = (col(SigningLink.used_at).is_(None), col(SigningLink.revoked_at).is_(None))
    for one in session.exec(select(SigningLink).where(*which, *open_ones)):
        one.revoked_at = utc(now)


def _hash(link: SigningLink, code: str) -> str:
    return hashlib.sha256(f"{link.token_hash}:{code}".encode()).hexdigest()
