"""The phone around a rendition: the reader's screen of each channel, the signed body left to the letter."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

import themes
from assets.pictures import Pictures
from channels.douyin.render import OUTLET as DOUYIN
from channels.making import film
from channels.making.clip.storyboard import Storyboard
from channels.shipinhao.render import OUTLET as SHIPINHAO
from channels.site import frame as site_frame
from channels.site import pages as site_pages
from channels.values import Manuscript, Part, Profile, Rendition
from cms.web import strip

_JINJA = Environment(loader=PackageLoader("cms.web"), autoescape=True)
# The frame runs no script; the site's own only remembers the text size on the reader's phone.
_SCRIPT = re.compile(r'<script src="[^"]*"></script>\n?')
_ADDRESS = re.compile(r"https?://[\x21-\x7e]+")


def _nowhere(digest: str) -> str:
    raise LookupError(digest)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A frame's document and its ``path`` under the frame's address, with what it asks for by path:
    the hash of a stored picture, or (media type, bytes). ``address``: where a stored picture is shown, by its hash."""

    document: str
    path: str = "frame.html"
    stored: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    address: Callable[[str], str] = _nowhere


@dataclass(frozen=True, slots=True)
class Looked:
    """What a screen is made of: the filled part, what it came from, whose it is, and the address its
    pictures have (by hash) where the screen will be looked at."""

    part: Part
    rendition: Rendition
    manuscript: Manuscript
    profile: Profile
    address: Callable[[str], str]

    def screen(self, name: str, **more: object) -> str:
        """The template ``name`` with the part's fields and the account's brand."""
        theme = themes.load(self.profile.theme, self.profile.own_tokens)
        words = {"fields": dict(self.part.fields), "token": theme.token, "part": self.part}
        known = {"profile": self.profile, "manuscript": self.manuscript, "address": self.address}
        return _JINJA.get_template(f"frames/{name}.html").render(**words, **known, **more)


def dress(looked: Looked) -> Sheet:
    """The screen for the rendition's channel; one we do not know is shown as a page or plain text."""
    return _DRESSERS.get(looked.profile.channel, _plain)(looked)


def _site(looked: Looked) -> Sheet:
    """The story page itself, in its brand's frame."""
    part, profile = looked.part, looked.profile
    theme = themes.load(profile.theme, profile.own_tokens)
    slug = part.field("column_slug")
    tabs = (site_frame.Tab(slug=slug, name=part.field("column") or slug),) if slug else ()
    frame = site_frame.frame_for(profile, theme, tabs)
    page = site_pages.story_page(part, frame)
    styles = {site_frame.css_name(theme): ("text/css", _by_day(theme.css).encode())}
    styles[site_frame.MODE] = ("text/css", site_frame.mode_css(grey=False))
    stored = {one.name: one.hash for one in part.files} | ({frame.logo.name: frame.logo.hash} if frame.logo else {})
    return Sheet(_SCRIPT.sub("", page), part.field("path"), stored, styles, looked.address)


def _by_day(css: str) -> str:
    """The site's style sheet without its night side: a preview stays the same on a dark desk."""
    return css.replace("(prefers-color-scheme:dark)", "(max-width:0)").replace("light dark", "light")


def _wechat(looked: Looked) -> Sheet:
    thumb = next((one.hash for one in looked.part.files if one.role == "thumb"), "")
    return Sheet(looked.screen("wechat", body=Markup(looked.part.body), thumb=thumb))  # noqa: S704


def _weibo(looked: Looked) -> Sheet:
    return Sheet(looked.screen("weibo", body=_linked(looked.part.body), shots=_shots(looked)))


def _shots(looked: Looked) -> list[tuple[str, str]]:
    """The pictures of the post as (address, alt), in the order they are sent."""
    return [(looked.address(one.hash), one.alt) for one in looked.part.files if one.role == "picture"]


def _linked(text: str) -> Markup:
    """``text`` with its addresses as links, as the app shows them."""
    out, at = Markup(), 0
    for found in _ADDRESS.finditer(text):
        out += escape(text[at : found.start()]) + Markup('<a href="{0}">{0}</a>').format(found[0])
        at = found.end()
    return out + escape(text[at:])


def _toutiao(looked: Looked) -> Sheet:
    return Sheet(looked.screen("toutiao", body=Markup(looked.part.body)))  # noqa: S704


def _feed(looked: Looked) -> Sheet:
    """The item in a reader. Its pictures will lie on the unit's site; until then the store has them."""
    body = looked.part.body
    for one in looked.part.files:
        body = body.replace(f"{looked.profile.site_url}/{one.name}", looked.address(one.hash))
    return Sheet(looked.screen("feed", body=Markup(body)))  # noqa: S704


def _plain(looked: Looked) -> Sheet:
    is_page = looked.rendition.mime == "text/html"
    body = Markup(looked.part.body) if is_page else looked.part.body  # noqa: S704
    return Sheet(looked.screen("plain", body=body, is_page=is_page))


_DRESSERS: dict[str, Callable[[Looked], Sheet]] = {
    "site": _site,
    "wechat": _wechat,
    "weibo": _weibo,
    "toutiao": _toutiao,
    "feed": _feed,
}


FILMED: Mapping[str, film.Outlet] = {one.name: one for one in (SHIPINHAO, DOUYIN)}
"""The channels that take one clip: a storyboard stands in for it, for encoding takes its time."""


def storyboard(manuscript: Manuscript, profile: Profile, assets: Pictures) -> Storyboard:
    """The clip of this account as data."""
    return film.storyboard(manuscript, profile, themes.load(profile.theme, profile.own_tokens), assets)


def filmstrip(board: Storyboard, manuscript: Manuscript, profile: Profile, assets: Pictures) -> Sheet:
    """The clip's storyboard as stills with captions: what 「生成短片」 will film."""
    theme = themes.load(profile.theme, profile.own_tokens)
    stills = strip.stills(board, assets)
    shots = [
        {"at": one.at, "kind": one.kind, "captions": one.captions, "still": f"shot-{number}.jpg"}
        for number, one in enumerate(stills)
    ]
    document = _JINJA.get_template("frames/shipinhao.html").render(
        fields={}, token=theme.token, profile=profile, manuscript=manuscript, shots=shots,
        seconds=board.seconds, title=FILMED[profile.channel].titled(manuscript), said=film.description(manuscript),
    )  # fmt: skip
    beside = {f"shot-{number}.jpg": ("image/jpeg", one.picture) for number, one in enumerate(stills)}
    return Sheet(document, beside=beside)


__all__ = ["FILMED", "Looked", "Sheet", "dress", "filmstrip", "storyboard"]
