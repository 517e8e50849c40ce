"""A story on Weibo by the account's route: a short post, a long one, or an article with a post."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from assets.pictures import Pictures
from channels.making import frame, words
from channels.making.article import Same
from channels.values import CorrectionNotice, Loss, Manuscript, Part, Profile, Rendition, Slot, slot_mark
from channels.weibo import article, losses, pictures, sentences
from channels.weibo.count import count
from channels.weibo.limits import measured
from channels.weibo.routes import ROUTES, RULES_VERSION, Route, of_account
from themes import Theme

KEY = Slot(id="key", kind="key", max_length=20, escape="url")
"""The delivery key rides in the link (rules.md §1): no field of share can hold it."""
CORRECTED = "更正："
_QUIET = str.maketrans("", "", "【】")


class Told(NamedTuple):
    """The words of a post: whole, what opens it, what of the body got in."""

    text: str
    headline: str
    is_headline_cut: bool
    body: sentences.Kept


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The post of one story for one account, by the route its settings name."""
    frame.not_empty(manuscripts)
    route = of_account(profile)
    made = [_part(one, route, profile, theme, assets) for one in manuscripts]
    return Rendition(
        channel="weibo",
        account=profile.account,
        mime="text/html" if route.name == "article" else "text/plain",
        parts=tuple(part for part, _ in made),
        renderer=frame.fingerprint("weibo", RULES_VERSION, theme),
        losses=tuple(chain.from_iterable(lost for _, lost in made)),
    )


def _part(
    manuscript: Manuscript, route: Route, profile: Profile, theme: Theme, assets: Pictures
) -> tuple[Part, tuple[Loss, ...]]:
    slots = (frame.link_slot(profile, manuscript.slug), KEY) if profile.site_url else ()
    if route.name == "article":
        post = _told(Same(manuscript), ROUTES["advanced"], *_link(slots))
        return article.part(manuscript, post.text, _link(slots)[0], slots, profile, theme, assets)
    told = _told(Same(manuscript), route, *_link(slots))
    return _post(manuscript, route, told, slots, assets), _losses(Same(manuscript), route, told, bool(slots), assets)


def _link(slots: tuple[Slot, ...]) -> tuple[str, int]:
    """The address that carries the delivery key, and how long its first part may be."""
    if not slots:
        return "", 0
    return f"{slot_mark(slots[0].id)}?k={slot_mark(KEY.id)}", slots[0].max_length


def _post(manuscript: Manuscript, route: Route, told: Told, slots: tuple[Slot, ...], assets: Pictures) -> Part:
    shown = pictures.of_story(Same(manuscript), route.value("pictures.many"), assets)
    marks = [slot_mark(one.id) for one in shown.slots]
    fields = [("text", told.text), ("link", _link(slots)[0]), ("picture", marks[0] if marks else "")]
    if route.name != "share":
        fields += [("pictures", "\n".join(marks)), ("route", route.name)]
    return Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=tuple(fields),
        body=told.text,
        slots=(*slots, *shown.slots),
        files=shown.files,
    )


@lru_cache(maxsize=256)
def _losses(same: Same[Manuscript], route: Route, told: Told, has_link: bool, assets: Pictures) -> tuple[Loss, ...]:
    shown = pictures.of_story(same, route.value("pictures.many"), assets)
    post = losses.Post(told.headline, told.is_headline_cut, told.body, shown, route, has_link)
    return losses.of_post(same.value, post)


@lru_cache(maxsize=256)
def _told(same: Same[Manuscript], route: Route, link: str, link_length: int) -> Told:
    """As many whole sentences as fit between headline and link; once for all links of one length."""
    manuscript, most = same.value, route.value("text.long")
    is_long = route.name == "longtext"
    calm = sentences.hushed if route.name == "share" else words.clean if is_long else sentences.one_line
    gap = "\n\n" if is_long else ""
    said = _tail(manuscript)
    tail = (gap if said else "") + said + (f"{gap or ' '}{link}" if link else "")

    def zi(text: str) -> int:
        return count(measured(text, {"own_link": link_length, KEY.id: KEY.max_length}))

    mark = _mark(manuscript)

    def opener(headline: str) -> str:
        return f"【{mark}{calm(headline).translate(_QUIET)}】"

    headline, is_cut = words.title(manuscript, "weibo", most, lambda kept: zi(opener(kept) + tail))
    lead = opener(sentences.one_line(headline)) + gap
    body = _body(manuscript, is_long, calm, lambda kept: zi(lead + kept + tail) <= most)
    return Told((lead + body.text).rstrip() + tail, headline, is_cut, body)


def _body(
    manuscript: Manuscript, is_long: bool, calm: Callable[[str], str], fits: Callable[[str], bool]
) -> sentences.Kept:
    """A long post tells the story; a short one its digest, or its first sentences where there is none."""
    if is_long:
        return sentences.keep(sentences.of_all(manuscript), calm, fits)
    digest = sentences.keep(sentences.of_digest(manuscript), calm, fits)
    return digest if digest.pieces else sentences.keep(sentences.of_paragraphs(manuscript), calm, fits)


def _mark(manuscript: Manuscript) -> str:
    """What a corrected story opens with, for its post is a new one: its readers must know it by that (R6)."""
    is_corrected = any(isinstance(one, CorrectionNotice) for one in manuscript.blocks)
    return CORRECTED if is_corrected and not manuscript.headline.startswith("更正") else ""


def _tail(manuscript: Manuscript) -> str:
    """What must be said in public: the reprint's outlet (R4), a machine's part (R7)."""
    outlet = f"（来源：{sentences.hushed(manuscript.source.outlet)}）" if manuscript.source else ""
    return outlet + ("（含 AI 生成内容）" if frame.has_ai(manuscript) else "")
