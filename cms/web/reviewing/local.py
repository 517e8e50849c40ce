"""地方版本: what readers of different units are shown of one submission, and whose a passage of its text is."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from channels.rendering import is_local, resolve
from channels.values import LocalText, Manuscript, RegionBlock
from cms.matrix import Account, Unit, profiles_of
from cms.releases import Delivery
from cms.review import Submission
from cms.web.desk import Desk
from cms.web.reviewing.apart import shown_on

NAMED = 3
"""So many units of a version are named before the rest are counted."""


@dataclass(frozen=True, slots=True)
class Version:
    """One text a channel shows, of a ``delivery`` that shows it; ``units``: (slug, short name) of those whose readers
    see the same but for the account's own name, look and footer."""

    delivery: int
    units: tuple[tuple[str, str], ...]

    @property
    def unit(self) -> str:
        return self.units[0][0]

    @property
    def name(self) -> str:
        names = [short for _, short in self.units]
        rest = f"等 {len(names)} 个单位" if len(names) > NAMED else ""
        return "、".join(names[: 1 if rest else NAMED]) + rest


def versions(desk: Desk, session: Session, one: Submission, channels: list[str]) -> dict[str, list[Version]]:
    """The different texts of each of these channels, in the order of its deliveries."""
    query = (
        select(Delivery.id, Delivery.account_id, Account.channel)
        .where(Delivery.account_id == Account.id, col(Account.channel).in_(channels))
        .where(Delivery.release_id == one.release_id, Delivery.rendition_hash != "")
        .order_by(col(Delivery.id))
    )
    rows = session.exec(query).all()
    profiles = profiles_of(session, [account for _, account, _ in rows])
    found: dict[str, dict[Manuscript, tuple[int, dict[str, str]]]] = {name: {} for name in channels}
    for delivery, account, channel in rows:
        profile, text = profiles[account], shown_on(desk, one.manuscript_hash, channel)
        read = resolve(text, profile) if is_local(text) else text
        _, units = found[channel].setdefault(read, (delivery, {}))
        units[profile.unit] = profile.unit_short
    return {
        name: [Version(delivery, tuple(units.items())) for delivery, units in kinds.values()]
        for name, kinds in found.items()
    }


def chosen(those: list[Version], unit: str) -> Version | None:
    """The version readers of this unit (slug) see; the first where it has none, None where there is none at all."""
    return next((one for one in those if unit in dict(one.units)), those[0] if those else None)


def short_names(session: Session) -> dict[str, str]:
    """The short names of the units, by slug."""
    return dict(session.exec(select(Unit.slug, Unit.short)).all())


def whose(story: Manuscript, path: str, names: Mapping[str, str]) -> str:
    """The units that alone see what stands at ``path`` of the story; "" where everybody does."""
    here: object = story
    units: tuple[str, ...] = ()
    for part in path.split("."):
        here = here[int(part)] if isinstance(here, tuple) else getattr(here, part)
        if isinstance(here, RegionBlock):
            units = here.units
        elif isinstance(here, LocalText):
            units = (here.unit,)
    return "、".join(names.get(one, one) for one in units)
