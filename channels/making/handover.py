"""Handover packages (代发包): everything a person needs to publish by hand in a minute, as files.

File names carry the channel, for the packages of one unit share a folder; pictures are named by hash.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from assets.pictures import Pictures
from channels import canonical
from channels.contract import PackageFile
from channels.making import guide_page
from channels.slots import fill, own_link
from channels.values import Fills, Loss, Part, Profile, RenderedFile, Rendition

PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Guide:
    """How a person publishes on one platform: the console, the steps, the fields to copy (name, label).

    ``rich_text``: the body is copied as formatted text and also written as ``<channel>.html``."""

    channel: str
    title: str
    console: str
    steps: tuple[str, ...]
    copies: tuple[tuple[str, str], ...]
    rich_text: bool = False


def package(
    rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures, guide: Guide
) -> tuple[PackageFile, ...]:
    """The rendition as files: bodies, fields, pictures and the page that guides the hand."""
    files: dict[str, bytes] = {}
    signed = canonical.digest(rendition)
    several = len(rendition.parts) > 1
    for number, template in enumerate(rendition.parts, 1):
        stem = f"{guide.channel}-{number}" if several else guide.channel
        part = filled(template, profile, fills.get(template.story, {}))
        losses = rendition.losses
        if guide.rich_text:
            files[f"{stem}.html"] = part.body.encode()
        files[f"{stem}.json"] = _as_json(_sheet(part, guide, losses, signed))
        files[f"{stem}-代发.html"] = guide_page.page(part, profile, guide, losses, signed).encode()
        for one in part.files:
            files[picture_path(one)] = assets.read(one.hash)
    return tuple(PackageFile(path, content) for path, content in files.items())


def filled(part: Part, profile: Profile, fills: Mapping[str, str]) -> Part:
    """The part with every slot filled: given fills first, then what is known without sending.

    A link without a delivery key loses the empty query it would end in."""
    pictures = {one.hash: picture_path(one) for one in part.files}
    known = {"own_link": own_link(profile, part.story)}
    given = {slot.id: fills.get(slot.id, known.get(slot.kind, pictures.get(slot.ref, ""))) for slot in part.slots}
    sent = fill(part, given)
    if given.get("key"):
        return sent
    bare = tuple((name, value.removesuffix("?k=")) for name, value in sent.fields)
    return replace(sent, fields=bare, body=sent.body.removesuffix("?k="))


def picture_path(file: RenderedFile) -> str:
    """Where a file lies in the package."""
    return f"{PICTURES}/{file.name}"


def _sheet(part: Part, guide: Guide, losses: tuple[Loss, ...], signed: str) -> dict[str, object]:
    """The fields and files for a machine or a careful person."""
    by_role = {one.role: picture_path(one) for one in part.files if one.role in ("cover", "thumb")}
    pictures = [
        {"path": picture_path(one), "alt": one.alt, "width": one.width, "height": one.height}
        for one in part.files
        if one.role == "picture"
    ]
    return {
        **dict(part.fields),
        **by_role,
        "pictures": pictures,
        "losses": guide_page.told(losses),
        "steps": list(guide.steps),
        "console": guide.console,
        "rendition": signed,
    }


def _as_json(sheet: dict[str, object]) -> bytes:
    return (json.dumps(sheet, ensure_ascii=False, indent=2) + "\n").encode()
