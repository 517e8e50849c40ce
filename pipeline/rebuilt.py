"""Our own outputs from rows and bytes alone: what a house that was restored shows readers again."""

from cms.db import read_scope
from pipeline import packages, sites
from pipeline.clock import TimeSource
from pipeline.house import House


def rebuild(house: House, clock: TimeSource) -> int:
    """Every site, and every package that waits for a person, as orders left it; how many of both."""
    with read_scope(house.engine) as session:
        units = sites.names(session)
    for unit in units:
        sites.rebuild(house, unit, clock)
    return len(units) + packages.rebuild(house, clock)
