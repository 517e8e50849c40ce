"""What each channel drops or changes, in words: every element once, with the units it concerns when not all."""

from collections.abc import Iterator, Sequence

from channels import registry
from channels.losses import Place, grouped, tally
from channels.values import Loss
from pipeline.proof import Proof

NAMED = 4  # units named one by one before they are only counted


def report(made: Sequence[Proof]) -> list[str]:
    """The lines to print, channel by channel; a channel that takes everything as it is says so."""
    channels: dict[str, list[Proof]] = {}
    for one in made:
        if one.rendition is not None:
            channels.setdefault(one.profile.channel, []).append(one)
    return [line for name, own in channels.items() for line in _channel(registry.get(name).title, own)]


def _channel(title: str, own: list[Proof]) -> Iterator[str]:
    units = _units_by_loss(own)
    every = [loss for loss, times, _ in units for _ in range(times)]
    accounts = f"{len(own)} 个账号" if len(own) > 1 else own[0].profile.name
    yield f"{title}（{accounts}）　{tally(every) or '原样呈现'}"
    whose = {_known_by(loss): _said(names, len(own)) for loss, _, names in units}
    for group in grouped(every):
        yield f"  {group.word} {group.count} 处（{group.what}）：{group.reason}"
        for place in group.places:
            yield f"    {_place(place)}{whose[group.kind, group.reason, place.line, place.what, place.excerpt]}"


def _known_by(loss: Loss) -> tuple[str, str, int, str, str]:
    return loss.kind, loss.reason, loss.line, loss.what, loss.excerpt


def _units_by_loss(own: list[Proof]) -> list[tuple[Loss, int, list[str]]]:
    """(loss, the most often it happens to one account, the units it happens to), in the story's order."""
    found: dict[tuple[Loss, int], tuple[Loss, dict[str, int]]] = {}
    for one in own:
        for loss in one.rendition.losses if one.rendition else ():
            _, names = found.setdefault((loss, loss.line), (loss, {}))
            names[one.profile.unit_short] = names.get(one.profile.unit_short, 0) + 1
    return [(loss, max(names.values()), list(names)) for loss, names in found.values()]


def _said(names: list[str], accounts: int) -> str:
    """Whose loss it is: nothing when it is everybody's."""
    if len(names) == accounts:
        return ""
    return f"（只有{'、'.join(names)}）" if len(names) <= NAMED else f"（{len(names)} 个单位）"


def _place(place: Place) -> str:
    where = f"第 {place.line} 行" if place.line else ""
    times = f" × {place.times}" if place.times > 1 else ""
    excerpt = f"“{place.excerpt}”" if place.excerpt else ""
    return "　".join(one for one in (where, place.what + times, excerpt) if one)
