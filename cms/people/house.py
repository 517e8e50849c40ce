"""本单位: the house's own name and logo, after its first run."""

from datetime import datetime

from sqlmodel import Session, select

from cms import audit
from cms.matrix import Account
from cms.people.beginning import LONGEST_NAME
from cms.people.roles import PeopleError
from cms.people.rows import Workspace

SAME = "和现在的一样，没有要保存的。"


def change(session: Session, name: str, logo: str, sign: str, by: str, now: datetime) -> bool:
    """Give the house this name and this logo ("" for the name in type); ``sign``: the logo as the sites show it.
    Whether the logo is another one now. PeopleError where the name will not do, or nothing is changed."""
    house = session.get_one(Workspace, 1)
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise PeopleError(f"请写单位名称（一行，{LONGEST_NAME} 字以内），它写在页头、登录页和审签单上。")
    if (name, logo) == (house.name, house.logo):
        raise PeopleError(SAME)
    is_other = logo != house.logo
    before = {"name": house.name, "logo": house.logo}
    house.name, house.logo = name, logo
    if is_other:
        for account in session.exec(select(Account).where(Account.channel == "site")):
            account.settings = {key: value for key, value in account.settings.items() if key != "logo"}
            if sign:
                account.settings = {**account.settings, "logo": sign}
    audit.record(session, by, "house.change", "workspace", {"before": before, "name": name, "logo": logo}, now)
    return is_other
