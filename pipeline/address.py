"""微站网址: where the sites of the house are, given or changed later. Pages, feeds and the links in every copy carry
it, so it changes only while nothing that was drawn with the old one still has to go out."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import col, func, select

from channels.contract import AdministratorError
from cms import audit
from cms.checks import leads_nowhere
from cms.db import session_scope
from cms.matrix import Account, Unit
from cms.people import Workspace
from cms.releases import Delivery
from pipeline.house import House

DRAWN = ("rendered", "ready", "staged", "composed", "held")
REMEDY = "请管理员定微站网址：yigao address https://…"


def settle(house: House, address: str, by: str, now: datetime) -> int:
    """The sites are under ``address`` ("https://kj.example.cn/sites", a unit's name behind it) from now on; how many
    accounts have theirs there. AdministratorError for what is no public address, or while old links wait to go out."""
    address = address.rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or leads_nowhere(address) or parts.query or parts.fragment:
        raise AdministratorError(
            f"“{address}”不是读者打得开的网址，请写成 https://域名/路径，例如 https://kjt.sc.gov.cn/weizhan。"
        )
    with session_scope(house.engine) as session:
        waiting = session.exec(
            select(func.count()).where(col(Delivery.state).in_(DRAWN), Delivery.rendition_hash != "")
        ).one()
        if waiting:
            raise AdministratorError(
                f"还有 {waiting} 份没有发出的投递里写着旧网址，请等它们发完，或用 yigao cancel 取消后再改，"
                "改好重新送审。"
            )
        row = session.get_one(Workspace, 1)
        before, row.base_url = row.base_url, address
        units = dict(session.exec(select(Unit.id, Unit.slug)).all())
        accounts = list(session.exec(select(Account)))
        for one in accounts:
            one.site_url = f"{address}/{units[one.unit_id]}"
        audit.record(session, by, "house.address", "workspace:1", {"from": before, "to": address}, now)
        return len(accounts)
