"""信头: the house's logo on what is printed, small enough for a form and sharp enough for paper."""

import base64
from dataclasses import dataclass

from sqlmodel import Session

from assets.pictures import PictureError
from assets.store import MissingAssetError
from cms.people import Workspace
from cms.web import brand
from pipeline.house import House


@dataclass(frozen=True, slots=True)
class Logo:
    """``png``: the picture; ``ratio``: how many times as wide as it is high."""

    png: bytes
    ratio: float

    @property
    def address(self) -> str:
        """The picture as an address of its own, for a page that needs nothing beside it."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"

    def fitted(self, wide: float, high: float) -> tuple[float, float]:
        """Its width and height as large as a box allows, in the box's unit."""
        width = min(wide, high * self.ratio)
        return width, width / self.ratio


def logo_of(house: House, session: Session) -> Logo | None:
    """The house's logo; None where it has none, or its picture is gone: a form is printed all the same."""
    digest = session.get_one(Workspace, 1).logo
    if not digest:
        return None
    try:
        whole = house.pictures.info(digest)
        return Logo(brand.small(house.pictures, digest), whole.width / whole.height)
    except (MissingAssetError, PictureError):
        return None
