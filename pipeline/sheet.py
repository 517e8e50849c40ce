"""`yigao sheet`: one story on every account, on one page of files that opens without a server.

Screens are dressed by the code the newsroom dresses them with, around the same filled renditions; a
picture lies there once, however many accounts show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import themes
from assets.pictures import Pictures
from channels import registry, slots
from channels.losses import grouped, tally
from channels.making.semantic import asset_path
from channels.values import Manuscript, Part
from cms.web import contact_sheet, counters, frames
from pipeline.files import write_many
from pipeline.press import SHANGHAI
from pipeline.proof import Proof, known_fills

INDEX = "index.html"
FRAMES = "frames"


@dataclass(frozen=True)
class Written:
    """What the sheet came to: accounts with a screen, files, bytes."""

    screens: int
    files: int
    size: int


def write_sheet(manuscript: Manuscript, made: Sequence[Proof], pictures: Pictures, now: datetime, out: Path) -> Written:
    """The sheet of ``made`` in the folder ``out``."""
    files: dict[str, bytes] = {}
    for one in made:
        if one.rendition is not None:
            files |= _screen(manuscript, one, pictures, now)
    page = contact_sheet.page(manuscript.headline, _rows(made, now))
    files[INDEX] = page.encode()
    write_many(out, files)
    return Written(sum(one.rendition is not None for one in made), len(files), sum(map(len, files.values())))


def frame_path(one: Proof) -> str:
    """Where an account's screen lies: one folder deep, as a story's page does on a micro-site, so that what
    all accounts share (pictures, a brand's style sheet) lies once above them."""
    return f"{FRAMES}/{one.profile.channel}/{one.profile.unit}.html"


def filled(part: Part, one: Proof, manuscript: Manuscript, now: datetime) -> Part:
    """The part as the sheet shows it: the signed template, its pictures at their shared places."""
    known = known_fills(part, one.profile, manuscript, now)
    places = _places(part)
    return slots.fill(part, {slot.id: known.get(slot.id, places.get(slot.ref, "")) for slot in part.slots})


def _places(part: Part) -> dict[str, str]:
    return {one.hash: f"../{asset_path(one.hash, one.mime)}" for one in part.files}


def _screen(manuscript: Manuscript, one: Proof, pictures: Pictures, now: datetime) -> dict[str, bytes]:
    """The account's screen and the files it shows."""
    assert one.rendition is not None
    part = one.rendition.parts[0]
    shown = filled(part, one, manuscript, now)
    address = _places(part).__getitem__
    sheet = frames.dress(frames.Looked(shown, one.rendition, manuscript, one.profile, address))
    files = {frame_path(one): caged(sheet.document).encode()}
    files |= {f"{FRAMES}/{path}": content for path, (_, content) in sheet.beside.items()}
    return files | {f"{FRAMES}/{asset_path(file.hash, file.mime)}": pictures.read(file.hash) for file in part.files}


def caged(document: str) -> str:
    """The screen with the policy the newsroom's server would send along with it."""
    return document.replace(
        "<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{contact_sheet.POLICY}">', 1
    )


def _rows(made: Sequence[Proof], now: datetime) -> list[contact_sheet.Row]:
    units: dict[str, list[Proof]] = {}
    for one in made:
        units.setdefault(one.profile.unit, []).append(one)
    return [_row(own, now) for own in units.values()]


def _row(own: list[Proof], now: datetime) -> contact_sheet.Row:
    profile = own[0].profile
    accent = themes.load(profile.theme, profile.own_tokens).token("accent")
    cells = tuple(_cell(one, now) for one in own)
    return contact_sheet.Row(unit=profile.unit, name=profile.unit_name, accent=accent, cells=cells)


def _cell(one: Proof, now: datetime) -> contact_sheet.Cell:
    channel = registry.get(one.profile.channel)
    lost = one.rendition.losses if one.rendition else ()
    counted = counters.count(one.rendition, channel, now.astimezone(SHANGHAI).date()) if one.rendition else ()
    return contact_sheet.Cell(
        account=one.profile.account,
        channel=channel.name,
        channel_title=channel.title,
        name=one.profile.name,
        frame=frame_path(one) if one.rendition else "",
        hash=one.hash,
        counters=tuple(each for each in counted if not each.is_quiet),
        findings=one.findings,
        losses=grouped(lost),
        tally=tally(lost),
    )
