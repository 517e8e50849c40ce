"""发布: a permanent link on the account's page, no push, as a job that ends by itself (§4)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import jsonify

from channels.making.sandbox.book import Post
from channels.wechat.sandbox.base import Refused, appid_of
from channels.wechat.sandbox.drafts import shown
from channels.wechat.sandbox.jobs import BLOCKED, DELETED, RUNNING, SUCCESS, Jobs


class FreePublish(Jobs):
    """``freepublish/*``."""

    def views(self) -> dict[str, Callable[[], Any]]:
        return {
            **super().views(),
            "/cgi-bin/freepublish/submit": self.submit,
            "/cgi-bin/freepublish/get": self.publish_get,
            "/cgi-bin/freepublish/getarticle": self.getarticle,
            "/cgi-bin/freepublish/batchget": self.publish_batchget,
            "/cgi-bin/freepublish/delete": self.publish_delete,
        }

    def submit(self) -> Any:
        """§4: errcode 0 only means accepted."""
        appid = self.admit()
        media = self.body().get("media_id")
        self.catch_up()
        self.struck_hand()
        self.draft(appid, media)
        job = self.start_job(appid, str(media), "publish")
        self.run_job(job)
        return jsonify(errcode=0, errmsg="ok", publish_id=job["id"], msg_data_id=job["msg_data_id"])

    def publish_by_hand(self, appid: str, media: str) -> None:
        job = self.quiet_job(appid, media, "publish") | {"status": SUCCESS}
        self.go_live(job, self.now())
        self.keep_job(job)

    def post_by_hand(self, name: str, title: str, body: str) -> Post:
        """Written and published (发布) in the console."""
        appid = appid_of(name)
        job = self.bare_job(appid, "", "publish", [{"title": title, "content": body, "sent": body}]) | {"by_hand": True}
        self.go_live(job, self.now())
        self.keep_job(job | {"status": SUCCESS})
        return self.posts_of(job)[0]

    def publish_get(self) -> Any:
        """§4: ``publish_id`` is a number in one tree of the documents and text in the other: here a number."""
        appid = self.admit()
        job = self.job(appid, self.body().get("publish_id", ""), "publish", 53600)
        answer: dict[str, Any] = {"publish_id": int(job["id"]), **self._told(job)}
        return jsonify(answer)

    def _told(self, job: dict[str, Any]) -> dict[str, Any]:
        """The state of a job as ``get`` and the event tell it."""
        status = job["status"]
        if status is None:
            return {"publish_status": RUNNING, "fail_idx": []}
        if status not in (SUCCESS, DELETED, BLOCKED):
            return {"publish_status": status, "fail_idx": list(range(1, len(job["articles"]) + 1))}
        live = self.posts_of(job)
        states = {one.state for one in live}
        status = {frozenset({"removed"}): BLOCKED, frozenset({"deleted"}): DELETED}.get(frozenset(states), SUCCESS)
        items = [{"idx": at, "article_url": one.address} for at, one in enumerate(live, 1)]
        detail = {"count": len(items), "item": items}
        return {"publish_status": status, "article_id": f"a{job['id']}", "article_detail": detail, "fail_idx": []}

    def _published(self, appid: str) -> list[tuple[str, dict[str, Any]]]:
        """Publications readers can see, newest first. §5 names the list for 发布 alone: mass sends are not in it."""
        self.catch_up()
        rows: dict[str, dict[str, Any]] = {}
        for one in self.book.posts(self.platform, appid, "live"):
            if one.visible_at <= self.now() and one.more["road"] == "publish":
                group = rows.setdefault(one.remote.partition(":")[0], {"articles": [], "at": one.at.isoformat()})
                group["articles"].append(one)
        return list(rows.items())[::-1]

    def publish_batchget(self) -> Any:
        appid = self.admit()
        if self.strike("list_down"):
            raise Refused(-1)
        rows = self._published(appid)
        if self.strike("list_unstable"):
            rows = rows[1:]
        return jsonify(**self.page(rows, "article_id", _listed))

    def getarticle(self) -> Any:
        appid = self.admit()
        wanted = str(self.body().get("article_id", ""))
        self.catch_up()
        mine = self.book.posts(self.platform, appid, of=wanted) if wanted else []
        if not mine or mine[0].more["road"] != "publish":
            raise Refused(53600)
        shown_now = [self.asked_about(one) for one in mine]
        return jsonify(news_item=[{**_listed(one), "is_deleted": one.state != "live"} for one in shown_now])

    def publish_delete(self) -> Any:
        """§4: ``index`` from 1; 0 or none deletes all; irreversible."""
        appid = self.admit()
        if self.strike("delete_fails"):
            raise Refused(-1)
        asked = self.body()
        wanted, index = str(asked.get("article_id", "")), asked.get("index", 0)
        self.catch_up()
        mine = self.book.posts(self.platform, appid, "live", of=wanted) if wanted else []
        if not mine:
            raise Refused(53600)
        if not isinstance(index, int) or index < 0:
            raise Refused(40060)
        self.take_back([one for one in mine if index in (0, one.more["position"])])
        return jsonify(errcode=0, errmsg="ok")

    def _event(self, job: dict[str, Any], at: datetime) -> dict[str, Any]:
        """What the notice at the end of a publication says (§4)."""
        told = {"publish_id": job["id"], **self._told(job)}
        listed = told.pop("article_detail", None)
        failed = told.pop("fail_idx")
        if listed:
            told["article_detail"] = listed
        return {"PublishEventInfo": {**told, **({"fail_idx": failed} if failed else {})}}


def _listed(one: Post) -> dict[str, Any]:
    article = {"title": one.title, "content": one.body, "content_source_url": one.carried, "url": one.address}
    return shown({**article, "author": one.more["author"]})
