"""灰度: the sites without colour, for a day of mourning. One row says so, one small file a site shows it.

Every page links ``mode.css``, so that no page is built anew. The row counts: whoever writes the file reads the row
before and after, so a switch that comes while a site is being published is never overwritten.
"""

from datetime import datetime
from pathlib import Path
from typing import cast

from sqlmodel import Session, col, select

from channels.site import pages
from cms import audit
from cms.db import ask, look, session_scope
from cms.people import Person, Workspace
from cms.people.mandates import GREY, check_may
from pipeline.files import write_atomic
from pipeline.house import House

_SINCE = select(col(Workspace.grey_since)).where(col(Workspace.id) == 1)


def switch(house: House, grey: bool, by: Person, reason: str, now: datetime) -> int:
    """Take the colour from all sites, or give it back; how many files changed. Repeated, it changes nothing."""
    with session_scope(house.engine) as session:
        check_may(session, by.login, GREY, [None])
        workspace = session.get_one(Workspace, 1)
        if (workspace.grey_since is not None) != grey:
            workspace.grey_since = now if grey else None
            session.add(workspace)
            audit.record(session, by.login, "grey.on" if grey else "grey.off", "workspace", {"reason": reason}, now)
    return show(house, *folders(house))


def folders(house: House) -> list[Path]:
    """The folder above the sites, for the page that lists them, and every site's own."""
    below = house.sites.iterdir() if house.sites.is_dir() else ()
    return [house.sites, *sorted(one for one in below if one.is_dir())]


def show(house: House, *where: Path) -> int:
    """Put the mode file into these folders as the row says; how many changed."""
    changed, grey = 0, is_grey(house)
    while True:
        changed += sum(write_atomic(folder / pages.MODE, pages.mode_css(grey)) for folder in where)
        before, grey = grey, is_grey(house)
        if before == grey:
            return changed


def is_grey(house: House) -> bool:
    """Whether the sites are to be without colour."""
    return look(house.engine, _SINCE).one()[0] is not None


def since(session: Session) -> datetime | None:
    """Since when they are; None when they are not."""
    return cast(datetime | None, ask(session, _SINCE).one()[0])
