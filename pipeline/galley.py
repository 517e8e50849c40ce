"""The press room's side of the review desk (``cms.web.galley.Galley``)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from channels.contract import ChannelError
from channels.values import Finding, Manuscript, Part, Profile, Rendition
from cms.db import read_scope
from cms.people import PeopleDesk, PeopleError, Workspace
from cms.people.rows import Contact
from cms.review import ReviewSheet
from pipeline import due, settings
from pipeline.clock import TimeSource
from pipeline.fills import fills_for
from pipeline.house import House
from pipeline.letterhead import logo_of
from pipeline.notices import UnsentError, by_sms


@dataclass(frozen=True, slots=True)
class HouseGalley:
    """The proofs of one house."""

    house: House
    now: TimeSource

    def manuscript(self, digest: str) -> Manuscript:
        return self.house.manuscript(digest)

    def rendition(self, digest: str) -> Rendition:
        return self.house.rendition(digest)

    def fills(
        self, part: Part, profile: Profile, key: str, due_at: datetime, signoff: str, lead: str
    ) -> dict[str, str]:
        return fills_for(part, profile, key, due_at, signoff, lead)

    def recheck(self, manuscript_hash: str, at: datetime | None = None) -> list[Finding]:
        return list(due.recheck(self.house, manuscript_hash, self.now(), at).findings)

    def text(self, person_id: int, words: str) -> None:
        ways = settings.load(self.house.root, self.house.wires.vault).ways
        if ways.sms is None:
            raise PeopleError("短信还没有接通，请管理员在 yigao.toml 的 [sms] 里设置，或请对方登录签字。")
        with read_scope(self.house.engine) as session:
            contact = session.exec(select(Contact).where(Contact.person_id == person_id, Contact.way == "sms")).first()
            name = session.get_one(Workspace, 1).name
        if contact is None:
            raise PeopleError("对方没有登记手机号，请管理员先登记。")
        try:
            phone = PeopleDesk(self.house.engine, self.house.wires.vault).contact(contact)
            by_sms(ways.sms, phone, f"{name}：{words}", ways)
        except UnsentError as error:
            raise PeopleError(str(error)) from error
        except ChannelError as error:
            raise PeopleError(error.sentence) from error

    def sheet_pdf(self, sheet: ReviewSheet) -> bytes:
        from pipeline import review_pdf  # its library takes a while to load

        with read_scope(self.house.engine) as session:
            logo = logo_of(self.house, session)
        return review_pdf.pdf(sheet, self.now(), logo)
