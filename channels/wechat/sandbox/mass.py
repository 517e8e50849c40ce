"""群发: a push to followers, counted per day or month, idempotent by ``clientmsgid`` (§5)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import jsonify

from channels.making.sandbox import Action
from channels.wechat.sandbox.base import Refused, appid_of
from channels.wechat.sandbox.freepublish import FreePublish
from channels.wechat.sandbox.jobs import BLOCKED, DELETED, SUCCESS

ID_BYTES = 64  # §5
SAME_ID, TOO_FAST = timedelta(hours=24), timedelta(minutes=1)  # §5, §12 (45066)
TO_CONFIRM = timedelta(minutes=30)  # §5: 群发保护
A_MINUTE = 60  # §5
A_DAY, A_MONTH = 1, 4  # §5: subscription, service
OPENIDS = (2, 10_000)  # §5
FAILED = 3


class Mass(FreePublish):
    """``message/mass/*`` for articles (mpnews)."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.works |= {"unconfirmed": self._unconfirmed}

    def views(self) -> dict[str, Callable[[], Any]]:
        return {
            **super().views(),
            "/cgi-bin/message/mass/sendall": self.sendall,
            "/cgi-bin/message/mass/send": self.send,
            "/cgi-bin/message/mass/preview": self.preview,
            "/cgi-bin/message/mass/delete": self.mass_delete,
            "/cgi-bin/message/mass/get": self.mass_get,
        }

    def sendall(self) -> Any:
        appid, asked = self.admit(), self.body()
        wanted = asked.get("filter")
        if not isinstance(wanted, dict) or not (wanted.get("is_to_all") is True or wanted.get("tag_id")):
            raise Refused(40035)
        return self._push(appid, asked)

    def send(self) -> Any:
        """§1: by OpenID, verified service accounts only; 2-10,000 of them."""
        appid, asked = self.admit(), self.body()
        if self.settings(appid)["kind"] != "service":
            raise Refused(48001)
        named = asked.get("touser")
        if not isinstance(named, list) or not OPENIDS[0] <= len(named) <= OPENIDS[1]:
            raise Refused(40035)
        return self._push(appid, asked)

    def _push(self, appid: str, asked: dict[str, Any]) -> Any:
        minute = self.now().isoformat()[:16]
        if self.book.count(self.platform, "pushes", f"{appid}:{minute}") > A_MINUTE:
            raise Refused(45011)
        client = str(asked.get("clientmsgid", ""))
        self._once(appid, client)
        media = self._news(appid, asked)
        if self._pushed(appid) >= (A_DAY if self.settings(appid)["kind"] == "subscription" else A_MONTH):
            raise Refused(45028)
        job = self.start_job(appid, media, "mass")
        if client:
            said = {"at": self.now().isoformat(), "msg_id": int(job["id"])}
            self.book.put(self.platform, "client", f"{appid}:{client}", said)
        if self.settings(appid)["is_protected"]:
            self.keep_job({**job, "waits": True})
            self.later("unconfirmed", self.now() + TO_CONFIRM, job=job["id"])
        else:
            self.run_job(job)
        self.book.put(self.platform, f"pushed:{appid}", job["id"], self.now().isoformat())
        return jsonify(errcode=0, errmsg="ok", msg_id=int(job["id"]), msg_data_id=job["msg_data_id"])

    def _once(self, appid: str, client: str) -> None:
        """§5: the same clientmsgid within 24 hours is not sent again."""
        if len(client.encode()) > ID_BYTES:
            raise Refused(45067)
        sent = self.book.get(self.platform, "client", f"{appid}:{client}") if client else None
        if sent is None:
            return
        ago = self.now() - datetime.fromisoformat(sent["at"])
        if ago < TOO_FAST:
            raise Refused(45066)
        if ago < SAME_ID:
            raise Refused(45065, msg_id=sent["msg_id"])

    def _news(self, appid: str, asked: dict[str, Any]) -> str:
        if asked.get("msgtype") != "mpnews":
            raise Refused(40008)
        self.catch_up()
        media = str(asked.get("mpnews", {}).get("media_id", ""))
        self.draft(appid, media)
        return media

    def _pushed(self, appid: str) -> int:
        """How many pushes of this day (subscription) or month (service) did not fail."""
        kept = self.settings(appid)
        window = self.day() if kept["kind"] == "subscription" else self.day()[:7]
        found = 0
        for number, at in self.book.things(self.platform, f"pushed:{appid}").items():
            local = (datetime.fromisoformat(at) + timedelta(hours=8)).date().isoformat()
            job = self.book.get(self.platform, "job", number)
            found += local.startswith(window) and job["status"] in (None, 0, 5, 6)
        return found

    def confirm_push(self, name: str, msg_id: int) -> None:
        """The administrator agrees on the phone (群发保护)."""
        with self._turn:
            job = self.job(appid_of(name), msg_id, "mass", 40035)
            if job.get("waits") and job["status"] is None:
                self.keep_job({**job, "waits": False})
                self.run_job(job)

    def actions(self) -> list[Action]:
        """群发保护: the switch of every account, and the pushes that wait for the administrator's phone (§5)."""
        names = self.book.things(self.platform, "name")
        found = []
        for appid, name in names.items():
            is_on = self.settings(appid)["is_protected"]
            label = f"{'关闭' if is_on else '打开'}群发保护（{name}）"
            found.append(Action(f"protect {name}", label, partial(self.change, name, is_protected=not is_on)))
        for job in self.book.things(self.platform, "job").values():
            if job.get("waits") and job["status"] is None:
                name = names[job["appid"]]
                confirm = partial(self.confirm_push, name, int(job["id"]))
                found.append(Action(f"confirm {job['id']}", f"{name}：管理员确认群发 {job['id']}", confirm))
        return found

    def _unconfirmed(self, told: dict[str, Any]) -> None:
        """§5: nobody confirmed in 30 minutes, so the send fails."""
        job = self.book.get(self.platform, "job", told["job"])
        if job["waits"]:
            self.keep_job({**job, "status": FAILED, "waits": False})
            self.announce({**job, "status": FAILED}, datetime.fromisoformat(told["at"]))

    def preview(self) -> Any:
        """§5: reaches one person."""
        appid, asked = self.admit(), self.body()
        reader = asked.get("towxname") or asked.get("touser")
        if not reader:
            raise Refused(40035)
        media = self._news(appid, asked)
        number = self.book.count(self.platform, "previews", appid)
        titles = [one["title"] for one in self.draft(appid, media)["articles"]]
        self.book.put(self.platform, f"preview:{appid}", str(number), {"to": reader, "titles": titles})
        return jsonify(errcode=0, errmsg="preview success")

    def mass_delete(self) -> Any:
        """§5: ``article_idx`` from 1; 0 or none deletes all. Only what was sent by the interface, with success
        (developers.weixin.qq.com/doc/subscription/api/notify/message/api_deletemassmsg)."""
        appid, asked = self.admit(), self.body()
        if self.strike("delete_fails"):
            raise Refused(-1)
        job = self.job(appid, asked.get("msg_id", ""), "mass", 40059)
        index = asked.get("article_idx", 0)
        if not isinstance(index, int) or not 0 <= index <= len(job["articles"]):
            raise Refused(40060)
        if job["status"] not in (SUCCESS, DELETED, BLOCKED):
            raise Refused(40059)
        self.take_back([one for one in self.posts_of(job) if index in (0, one.more["position"])])
        return jsonify(errcode=0, errmsg="ok")

    def mass_get(self) -> Any:
        appid = self.admit()
        job = self.job(appid, self.body().get("msg_id", ""), "mass", 40059)
        for one in self.posts_of(job):
            self.asked_about(one)
        return jsonify(msg_id=int(job["id"]), msg_status=self._status(job))

    def _status(self, job: dict[str, Any]) -> str:
        if job["status"] is None:
            return "SENDING"
        if job["status"] not in (SUCCESS, DELETED, BLOCKED):
            return "SEND_FAIL"
        return "SEND_SUCCESS" if any(one.state == "live" for one in self.posts_of(job)) else "DELETE"

    def _event(self, job: dict[str, Any], at: datetime) -> dict[str, Any]:
        if job["road"] == "publish":
            return super()._event(job, at)
        return {"MsgID": job["id"], "Status": {"SEND_FAIL": "send fail"}.get(self._status(job), "send success")}
