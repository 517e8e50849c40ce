"""The platform as a whole: one web application, its test accounts, its routes, and the form of its answers.

    POST /oauth/access_token/ refresh_token/ renew_refresh_token/ client_token/
    GET  /platform/oauth/connect/                                          -> a code, as after the QR page
    POST /api/douyin/v1/video/upload_video/ init_video_part_upload/ upload_video_part/
         complete_video_part_upload/ upload_image/
    POST /api/douyin/v1/video/create_video/     the query's ``k`` is dropped: never listed, only in the book
    GET  /api/douyin/v1/video/video_list/       POST …/video_data/
    GET  /item/comment/list/

Every answer is a 200 with ``data.error_code`` (douyin.md §7).
"""

from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, request

from channels.douyin.sandbox.oauth import OAuth
from channels.douyin.sandbox.refused import Refused
from channels.douyin.sandbox.reviews import Reviews
from channels.douyin.sandbox.uploads import Uploads
from channels.douyin.sandbox.videos import Videos
from channels.douyin.sandbox.webhooks import Webhooks
from channels.making.sandbox import Sandbox
from channels.making.sandbox.book import Post

CLIENT_KEY, CLIENT_SECRET = "awsandbox0000001", "sandbox-client-secret"
VIDEO = "/api/douyin/v1/video"
_DENIED = {
    "permission_missing": 28001018,
    "account_banned": 28001046,
    "quota_minute": 28003018,
    "quota_day": 28003017,
}


class DouyinSandbox(Sandbox):
    """抖音."""

    platform = "douyin"
    sending = frozenset({"create_video"})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.client_key, self.client_secret = CLIENT_KEY, CLIENT_SECRET
        self.oauth = OAuth(self)
        self.webhooks = Webhooks(self)
        self.reviews = Reviews(self, self.webhooks)
        uploads = Uploads(self)
        videos = Videos(self, uploads, self.reviews)
        self.app.register_error_handler(Refused, self._refuse)
        for path, method, view in (
            *self.oauth.routes(),
            *((f"{VIDEO}{path}", method, view) for path, method, view in (*uploads.routes(), *videos.routes())),
            ("/item/comment/list/", "GET", videos.comments),
        ):
            self.app.add_url_rule(path, path, view, methods=[method])

    # ----------------------------------------------------------------- what a sandbox says

    def open_account(self, name: str) -> dict[str, str]:
        """An account that authorised the application just now. Its works are listed at once, so the look-up may
        be trusted."""
        open_id = self.book.get(self.platform, "open", name)
        if open_id is None:
            open_id = f"_000sandbox{self.book.count(self.platform, 'accounts', 'all'):04d}"
            self.book.put(self.platform, "open", name, open_id)
            self.know(open_id, name)
        return {
            "client_key": CLIENT_KEY,
            "client_secret": CLIENT_SECRET,
            "open_id": open_id,
            "refresh_token": self.oauth.authorise(open_id)["refresh_token"],
            "list_trusted": "yes",
        }

    def settle(self) -> None:
        self.reviews.settle()
        self.webhooks.deliver()

    def next_at(self) -> datetime | None:
        moments = [self.reviews.next_at(), self.now() if self.webhooks.is_waiting() else None]
        return min((at for at in moments if at), default=None)

    def account(self) -> str:
        token = request.headers.get("access-token", "") or request.form.get("refresh_token", "")
        return self.oauth.holder(token) or request.args.get("open_id", "")

    def method(self) -> str:
        parts = request.path.strip("/").split("/")
        return "_".join(parts[-2:]) if "comment" in parts else parts[-1]

    def errors_in_200(self) -> Any:
        return _answer({"error_code": 2100004, "description": "系统繁忙，此时请开发者稍候再试"})

    def refuses_edit(self, post: Post, title: str, body: str) -> str:
        """Only what the platform itself complained of can be edited (channels/douyin/mends.py)."""
        return "抖音作品发布后不能修改，只能删除后重发。"

    # ----------------------------------------------------------------- answers

    def yes(self, **data: Any) -> Response:
        """A clear yes."""
        return jsonify(_answer({"error_code": 0, "description": "", **data}))

    def _refuse(self, error: Refused) -> Response:
        g.refused = True
        return jsonify(_answer({"error_code": error.code, "description": error.words}))

    def admit(self) -> str:
        """The open_id of a good token; every refusal that has nothing to do with content."""
        open_id = self.oauth.admit()
        if self.strike("identity_changed") or request.args.get("open_id", "") != open_id:
            raise Refused(28001015, "access_token 与 open_id 不匹配")
        struck = self.strike(*_DENIED)
        if struck:
            raise Refused(_DENIED[struck], struck)
        return open_id


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    extra = {
        "error_code": data["error_code"],
        "description": data["description"],
        "sub_error_code": 0,
        "logid": "sandbox",
    }
    return {"data": data, "extra": extra}
