"""The sandbox Weibo: posts, articles, pictures, lists, comments, after platforms/weibo.md (§9 is its checklist)."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, jsonify, request

from channels.making.sandbox import Dropped
from channels.making.sandbox.book import Post
from channels.weibo.sandbox import rules, shown
from channels.weibo.sandbox.desk import Desk
from channels.weibo.sandbox.rules import Refused

LATE = timedelta(minutes=2)  # §7, code 20032: one to two minutes
AFTERWARDS = timedelta(minutes=10)
JUST_SENT = timedelta(hours=1)  # §7 says "just sent" and no more
PAGE, LONGEST_PAGE, MOST_PICTURES, MOST_IDS, MOST_LINKS = 20, 100, 9, 100, 20
_KEY = re.compile(r"[?&]k=([a-z2-7]{20})(?![a-z0-9])")
_CONTENT = {
    "too_long": (20012, "text too long, please input text less than 140 characters!"),
    "reject_sensitive": (20021, "contains illegal content!"),
    "reject_duplicate": (20019, "repeat content!"),
}
_ARTICLE = {
    "too_long": ("10008", "param error"),
    "reject_sensitive": ("11002", "post failed"),
    "reject_duplicate": ("11001", "too frequent"),
}


class WeiboSandbox(Desk):
    """The platform. Links come out as t.cn; ``visibility_delay`` answers 20032 and lists the post later."""

    sending = frozenset({"statuses/share", "statuses/upload_url_text", "proxy/article/publish"})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        views: tuple[tuple[str, str, Callable[..., Any]], ...] = (
            ("POST", "/oauth2/access_token", self.access_token),
            ("POST", "/oauth2/get_token_info", self.get_token_info),
            ("POST", "/2/statuses/share.json", self.share),
            ("POST", "/2/statuses/upload_url_text.json", self.upload_url_text),
            ("POST", "/2/statuses/upload_pic.json", self.upload_pic),
            ("POST", "/proxy/article/publish.json", self.article),
            ("GET", "/2/statuses/show.json", self.show),
            ("GET", "/2/statuses/user_timeline.json", self.user_timeline),
            ("GET", "/2/statuses/count.json", self.counts),
            ("POST", "/2/statuses/destroy.json", self.destroy),
            ("GET", "/2/short_url/expand.json", self.expand),
            ("POST", "/2/comments/create.json", self.comment),
            ("POST", "/2/comments/reply.json", self.comment),
            ("GET", "/2/comments/show.json", self.comments),
        )
        for method, rule, view in views:
            self.app.add_url_rule(rule, rule, view, methods=[method])

    def refuses_edit(self, post: Post, title: str, body: str) -> str:
        """编辑微博 takes words and pictures, no article (the announcement of 2017-12: channels/weibo/mends.py)."""
        return "头条文章不能这样修改，请到文章管理里修改。" if post.more["title"] else ""

    # ----------------------------------------------------------------- posting (§3)

    def share(self) -> Any:
        """§3.1: one text with a link of the safe domain and at most one picture."""
        uid = self._admit()
        text, files = request.form.get("status", ""), request.files.getlist("pic")
        rules.check_rip(request.form.get("rip", ""))
        rules.check_text(text)
        rules.check_share(text, self.book.get(self.platform, "account", uid)["safe_domains"])
        if "pic" in request.form or len(files) > 1:
            raise Refused(20007, "multipart image is needed, and only one!")
        contents = [one.read() for one in files]
        for content in contents:
            rules.check_picture(content)
        self._struck_content()
        self.struck_hand()
        self._not_repeated(uid, text, 20019)
        return self._posted(uid, text, [self._keep_picture(one)[1] for one in contents])

    def upload_url_text(self) -> Any:
        """§3.2: up to nine pictures uploaded before, for who may."""
        uid, form = self._admit("advanced"), request.form
        text, ids = form.get("status", ""), [one for one in form.get("pic_id", "").split(",") if one]
        rules.check_rip(form.get("rip", ""))
        rules.check_text(text)
        if form.get("visible", "0") not in ("0", "1", "2", "3") or len(form.get("annotations", "")) > 512:
            raise Refused(10017, "param visible or annotations error")
        known = [self.book.get(self.platform, "picture", one) for one in ids]
        if len(ids) > MOST_PICTURES or None in known or not (ids or form.get("url", "").startswith("http")):
            raise Refused(10017, "param pic_id or url error")
        self._struck_content()
        self._not_repeated(uid, text, 20111)
        return self._posted(uid, text, [str(one) for one in known] or [form["url"]])

    def upload_pic(self) -> Any:
        """§3.2: one picture to name in a later call."""
        self._admit("advanced", "article")
        file = request.files.get("pic")
        if file is None:
            raise Refused(20007, "multipart image is needed!")
        content = file.read()
        rules.check_picture(content)
        if self.strike("upload_fail_nth"):
            raise Refused(20014, "call again")
        name, address = self._keep_picture(content)
        if self.strike("upload_response_lost"):
            raise Dropped("accept_then_drop")
        return jsonify(pic_id=name, thumbnail_pic=address, bmiddle_pic=address, original_pic=address)

    def _keep_picture(self, content: bytes) -> tuple[str, str]:
        name = hashlib.sha256(content).hexdigest()[:24]
        if not self.strike("media_dedup"):
            name += f"{self.book.count(self.platform, 'numbers', 'picture'):08d}"
        address = f"http://ww1.sinaimg.cn/large/{name}.jpg"
        self.book.put(self.platform, "picture", name, address)
        return name, address

    def article(self) -> Any:
        """§3.3: a headline article with its attached post."""
        uid, form = self._admit("article"), request.form
        rules.check_rip(form.get("rip", ""))
        title, content, text = (form.get(name, "") for name in ("title", "content", "text"))
        fault = rules.article_fault(title, content, form.get("cover", ""), text)
        if fault or b"+" in request.get_data():  # rawurlencode: a space is %20
            return self._no_article("10008", f"param {fault or 'content not rawurlencoded'} error")
        struck = self.strike(*_ARTICLE)
        if struck:
            return self._no_article(*_ARTICLE[struck])
        if any(one.more["body"] == content for one in self._just_sent(uid)):
            return self._no_article("11001", "too frequent")
        post = self._publish(uid, text, [form["cover"]], title, content)
        number = f"23094{post.remote}"
        url = f"https://weibo.com/ttarticle/p/show?id={number}"
        return jsonify(code="100000", msg="", data={"object_id": number, "url": url, "mid": post.remote})

    def _no_article(self, code: str, words: str) -> Any:
        g.refused = True
        return jsonify(code=code, msg=words, data="")

    def _struck_content(self) -> None:
        struck = self.strike(*_CONTENT)
        if struck:
            raise Refused(*_CONTENT[struck])

    def _just_sent(self, uid: str) -> list[Post]:
        return self.book.posts(self.platform, uid, since=(self.now() - JUST_SENT).isoformat())

    def _not_repeated(self, uid: str, text: str, code: int) -> None:
        """§7: the same again is refused with ``code``, the same words with another link as similar."""
        sent = [one.more["text"] for one in self._just_sent(uid)]
        if text in sent:
            raise Refused(code, "repeat content!")
        if rules.URL.sub("", text) in [rules.URL.sub("", one) for one in sent]:
            raise Refused(20017, "similar content!")

    def _posted(self, uid: str, text: str, pictures: Sequence[str]) -> Any:
        post = self._publish(uid, text, pictures, "", text)
        if post.visible_at > self.now():
            return self._no(20032, "Update success, while server slow now, please wait 1-2 minutes!")
        return jsonify(self._status(post))

    def _publish(self, uid: str, text: str, pictures: Sequence[str], title: str, body: str) -> Post:
        mid = self._next_mid()
        seen = shown.shortened(text, lambda short, long: self.book.put(self.platform, "short", short, long))
        if self.strike("content_altered"):
            seen = shown.altered(seen)
        late = LATE if self.strike("visibility_delay") else timedelta()
        key = _KEY.search(text)
        more = {"title": title, "body": body, "text": text, "pictures": list(pictures), "position": 1}
        self.book.publish(
            self.platform, uid, mid, self.now(), self.now() + late, title, seen,
            key[1] if key else text, shown.address(uid, mid), more,
        )  # fmt: skip
        if self.strike("removed_by_platform"):
            self._later(mid, "removed")
        return next(iter(self.book.posts(self.platform, uid, remote=mid)))

    def post_by_hand(self, name: str, title: str, body: str) -> Post:
        """Written and sent on the web or in the app, in front of everybody at once."""
        uid = next(theirs for theirs, ours in self.book.things(self.platform, "name").items() if ours == name)
        mid = self._next_mid()
        seen = shown.shortened(body, lambda short, long: self.book.put(self.platform, "short", short, long))
        more = {"title": "", "body": body, "text": body, "pictures": [], "position": 1, "by_hand": True}
        self.book.publish(
            self.platform, uid, mid, self.now(), self.now(), "", seen, body, shown.address(uid, mid), more
        )  # fmt: skip
        return next(iter(self.book.posts(self.platform, uid, remote=mid)))

    def _next_mid(self) -> str:
        return str(5_100_000_000_000_000 + 7_919 * self.book.count(self.platform, "numbers", "post"))

    # ----------------------------------------------------------------- by itself

    def _later(self, mid: str, state: str) -> None:
        due = {"at": (self.now() + AFTERWARDS).isoformat(), "state": state}
        self.book.put(self.platform, "later", mid, due)

    def settle(self) -> None:
        for mid, due in self.book.things(self.platform, "later").items():
            if datetime.fromisoformat(due["at"]) <= self.now():
                for post in self.book.posts(self.platform, state="live", remote=mid):
                    self.book.change(post.id, due["state"])
                self.book.put(self.platform, "later", mid, None)

    def next_at(self) -> datetime | None:
        due = self.book.things(self.platform, "later").values()
        return min((datetime.fromisoformat(one["at"]) for one in due), default=None)

    # ----------------------------------------------------------------- asking (§3.5, §5)

    def _visible(self, uid: str = "", mid: str = "") -> list[Post]:
        """Newest first."""
        self.settle()
        return [one for one in self.book.posts(self.platform, uid, "live", mid) if one.visible_at <= self.now()][::-1]

    def _post(self, mid: str, uid: str = "") -> Post:
        found = next(iter(self._visible(mid=mid)), None) if mid else None
        if found is None:
            raise Refused(20101, "target weibo does not exist!")
        if uid and found.account != uid:
            raise Refused(20102, "not your own weibo!")
        return found

    def _status(self, post: Post) -> dict[str, Any]:
        name = self.book.get(self.platform, "name", post.account) or post.account
        return shown.status(post, name, {"comments": len(self._comments_of(post.remote))})

    def show(self) -> Any:
        self._admit()
        post = self.asked_about(self._post(request.args.get("id", "")))
        if post.state != "live":
            raise Refused(20101, "target weibo does not exist!")
        return jsonify(self._status(post))

    def user_timeline(self) -> Any:
        """The caller's own posts, newest first, in pages."""
        uid = self._admit()
        if self.strike("list_down"):
            return Response("down", 503)
        posts = self._visible(uid)
        rows = posts[1:] if self.strike("list_unstable") else posts
        size = min(request.args.get("count", PAGE, int), LONGEST_PAGE)
        start = (max(request.args.get("page", 1, int), 1) - 1) * size
        listed = [self._status(one) for one in rows[start : start + size]]
        return jsonify(statuses=listed, previous_cursor=0, next_cursor=0, total_number=len(posts))

    def counts(self) -> Any:
        self._admit()
        ids = request.args.get("ids", "").split(",")
        if len(ids) > MOST_IDS:
            raise Refused(10017, "param ids error")
        rows = [self._status(self._post(one)) for one in ids]
        names = ("comments", "reposts", "attitudes")
        return jsonify([{"id": one["id"], **{name: one[f"{name}_count"] for name in names}} for one in rows])

    def destroy(self) -> Any:
        uid = self._admit()
        post = self._post(request.form.get("id", ""), uid)
        self.touch(post.remote)
        if self.strike("delete_fails"):
            raise Refused(10009, "too many pending tasks, system is busy!")
        if self.strike("delete_late"):
            self._later(post.remote, "deleted")
        else:
            self.book.change(post.id, "deleted")
        return jsonify(self._status(post))

    def expand(self) -> Any:
        """Where t.cn links lead, up to twenty at once (open.weibo.com/wiki/2/short_url/expand)."""
        self._admit()
        asked = request.args.getlist("url_short")
        if not 0 < len(asked) <= MOST_LINKS:
            raise Refused(10017, "param url_short error")
        kept = {one: self.book.get(self.platform, "short", one) for one in asked}
        rows = [{"url_short": one, "url_long": to or "", "type": 0, "result": bool(to)} for one, to in kept.items()]
        return jsonify(urls=rows)

    # ----------------------------------------------------------------- comments (§5)

    def _comments_of(self, mid: str) -> dict[str, Any]:
        return self.book.things(self.platform, f"comment:{mid}")

    def comment(self) -> Any:
        """A comment, or an answer to one (``cid``)."""
        uid, form = self._admit(), request.form
        rules.check_rip(form.get("rip", ""))
        post, words = self._post(form.get("id", "")), form.get("comment", "")
        rules.check_text(words, rules.COMMENT_ZI)
        before = self._comments_of(post.remote)
        if self.method() == "comments/reply" and form.get("cid", "") not in before:
            raise Refused(20201, "target weibo comment does not exist!")
        if words in [one["text"] for one in before.values() if one["uid"] == uid]:
            raise Refused(20019, "repeat content!")
        number = str(4_000_000_000_000_000 + self.book.count(self.platform, "numbers", "comment"))
        self.touch(post.remote)
        kept = {"text": words, "uid": uid, "at": self.now().isoformat()}
        self.book.put(self.platform, f"comment:{post.remote}", number, kept)
        return jsonify(self._comment(number, kept))

    def _comment(self, number: str, kept: dict[str, str]) -> dict[str, Any]:
        at = shown.moment(datetime.fromisoformat(kept["at"]))
        user = {"id": int(kept["uid"]), "idstr": kept["uid"]}
        return {"id": int(number), "idstr": number, "text": kept["text"], "created_at": at, "user": user}

    def comments(self) -> Any:
        self._admit()
        post = self._post(request.args.get("id", ""))
        size = min(request.args.get("count", 50, int), 50)
        start = (max(request.args.get("page", 1, int), 1) - 1) * size
        rows = list(self._comments_of(post.remote).items())[::-1]
        listed = [self._comment(number, kept) for number, kept in rows[start : start + size]]
        return jsonify(comments=listed, total_number=len(rows))
