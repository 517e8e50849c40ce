"""留言 under published articles (§10)."""

from collections.abc import Callable
from typing import Any

from flask import jsonify

from channels.wechat.sandbox.base import Refused, appid_of
from channels.wechat.sandbox.callbacks import Callbacks

MOST = 49  # §10: 50 or more are refused


class Comments(Callbacks):
    """``comment/*``: ``msg_data_id`` and a 0-based ``index``."""

    def views(self) -> dict[str, Callable[[], Any]]:
        changes: dict[str, tuple[str, Any]] = {
            "markelect": ("comment_type", 1),
            "unmarkelect": ("comment_type", 0),
            "delete": ("is_deleted", True),
            "reply/delete": ("reply", None),
        }
        return {
            **super().views(),
            "/cgi-bin/comment/list": self.comment_list,
            "/cgi-bin/comment/open": self._switch(True),
            "/cgi-bin/comment/close": self._switch(False),
            "/cgi-bin/comment/reply/add": self.reply_add,
            **{f"/cgi-bin/comment/{name}": self._change(*change) for name, change in changes.items()},
        }

    def say(self, name: str, msg_data_id: int, index: int, content: str, **more: Any) -> int:
        """A reader comments; its ``user_comment_id``."""
        kind = f"comments:{appid_of(name)}:{msg_data_id}:{index}"
        number = self.book.count(self.platform, "comments", kind)
        made = {
            "user_comment_id": number,
            "create_time": int(self.now().timestamp()),
            "content": content,
            "comment_type": 0,
            "openid": f"o{number}",
            "reply": None,
            **more,
        }
        self.book.put(self.platform, kind, str(number), made)
        return number

    def _under(self) -> tuple[str, dict[str, Any]]:
        """Where the comments of the article asked for are kept, and what was asked."""
        appid, asked = self.admit(), self.body()
        if not self.settings(appid)["comments"]:
            raise Refused(88000)
        self.catch_up()
        wanted = f"{asked.get('msg_data_id')}_{int(asked.get('index', 0)) + 1}"
        if not any(one.more["msgid"] == wanted for one in self.book.posts(self.platform, appid, "live")):
            raise Refused(88001)
        return f"comments:{appid}:{asked.get('msg_data_id')}:{asked.get('index', 0)}", asked

    def comment_list(self) -> Any:
        """§10: ``type`` 0 all, 1 ordinary, 2 elected; only the first reply."""
        kind, asked = self._under()
        begin, count = asked.get("begin", 0), asked.get("count", 0)
        if not isinstance(begin, int) or not isinstance(count, int) or not 1 <= count <= MOST:
            raise Refused(88010)
        elected = {1: 0, 2: 1}.get(int(asked.get("type", 0)))
        rows = [one for one in self.book.things(self.platform, kind).values() if not one.get("is_deleted")]
        rows = [one for one in rows if elected is None or one["comment_type"] == elected]
        return jsonify(errcode=0, errmsg="ok", total=len(rows), comment=rows[begin : begin + count])

    def _switch(self, is_open: bool) -> Callable[[], Any]:
        def view() -> Any:
            kind, _ = self._under()
            self.book.put(self.platform, "comments_open", kind, is_open)
            return jsonify(errcode=0, errmsg="ok")

        return view

    def _change(self, field: str, value: Any) -> Callable[[], Any]:
        def view() -> Any:
            kind, asked = self._under()
            self._put(kind, self._comment(kind, asked), **{field: value})
            return jsonify(errcode=0, errmsg="ok")

        return view

    def reply_add(self) -> Any:
        kind, asked = self._under()
        one = self._comment(kind, asked)
        content = str(asked.get("content", ""))
        if not content.strip():
            raise Refused(88007)
        if one["reply"]:
            raise Refused(88005)
        self._put(kind, one, reply={"content": content, "create_time": int(self.now().timestamp())})
        return jsonify(errcode=0, errmsg="ok")

    def _comment(self, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        one: dict[str, Any] | None = self.book.get(self.platform, kind, str(asked.get("user_comment_id", "")))
        if one is None:
            raise Refused(88008)
        if one.get("is_deleted"):
            raise Refused(88004)
        return one

    def _put(self, kind: str, one: dict[str, Any], **changed: Any) -> None:
        self.book.put(self.platform, kind, str(one["user_comment_id"]), {**one, **changed})
