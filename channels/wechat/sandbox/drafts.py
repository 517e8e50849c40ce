"""The draft box: field by field, cleaned as the platform cleans (§3, §7)."""

import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import jsonify

from channels.wechat.cleaning import CLEANINGS
from channels.wechat.sandbox.base import Refused, appid_of
from channels.wechat.sandbox.media import HOST, Media

ARTICLES = 8  # §3
PAGE = 20  # §3
# §3: characters; titles over 32 are only advised against, older practice takes 64
LIMITS = (("title", 64, 45003), ("author", 16, 45110), ("digest", 128, 45004))
CONTENT, CONTENT_BYTES, LINK_BYTES, SHOWN_DIGEST, IMAGES = 20_000, 1_000_000, 1024, 54, 20  # §3
SHAPES = {"pic_crop_235_1": 2.35, "pic_crop_1_1": 1.0}  # §3
_CROP = re.compile(r"(?:0(?:\.\d+)?|1(?:\.0+)?)(?:_(?:0(?:\.\d+)?|1(?:\.0+)?)){3}")
_IMAGE = re.compile(r"<img\b[^>]*?\bsrc\s*=\s*\"([^\"]*)\"", re.I)
_TAG = re.compile(r"<[^>]*>")


class Drafts(Media):
    """``draft/*`` and the console's editor."""

    def views(self) -> dict[str, Callable[[], Any]]:
        return {
            **super().views(),
            "/cgi-bin/draft/add": self.draft_add,
            "/cgi-bin/draft/get": self.draft_get,
            "/cgi-bin/draft/update": self.draft_update,
            "/cgi-bin/draft/delete": self.draft_delete,
            "/cgi-bin/draft/count": self.draft_count,
            "/cgi-bin/draft/batchget": self.draft_batchget,
            "/cgi-bin/draft/switch": self.draft_switch,
        }

    def draft_add(self) -> Any:
        """§3: 1-8 articles."""
        appid = self.admit()
        articles = self.body().get("articles")
        if not isinstance(articles, list) or not articles:
            raise Refused(44003)
        if len(articles) > ARTICLES:
            raise Refused(45008)
        kept = [self._article(one, appid) for one in articles]
        struck = self.strike("too_long", "reject_sensitive", "media_expired")
        if struck:
            raise Refused({"too_long": 45002, "reject_sensitive": 87014, "media_expired": 40007}[struck])
        media = f"d{self.book.count(self.platform, 'drafts', appid)}-{appid}"
        self.keep_draft(appid, media, kept)
        if self.strike("manual_publish"):
            self.publish_by_hand(appid, media)
        return jsonify(media_id=media)

    def publish_by_hand(self, appid: str, media: str) -> None:
        """A person publishes the draft in the console, now."""
        raise NotImplementedError

    def keep_draft(self, appid: str, media: str, articles: list[dict[str, Any]]) -> None:
        at = self.now().isoformat()
        self.book.put(self.platform, f"draft:{appid}", media, {"articles": articles, "at": at})

    # ----------------------------------------------------------------- one article

    def _article(self, one: Any, appid: str) -> dict[str, Any]:
        """One article checked field by field, and cleaned (§3, §7)."""
        if not isinstance(one, dict) or not str(one.get("title", "")).strip():
            raise Refused(44003)
        content = self._measured(one)
        if one.get("article_type", "news") == "newspic":
            self._pictures(one, appid)
        else:
            self._covered(one, appid)
        if one.get("need_open_comment") == 1 and not self.settings(appid)["comments"]:
            raise Refused(88000)
        kept = {**one, "sent": content, "content": self._cleaned(content, "draft")}
        kept["digest"] = one.get("digest") or html.unescape(_TAG.sub("", content)).strip()[:SHOWN_DIGEST]
        if self.strike("content_altered"):
            kept["title"] = " ".join(str(one["title"]).split()) + " "
            kept["content"] = kept["content"].replace("“", '"').replace("”", '"').replace("，", ",")
        return kept

    def _measured(self, one: dict[str, Any]) -> str:
        for field, limit, code in LIMITS:
            if len(str(one.get(field, ""))) > limit:
                raise Refused(code)
        if len(str(one.get("content_source_url", "")).encode()) > LINK_BYTES:
            raise Refused(45005)
        content = str(one.get("content", ""))
        if not content.strip():
            raise Refused(44004)
        if len(content) >= CONTENT or len(content.encode()) >= CONTENT_BYTES:
            raise Refused(45002)
        return content

    def _covered(self, one: dict[str, Any], appid: str) -> None:
        """§3: a permanent cover; crops inside it and of the shape they are named for."""
        size = self.book.get(self.platform, f"material:{appid}", str(one.get("thumb_media_id", "")))
        if size is None:
            raise Refused(40007)
        for field, shape in SHAPES.items():
            crop = str(one.get(field, ""))
            if crop and not _is_crop(crop, size, shape):
                raise Refused(40035)

    def _pictures(self, one: dict[str, Any], appid: str) -> None:
        """§3: a picture post (贴图), up to twenty permanent pictures."""
        listed = one.get("image_info", {}).get("image_list", [])
        named = [str(each.get("image_media_id", "")) for each in listed]
        if not 1 <= len(named) <= IMAGES:
            raise Refused(45008 if named else 40007)
        if any(self.book.get(self.platform, f"material:{appid}", each) is None for each in named):
            raise Refused(40007)

    def _cleaned(self, content: str, step: str) -> str:
        """What stays of a body (§7); a picture that was not uploaded loses its address (§3)."""

        def keep(found: re.Match[str]) -> str:
            name = html.unescape(found[1]).removeprefix(HOST).partition("/")[0]
            known = self.book.get(self.platform, "picture", name) is not None
            return found[0] if known else found[0].replace(found[1], "")

        return _IMAGE.sub(keep, CLEANINGS[step](content).html)

    def console_save(self, name: str, media: str) -> None:
        """A person opens the draft in the console and saves it: the second, stricter clean-up (§7)."""
        appid = appid_of(name)
        held = self.draft(appid, media)
        for one in held["articles"]:
            one["content"] = self._cleaned(one["content"], "console")
        self.keep_draft(appid, media, held["articles"])

    # ----------------------------------------------------------------- the box

    def draft(self, appid: str, media: Any) -> dict[str, Any]:
        """A draft that is there."""
        if not media:
            raise Refused(41006)
        held: dict[str, Any] | None = self.book.get(self.platform, f"draft:{appid}", str(media))
        if held is None:
            raise Refused(40007)
        return held

    def draft_get(self) -> Any:
        appid = self.admit()
        self.catch_up()
        held = self.draft(appid, self.body().get("media_id"))
        more = {"thumb_url": f"{HOST}thumb/0", "is_deleted": False}
        return jsonify(news_item=[{**shown(one), **more} for one in held["articles"]])

    def draft_update(self) -> Any:
        """§3: one article by its 0-based index; ``articles`` is one object, not a list."""
        appid = self.admit()
        asked = self.body()
        held = self.draft(appid, asked.get("media_id"))
        index, article = asked.get("index", 0), asked.get("articles")
        if not isinstance(article, dict) or not isinstance(index, int) or not 0 <= index < len(held["articles"]):
            raise Refused(40035)
        held["articles"][index] = self._article(article, appid)
        self.keep_draft(appid, str(asked["media_id"]), held["articles"])
        return jsonify(errcode=0, errmsg="ok")

    def draft_delete(self) -> Any:
        appid = self.admit()
        media = self.body().get("media_id")
        self.draft(appid, media)
        self.book.put(self.platform, f"draft:{appid}", str(media), None)
        return jsonify(errcode=0, errmsg="ok")

    def draft_count(self) -> Any:
        return jsonify(total_count=len(self.book.things(self.platform, f"draft:{self.admit()}")))

    def draft_batchget(self) -> Any:
        appid = self.admit()
        if self.strike("list_down"):
            raise Refused(-1)
        self.catch_up()
        drafts = list(self.book.things(self.platform, f"draft:{appid}").items())[::-1]
        return jsonify(**self.page(drafts, "media_id"))

    def page(
        self, rows: list[tuple[str, Any]], name: str, listed: Callable[[Any], dict[str, Any]] = dict
    ) -> dict[str, Any]:
        """One page of drafts or publications, 1-20 at a time (§3, §4). ``listed``: what is said of an article."""
        asked = self.body()
        offset, count = asked.get("offset", 0), asked.get("count", 0)
        if not isinstance(offset, int) or not isinstance(count, int) or offset < 0 or not 1 <= count <= PAGE:
            raise Refused(40035)
        bare = asked.get("no_content") == 1
        items = [
            {
                name: key,
                "content": {"news_item": [shown(listed(one), bare) for one in value["articles"]]},
                "update_time": int(datetime.fromisoformat(value["at"]).timestamp()),
            }
            for key, value in rows[offset : offset + count]
        ]
        return {"total_count": len(rows), "item_count": len(items), "item": items}

    def draft_switch(self) -> Any:
        """§3: obsolete; the box is open for everyone."""
        self.admit()
        return jsonify(errcode=0, errmsg="ok", is_open=1)


def shown(article: dict[str, Any], bare: bool = False) -> dict[str, Any]:
    """An article as the interfaces give it back."""
    fields = {name: value for name, value in article.items() if name != "sent"}
    fields.setdefault("url", "https://mp.weixin.qq.com/s?__biz=preview")
    return {**fields, "content": ""} if bare else fields


def _is_crop(crop: str, size: list[int], shape: float) -> bool:
    if not _CROP.fullmatch(crop):
        return False
    left, top, right, bottom = map(float, crop.split("_"))
    if not (left < right and top < bottom):
        return False
    return abs((right - left) * size[0] / ((bottom - top) * size[1]) / shape - 1) < 0.03
