"""职权: which roles may decide what, and how far each reaches. One table for the desk's pages (``cms.web.permits``) and
for the decisions themselves, which ask it whoever brings them: a page, a command, a script.

A rehearsal asks for nobody's role; but who is disabled decides nothing, not even there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from cms.people.roles import (
    CITY,
    EDITOR,
    PROVINCE,
    REPORTER,
    REVIEWER,
    SIGNER,
    PeopleError,
    Reach,
    appointments_of,
    tree,
)
from cms.people.rows import Person, Workspace

ADMINISTRATORS: Mapping[str, Reach] = {CITY: "below", PROVINCE: "below"}
PLANNERS: Mapping[str, Reach] = {EDITOR: "below", SIGNER: "below", **ADMINISTRATORS}
SIGNERS: Mapping[str, Reach] = {SIGNER: "below"}
HANDLERS: Mapping[str, Reach] = {EDITOR: "own", SIGNER: "below", **ADMINISTRATORS}
HANDS: Mapping[str, Reach] = {REPORTER: "own", **HANDLERS}
STOPPERS: Mapping[str, Reach] = {SIGNER: "below", **ADMINISTRATORS}
DECIDERS: Mapping[str, Reach] = {REVIEWER: "below", SIGNER: "below"}
ENDERS: Mapping[str, Reach] = {EDITOR: "below", SIGNER: "below"}
GREYERS: Mapping[str, Reach] = {PROVINCE: "below"}


@dataclass(frozen=True, slots=True)
class Mandate:
    """A decision by its name, and who may take it."""

    deed: str
    reaches: Mapping[str, Reach]


ORDER = Mandate("提出更正或撤稿", HANDLERS)
ORDER_DECIDED = Mandate("批准撤稿", SIGNERS)
REFUSE = Mandate("驳回更正或撤稿", DECIDERS)
REMEDY = Mandate("登记人工处置", HANDLERS)
HANDLE = Mandate("处理投递", HANDLERS)
BY_HAND = Mandate("登记人工代发", HANDS)
STRANGER = Mandate("认定陌生稿", HANDLERS)
FREEZE = Mandate("停发", STOPPERS)
EXEMPT = Mandate("给停发加豁免、收回豁免", STOPPERS)
THAW = Mandate("解除停发", STOPPERS)
RETIME = Mandate("改期", PLANNERS)
RETIME_SIGNED = Mandate("改已签发的发布单的时间", STOPPERS)
FLASH = Mandate("发快讯", ENDERS)
LIFT = Mandate("解除快讯", ENDERS)
REVIEW = Mandate("补审快讯", DECIDERS)
GREY = Mandate("切换灰度", GREYERS)


def check_may(session: Session, login: str, mandate: Mandate, units: Iterable[int | None]) -> Person:
    """The person, who may take this decision for every one of ``units`` (None: the whole house); PeopleError with what
    to do when nobody has this login, they are disabled, or their roles do not reach."""
    person = session.exec(select(Person).where(Person.login == login)).one_or_none()
    if person is None:
        raise PeopleError(f"没有人员“{login}”，请用 yigao person 登记，或检查登录名有没有写错。")
    if person.disabled_at is not None:
        raise PeopleError(f"{person.name}的账号已停用，不能{mandate.deed}，请换一位。")
    if session.get_one(Workspace, 1).demo:
        return person
    known = tree(session)
    held = [(one.role, one.unit_id) for one in appointments_of(session, person.id)]
    reached = known.scope(held, mandate.reaches)
    asked = {one if one is not None else known.top for one in units}
    if not all(reached.holds(one) for one in asked):
        raise PeopleError(_refusal(person, mandate))
    return person


def _refusal(person: Person, mandate: Mandate) -> str:
    named = "、".join(f"“{role}”" for role in mandate.reaches)
    whose = "省级的" if mandate is GREY else "本单位或上级的"
    return f"{mandate.deed}要由{whose}{named}来做，{person.name}不是，请换一位，或请管理员任命。"
