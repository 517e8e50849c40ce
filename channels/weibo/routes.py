"""The routes a Weibo account may publish by, as dated data: each limit with where it was read, and when.

An account chooses by its setting ``route``; one that says nothing has the ordinary interface (share).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from channels.contract import StoryError
from channels.making.limiting import LimitsOf
from channels.values import Limit, Part, Profile

RULES_VERSION = "weibo-2026-11-22.3"
READ_ON = "2026-11-22"
PICTURE_BYTES = 4_999_999
PICTURE_KINDS = ("image/jpeg", "image/gif", "image/png")
ARTICLE_TAGS = ("p", "h2", "strong", "em", "blockquote", "ul", "ol", "li", "img", "a", "br")
_SHARE = "open.weibo.com/wiki/2/statuses/share"
_URL_TEXT = "open.weibo.com/wiki/2/statuses/upload_url_text"
_UPLOAD = "open.weibo.com/wiki/2/statuses/upload"
_BIZ = "open.weibo.com/wiki/C/2/statuses/upload_url_text/biz"
_ARTICLE = "open.weibo.com/wiki/Toutiao/api"
_ERRORS = "open.weibo.com/wiki/Error_code 的转载表（20005、20006、20008）"
_EDITOR = "微博网页版头条文章编辑器"
_ZI = "半角计半字、其余计一字，合计向上取整；链接（连同投递标记）计 max(10, 长度的一半)"


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One route: ``limits`` by what they limit. The keys of share's limits carry no name of a route."""

    name: str
    title: str
    limits: Mapping[str, Limit]

    def key(self, what: str) -> str:
        """The rule that limits ``what`` on this route."""
        return self.limits[what].key

    def value(self, what: str) -> int:
        return self.limits[what].value


_limit = LimitsOf("", READ_ON, "tests/weibo/test_weibo_limits.py")


def _route(name: str, title: str, *limits: Limit) -> Route:
    stem = "weibo" if name == "share" else f"weibo.{name}"
    named = {one.key: replace(one, key=f"{stem}.{one.key}") for one in limits}
    return Route(name, title, MappingProxyType(named))


_EMPTY = _limit("text.empty", 1, "字", "链接和【】之外", _ERRORS, "test_an_empty_text_blocks", "unverified")
_KIND = _limit("picture.kind", 1, "种", "JPEG、GIF、PNG", _SHARE, "test_a_picture_of_another_kind_blocks")
_ONE = _limit("stories.many", 1, "篇", "一条微博", "本系统：一条微博只写一篇稿件", "test_two_stories_block", "own")


def _no_link(source: str) -> Limit:
    confidence, why = ("doc", source) if source == _SHARE else ("own", "本系统：读者要能看到全文")
    return _limit("link.missing", 1, "个", "本单位网址", why, "test_a_missing_link_warns", confidence, "warn")


def _heavy(source: str, confidence: str = "doc") -> Limit:
    counted = "小于 5 MB，按 1000 进位从严"
    return _limit("picture.heavy", PICTURE_BYTES, "字节", counted, source, "test_a_heavy_picture_blocks", confidence)


def _many(value: int, source: str) -> Limit:
    return _limit("pictures.many", value, "张", "配图", source, "test_a_picture_too_many_blocks")


def _long(value: int, source: str) -> Limit:
    return _limit("text.long", value, "字", _ZI, source, "test_a_long_text_blocks")


ROUTES: Mapping[str, Route] = MappingProxyType(
    {
        one.name: one
        for one in (
            _route(
                "share",
                "普通微博（分享接口）",
                _long(140, _SHARE),
                _EMPTY,
                _limit("topic.refused", 0, "个", "#话题#", _SHARE, "test_a_topic_blocks"),
                _no_link(_SHARE),
                _limit("link.unsafe", 0, "个", "本单位网址不在账号设置 safe_domain 之下", _SHARE,
                       "test_a_link_outside_the_safe_domain_blocks"),
                _many(1, _SHARE),
                _heavy(_SHARE),
                _KIND,
                _ONE,
            ),
            _route(
                "advanced",
                "九图微博（高级接口）",
                _long(140, _URL_TEXT),
                _EMPTY,
                _no_link(_URL_TEXT),
                _many(9, _URL_TEXT),
                _heavy(_UPLOAD),
                _KIND,
                _ONE,
            ),
            _route(
                "longtext",
                "长微博（商业接口）",
                _long(2000, _BIZ),
                _EMPTY,
                _no_link(_BIZ),
                _many(9, _BIZ),
                _heavy(_UPLOAD),
                _KIND,
                _ONE,
            ),
            _route(
                "article",
                "头条文章",
                _limit("title.missing", 1, "字", "每个字符计 1", _ARTICLE, "test_an_article_without_a_title_blocks"),
                _limit("title.long", 32, "字", "每个字符计 1，汉字、字母一样", _ARTICLE,
                       "test_an_article_title_over_32_blocks"),
                _limit("content.long", 90_000, "字", "HTML 的字符数，图片地址按最长计", _ARTICLE,
                       "test_an_article_over_90000_blocks"),
                _limit("content.tags", 0, "个", f"{'、'.join(ARTICLE_TAGS)} 之外的标签", "接口未写明，本系统从严",
                       "test_a_tag_no_article_needs_blocks", "own"),
                _limit("cover.missing", 1, "张", "封面", _ARTICLE, "test_an_article_without_a_cover_blocks"),
                _limit("summary.long", 44, "字", "每个字符计 1", _EDITOR, "test_a_long_summary_warns",
                       "unverified", "warn"),
                _limit("post.long", 1900, "字", "每个字符计 1，链接按全长计", _ARTICLE,
                       "test_an_attached_post_over_1900_blocks"),
                _limit("post.empty", 1, "字", "链接和【】之外", _ARTICLE, "test_an_empty_attached_post_blocks"),
                _no_link(_ARTICLE),
                _heavy(_ERRORS, "unverified"),
                _limit("picture.kind", 1, "种", "JPEG、GIF、PNG", _ERRORS,
                       "test_a_picture_of_another_kind_blocks", "unverified"),
                _ONE,
            ),
        )
    }
)  # fmt: skip
LIMITS = tuple(limit for route in ROUTES.values() for limit in route.limits.values())


def of_account(profile: Profile) -> Route:
    """The route of an account; StoryError names the known ones."""
    wanted = profile.setting("route", "share")
    if wanted not in ROUTES:
        known = "、".join(f"{one.name}（{one.title}）" for one in ROUTES.values())
        raise StoryError(f"微博账号设置 route 不能是“{wanted}”，请改为 {known} 之一。", profile.account)
    return ROUTES[wanted]


def of_part(part: Part) -> Route:
    """The route a rendition was made for."""
    return ROUTES[part.field("route", "share")]
