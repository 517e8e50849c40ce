"""What Weibo's limits say of a post: the check of the route it was made for."""

import re
from datetime import date
from urllib.parse import urlsplit

from channels.making.measure import Gauge, in_force
from channels.slots import blank, marks
from channels.values import Finding, Part, Profile, RenderedFile, Rendition
from channels.weibo.count import count
from channels.weibo.routes import ARTICLE_TAGS, LIMITS, PICTURE_KINDS, RULES_VERSION, Route, of_part

TOPIC = re.compile(r"[#＃][^#＃\n]+[#＃]")
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_NO_WORDS = re.compile(r"https?://\S+|【】|\s")


def measured(template: str, part_slots: dict[str, int]) -> str:
    """``template`` with each link as an address of its full length: what the counter will see."""
    for slot_id in marks(template):
        length = part_slots.get(slot_id, 0)
        template = template.replace(f"\x02{slot_id}\x03", "https://" + "x" * max(0, length - 8))
    return template


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the post."""
    gauge = Gauge(in_force(LIMITS, on_date))
    for part in rendition.parts[:1]:
        gauge.at_most(of_part(part).key("stories.many"), len(rendition.parts), "一条微博带了", "请一篇发一条")
    for part in rendition.parts:
        route = of_part(part)
        if route.name == "article":
            _article(gauge, route, part)
        else:
            _text(gauge, route, part)
        _link(gauge, route, part, profile)
        _pictures(gauge, route, part)
    return gauge.found


def _text(gauge: Gauge, route: Route, part: Part) -> None:
    text = measured(part.body, {slot.id: slot.max_length for slot in part.slots})
    remedy = "请缩短，或在稿头给微博写一个短标题（Markdown：short_headlines: weibo:）"
    gauge.at_most(route.key("text.long"), count(text), "微博正文有", remedy, text)
    gauge.at_least(route.key("text.empty"), len(_NO_WORDS.sub("", text)), "微博正文有", "请写标题或摘要")
    if "topic.refused" in route.limits:
        topics = TOPIC.findall(text)
        gauge.at_most(route.key("topic.refused"), len(topics), "微博正文有话题", "请去掉 # 号", " ".join(topics))


def _article(gauge: Gauge, route: Route, part: Part) -> None:
    title, post = part.field("title"), blank(part.field("post"), part.slots)
    remedy = "请在稿头给微博写一个 32 字以内的短标题（Markdown：short_headlines: weibo:）"
    gauge.at_least(route.key("title.missing"), len(title), "头条文章标题有", remedy)
    gauge.at_most(route.key("title.long"), len(title), "头条文章标题有", remedy, title)
    length = len(blank(part.body, part.slots))
    gauge.at_most(route.key("content.long"), length, "头条文章正文的 HTML 有", "请分成几篇发布")
    strays = sorted({tag.lower() for tag in _TAG.findall(part.body)} - set(ARTICLE_TAGS))
    if strays:
        said = f"头条文章正文里有 {'、'.join(strays)} 标签，接口没有写明会保留，请改成段落、列表或图片。"
        gauge.say(route.key("content.tags"), said)
    covers = sum(one.role == "cover" for one in part.files)
    gauge.at_least(route.key("cover.missing"), covers, "头条文章封面有", "请在稿头选一张封面（Markdown：cover）")
    summary = part.field("summary")
    gauge.at_most(route.key("summary.long"), len(summary), "头条文章导语有", "请缩短摘要", summary)
    gauge.at_most(route.key("post.long"), len(post), "头条文章的附带微博有", "请缩短摘要", post)
    bare = _NO_WORDS.sub("", measured(part.field("post"), {one.id: one.max_length for one in part.slots}))
    gauge.at_least(route.key("post.empty"), len(bare), "头条文章的附带微博有", "请写标题或摘要")


def _link(gauge: Gauge, route: Route, part: Part, profile: Profile) -> None:
    links = len(marks(part.field("link")))
    gauge.at_least(route.key("link.missing"), links, "微博带的本单位网址有", "请给单位设 site_url")
    domain = profile.setting("safe_domain").strip().lower().lstrip(".")
    if links and domain and "link.unsafe" in route.limits and not _is_under(profile.site_url, domain):
        host = urlsplit(profile.site_url).hostname or profile.site_url
        said = (
            f"链接的域名 {host} 不在微博应用的安全域名 {domain} 之下，分享接口会拒收，"
            "请在微博开放平台把它加进安全域名，或改账号设置 safe_domain。"
        )
        gauge.say(route.key("link.unsafe"), said)


def _is_under(address: str, domain: str) -> bool:
    host = (urlsplit(address).hostname or "").lower()
    return host == domain or host.endswith(f".{domain}")


def _pictures(gauge: Gauge, route: Route, part: Part) -> None:
    if "pictures.many" in route.limits:
        most = route.value("pictures.many")
        gauge.at_most(route.key("pictures.many"), len(part.files), "微博配图有", f"请只留 {most} 张")
    for one in part.files:
        _picture(gauge, route, one)


def _picture(gauge: Gauge, route: Route, file: RenderedFile) -> None:
    named = file.alt or file.name
    gauge.at_most(route.key("picture.heavy"), file.size, f"图片 {named} 有", "请换一张小一些的图片")
    if file.mime not in PICTURE_KINDS:
        said = f"图片 {named} 是 {file.mime}，微博只收 JPEG、GIF、PNG，请另存后重新插入。"
        gauge.say(route.key("picture.kind"), said)


__all__ = ["LIMITS", "RULES_VERSION", "check", "measured"]
