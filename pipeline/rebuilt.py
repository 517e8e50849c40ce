"""Our own outputs from rows and bytes alone: what a house that was restored shows readers again."""

from sqlmodel import select

from cms.db import read_scope
from cms.matrix import profiles_of
from cms.releases import Delivery
from pipeline import sites
from pipeline.clock import TimeSource
from pipeline.dispatch import signed_lines
from pipeline.house import House
from pipeline.packing import pack


def rebuild(house: House, clock: TimeSource) -> int:
    """Every site, and every package that waits for a person; how many of both."""
    with read_scope(house.engine) as session:
        units = sites.names(session)
        rows = list(session.exec(select(Delivery).where(Delivery.state == "handed_over")))
        profiles = profiles_of(session, sorted({one.account_id for one in rows}))
        signed = signed_lines(session, rows)
    for unit in units:
        sites.rebuild(house, unit, clock)
    for one in rows:
        pack(house, profiles[one.account_id], one, signed[one.id], house.handover / one.key)
    return len(units) + len(rows)
