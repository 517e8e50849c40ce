"""Statistics by ``msgid`` = ``<msg_data_id>_<index>``, 1-based (§11). The numbers are made up, always the same."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import jsonify

from channels.making.sandbox.book import Post
from channels.wechat.sandbox.base import Refused
from channels.wechat.sandbox.comments import Comments

SPANS = {"getarticleread": 1, "getarticleshare": 1, "getbizsummary": 30, "getarticletotaldetail": 1}  # §11: days
FOLLOWED = 30  # §11: days
STABLE_HOUR = 8  # §11: the data of the day before
SUMMED = (
    "read_user",
    "share_user",
    "zaikan_user",
    "like_user",
    "comment_count",
    "collection_user",
    "redirect_ori_page_user",
)


class DataCube(Comments):
    """The four calls that are still kept up."""

    def views(self) -> dict[str, Callable[[], Any]]:
        return {
            **super().views(),
            "/datacube/getarticleread": lambda: self._asked_for(self._read),
            "/datacube/getarticleshare": lambda: self._asked_for(self._share),
            "/datacube/getbizsummary": lambda: self._asked_for(self._summary),
            "/datacube/getarticletotaldetail": lambda: self._asked_for(self._detail),
        }

    def _asked_for(self, rows: Callable[[str, date], list[dict[str, Any]]]) -> Any:
        appid, asked = self.admit(), self.body()
        try:
            begin, end = (date.fromisoformat(str(asked.get(name))) for name in ("begin_date", "end_date"))
        except ValueError as error:
            raise Refused(61500) from error
        span = SPANS[self.method().removeprefix("datacube/")]
        today = date.fromisoformat(self.day())
        if not begin <= end < today or (end - begin).days >= span:
            raise Refused(61501)
        local = self.now() + timedelta(hours=8)
        found = [row for at in range((end - begin).days + 1) for row in rows(appid, begin + timedelta(days=at))]
        is_delay = end == today - timedelta(days=1) and local.hour < STABLE_HOUR
        return jsonify(list=found, is_delay=is_delay)

    def _posts(self, appid: str, first: date, last: date) -> list[Post]:
        """Articles published on these dates of Asia/Shanghai."""
        self.catch_up()
        posts = self.book.posts(self.platform, appid)
        return [one for one in posts if first <= (one.at + timedelta(hours=8)).date() <= last]

    def _read(self, appid: str, day: date) -> list[dict[str, Any]]:
        return [
            {"ref_date": day.isoformat(), "msgid": one.more["msgid"], "detail": _readers(one.more["msgid"], day)}
            for one in self._posts(appid, day - timedelta(days=FOLLOWED), day)
        ]

    def _share(self, appid: str, day: date) -> list[dict[str, Any]]:
        return [
            {
                "ref_date": day.isoformat(),
                "msgid": one.more["msgid"],
                "detail": {"share_user": _number(one.more["msgid"], "share_user", day)},
            }
            for one in self._posts(appid, day - timedelta(days=FOLLOWED), day)
        ]

    def _summary(self, appid: str, day: date) -> list[dict[str, Any]]:
        sent = len(self._posts(appid, day, day))
        detail = {**_readers(appid, day), **{name: _number(appid, name, day) for name in SUMMED}}
        return [{"ref_date": day.isoformat(), "detail": {**detail, "send_page_count": sent}}]

    def _detail(self, appid: str, day: date) -> list[dict[str, Any]]:
        """§11: each article followed for up to 30 days; ``publish_type`` 1 for 发布, 0 with notification."""
        today = date.fromisoformat(self.day())
        return [
            {
                "ref_date": day.isoformat(),
                "msgid": one.more["msgid"],
                "publish_type": 1 if one.more["road"] == "publish" else 0,
                "title": one.title,
                "content_url": one.address,
                "detail_list": [
                    _followed(one.more["msgid"], day, day + timedelta(days=at))
                    for at in range(min(FOLLOWED, (today - day).days))
                ],
            }
            for one in self._posts(appid, day, day)
        ]


def _number(name: str, what: str, day: date) -> int:
    return int(hashlib.sha256(f"{name} {what} {day}".encode()).hexdigest()[:4], 16) % 5000


def _readers(name: str, day: date) -> dict[str, Any]:
    return _sources(_number(name, "read_user", day))


def _sources(many: int) -> dict[str, Any]:
    sources = [
        {"user_count": many // 3, "scene_desc": "朋友圈"},
        {"user_count": many - many // 3, "scene_desc": "其他"},
    ]
    return {"read_user": many, "read_user_source": sources}


def _summed(name: str, first: date, day: date) -> dict[str, Any]:
    """§11: from publication to this day."""
    days = [first + timedelta(days=at) for at in range((day - first).days + 1)]
    many = sum(_number(name, "read_user", one) for one in days)
    return {
        **_sources(many),
        **{what: sum(_number(name, what, one) for one in days) for what in SUMMED if what != "read_user"},
    }


def _followed(name: str, first: date, day: date) -> dict[str, Any]:
    jumps = [{"position": at, "rate": round(1 - at / 10, 1)} for at in range(1, 6)]
    return {
        "stat_date": day.isoformat(),
        **_summed(name, first, day),
        "praise_money": 0,
        "read_subscribe_user": _number(name, "read_user", day) // 2,
        "read_delivery_rate": 0.1,
        "read_finish_rate": 0.5,
        "read_avg_activetime": 31.5,
        "read_jump_position": jumps,
    }
