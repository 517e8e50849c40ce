"""恢复后核对, as a person ends it, or lets something go before."""

from sqlmodel import select

from cms.db import session_scope
from cms.matrix import Unit
from cms.releases import Delivery, freeze, restoring
from cms.releases.exempting import Exempt
from tests.ledger.world import World

WHY = "逐份核对过，补下了停发"


def confirm(world: World, *, goes_on: bool = True) -> list[Delivery]:
    """Say that it is over; ``goes_on``: what fell due goes out now. Those, as they were stopped."""
    with session_scope(world.house.engine) as session:
        stopped = list(restoring.confirm(session, "editor", WHY, world.now, is_said=True).stopped)
        for one in stopped if goes_on else ():
            freeze.retime(session, one, world.now, "editor", "平台上没有，补发", world.now)
    return stopped


def exempt(world: World) -> None:
    """Everything goes although it is held: what then still stands against it is asked of each."""
    with session_scope(world.house.engine) as session:
        hold = restoring.hold_of(session)
        assert hold is not None
        lets = [Exempt("unit", slug) for slug in session.exec(select(Unit.slug))]
        freeze.exempt(session, hold, lets, "照发", "editor", world.now)
