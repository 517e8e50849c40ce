"""Works of the sandbox (douyin.md §3, §5): create, list, data, comments."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, request

from channels.douyin.sandbox.oauth import Route
from channels.douyin.sandbox.refused import Refused
from channels.douyin.sandbox.reviews import Reviews
from channels.douyin.sandbox.uploads import BAD, BUSY, Uploads
from channels.making.sandbox.book import Post

if TYPE_CHECKING:
    from channels.douyin.sandbox.platform import DouyinSandbox

TEXT = 1000
LATE = timedelta(seconds=90)
STATUS = {"pending": 4, "live": 5, "removed": 2}


class Videos:
    """What ``create_video`` makes and the lists show."""

    def __init__(self, platform: "DouyinSandbox", uploads: Uploads, reviews: Reviews) -> None:
        self.platform, self.book, self.uploads, self.reviews = platform, platform.book, uploads, reviews

    def routes(self) -> tuple[Route, ...]:
        return (
            ("/create_video/", "POST", self.create),
            ("/video_list/", "GET", self.works),
            ("/video_data/", "POST", self.data),
        )

    def create(self) -> Response:
        open_id = self.platform.admit()
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Refused(BAD, "请求体不是 JSON")
        self._checked(open_id, body)
        item_id = self._published(open_id, body)
        return self.platform.yes(item_id=item_id, video_id=f"v1{item_id.strip('@=')}")

    def _checked(self, open_id: str, body: dict[str, Any]) -> None:
        text, video_id = body.get("text", ""), str(body.get("video_id", ""))
        if self.platform.strike("media_expired"):
            self.book.put("douyin", f"video:{open_id}", video_id, None)
        if self.book.get("douyin", f"video:{open_id}", video_id) is None:
            raise Refused(BAD, "video_id 无效")
        cover = body.get("custom_cover_image_url")
        if cover and self.book.get("douyin", f"image:{open_id}", str(cover)) is None:
            raise Refused(BAD, "封面无效")
        if not isinstance(text, str) or len(text) > TEXT or self.platform.strike("too_long"):
            raise Refused(BAD, "text 过长")

    def _published(self, open_id: str, body: dict[str, Any]) -> str:
        number = self.book.count("douyin", "numbers", "all")
        item_id = f"@item/{number}=="  # opaque, and not fit for an address as it is: like the real ones
        text = str(body.get("text", ""))
        shown = altered(text) if self.platform.strike("content_altered") else text
        now = self.platform.now()
        visible_at = now + (LATE if self.platform.strike("visibility_delay") else timedelta())
        post = self.book.publish(
            "douyin", open_id, item_id, now, visible_at, "", shown, request.args.get("k", ""),
            f"https://www.iesdouyin.example/share/video/{number}/", {"title": "", "body": text}, state="pending",
        )  # fmt: skip
        self.reviews.begin(open_id, item_id, post)
        return item_id

    def works(self) -> Response:
        open_id = self.platform.admit()
        rows = self._shown(open_id)
        cursor, count = request.args.get("cursor", 0, int), request.args.get("count", 10, int)
        page = rows[cursor : cursor + count]
        return self.platform.yes(list=[_row(one) for one in page], cursor=cursor + len(page),
                                 has_more=len(rows) > cursor + count)  # fmt: skip

    def data(self) -> Response:
        open_id = self.platform.admit()
        wanted = (request.get_json(silent=True) or {}).get("item_ids", [])
        mine = [self.platform.asked_about(one) for one in self._shown(open_id) if one.remote in wanted]
        return self.platform.yes(list=[_row(one) for one in mine])

    def comments(self) -> Response:
        open_id = self.platform.admit()
        item_id = request.args.get("item_id", "")
        if item_id not in {one.remote for one in self.book.posts("douyin", open_id, "live")}:
            raise Refused(BAD, "没有这条作品")
        kept = list(self.book.things("douyin", f"comment:{item_id}").values())
        cursor, count = request.args.get("cursor", 0, int), request.args.get("count", 10, int)
        page = kept[cursor : cursor + count]
        return self.platform.yes(list=page, cursor=cursor + len(page), has_more=len(kept) > cursor + count)

    def _shown(self, open_id: str) -> list[Post]:
        """The owner's works, newest first, those under review among them."""
        self.reviews.settle()
        if self.platform.strike("list_down"):
            raise Refused(BUSY, "系统繁忙")
        now = self.platform.now()
        rows = [one for one in self.book.posts("douyin", open_id) if one.visible_at <= now and one.state in STATUS]
        return rows[::-1][1:] if self.platform.strike("list_unstable") else rows[::-1]


def _row(post: Post) -> dict[str, Any]:
    is_reviewed = post.state != "pending"
    return {
        "item_id": post.remote, "video_id": f"v1{post.remote.strip('@=')}", "title": post.body, "cover": "",
        "create_time": int(post.at.timestamp()), "is_reviewed": is_reviewed, "is_top": False, "media_type": 4,
        "share_url": post.address if is_reviewed else "", "video_status": STATUS[post.state],
        "statistics": {"digg_count": 0, "play_count": 0, "share_count": 0, "comment_count": 0},
    }  # fmt: skip


def altered(text: str) -> str:
    """What platforms do to a text: other spaces, other quotes, a width changed."""
    return " ".join(text.replace("“", '"').replace("”", '"').replace("，", ",").split()) + " "
