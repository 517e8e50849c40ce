"""What publishing and mass sending have in common: a job that ends by itself, readers who see it, and the notice."""

from datetime import datetime, timedelta
from typing import Any

from channels.making.sandbox.book import Post
from channels.wechat.sandbox.base import Refused
from channels.wechat.sandbox.drafts import Drafts

JOB = timedelta(seconds=8)
LATE = timedelta(minutes=20)
LISTED_LATE = timedelta(minutes=2)
TAKEN_AWAY = timedelta(minutes=10)
# §4: what the switches make of a job
OUTCOMES = {"async_fail": 3, "reject_duplicate": 2, "reject_sensitive": 4}
SUCCESS, RUNNING, DELETED, BLOCKED = 0, 1, 5, 6


class Jobs(Drafts):
    """A job has ``status`` None while it runs. ``road``: publish (发布) or mass (群发)."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.works |= {"job": self._end, "block": self._block, "delete": self._delete_late}

    def start_job(self, appid: str, media: str, road: str) -> dict[str, Any]:
        """A job on the draft as it is now; the switches of its end are struck at its beginning."""
        job = self.quiet_job(appid, media, road) | {
            "slow": self.strike("async_never", "async_late"),
            "outcome": self._outcome(appid),
            "notice": self.strike("async_dup", "async_lost", "async_reorder", "async_forged"),
            "is_listed_late": self.strike("visibility_delay") != "",
            "is_blocked_later": self.strike("removed_by_platform") != "",
        }
        self.keep_job(job)
        return job

    def quiet_job(self, appid: str, media: str, road: str) -> dict[str, Any]:
        """A job nothing goes wrong with."""
        return self.bare_job(appid, media, road, self.draft(appid, media)["articles"])

    def bare_job(self, appid: str, media: str, road: str, articles: list[dict[str, Any]]) -> dict[str, Any]:
        """The same, of these articles."""
        number = 2247483600 + self.book.count(self.platform, "jobs", "all")
        return {
            "id": str(number),
            "appid": appid,
            "road": road,
            "media": media,
            "msg_data_id": number + 9000,
            "articles": articles,
            "slow": "",
            "outcome": SUCCESS,
            "notice": "",
            "is_listed_late": False,
            "is_blocked_later": False,
            "status": None,
            "posts": [],
        }

    def _outcome(self, appid: str) -> int:
        """What was scripted for the account's next job, else what a switch says, else success."""
        kept = self.settings(appid)
        if kept["outcomes"]:
            first, *rest = kept["outcomes"]
            self.book.put(self.platform, "app", appid, {**kept, "outcomes": rest})
            return int(first)
        return OUTCOMES.get(self.strike(*OUTCOMES), SUCCESS)

    def run_job(self, job: dict[str, Any]) -> None:
        """Let it end by itself; one that never ends is not waited for."""
        if job["slow"] != "async_never" and job["outcome"] != RUNNING:
            wait = LATE if job["slow"] == "async_late" else JOB
            self.later("job", self.now() + wait, job=job["id"])

    def keep_job(self, job: dict[str, Any]) -> None:
        self.book.put(self.platform, "job", job["id"], job)

    def job(self, appid: str, number: Any, road: str, unknown: int) -> dict[str, Any]:
        """The job of this account, as it is now; ``unknown`` is the refusal when there is none."""
        self.catch_up()
        found: dict[str, Any] | None = self.book.get(self.platform, "job", str(number))
        if found is None or (found["appid"], found["road"]) != (appid, road):
            raise Refused(unknown)
        return found

    # ----------------------------------------------------------------- the end of a job

    def _end(self, told: dict[str, Any]) -> None:
        job, at = self.book.get(self.platform, "job", told["job"]), datetime.fromisoformat(told["at"])
        if job["outcome"] in (SUCCESS, DELETED, BLOCKED):
            self.go_live(job, at)
        job["status"] = job["outcome"]
        self.keep_job(job)
        if job["is_blocked_later"]:
            self.later("block", at + TAKEN_AWAY, posts=job["posts"])
        self.announce(job, at)

    def go_live(self, job: dict[str, Any], at: datetime) -> None:
        """Readers see it; the draft leaves the box (§3)."""
        self.book.put(self.platform, f"draft:{job['appid']}", job["media"], None)
        job["posts"] = [self._post(job, position, one, at) for position, one in enumerate(job["articles"], 1)]
        for post in job["posts"]:
            if job["outcome"] != SUCCESS:
                self.book.change(post, "deleted" if job["outcome"] == DELETED else "removed")

    def _post(self, job: dict[str, Any], position: int, article: dict[str, Any], at: datetime) -> int:
        late = LISTED_LATE if job["is_listed_late"] else timedelta()
        more = {
            "title": article["title"],
            "body": article["sent"],
            "position": position,
            "author": article.get("author", ""),
            "road": job["road"],
            "msgid": f"{job['msg_data_id']}_{position}",
            "by_hand": job.get("by_hand", False),
        }
        return self.book.publish(
            self.platform,
            job["appid"],
            f"a{job['id']}:{position}",
            at,
            at + late,
            article["title"],
            article["content"],
            str(article.get("content_source_url", "")),
            f"https://mp.weixin.qq.com/s/{job['id']}-{position}",
            more,
        )

    def announce(self, job: dict[str, Any], at: datetime) -> None:
        """Tell the account's server about the end of a job."""
        raise NotImplementedError

    def _block(self, told: dict[str, Any]) -> None:
        for post in told["posts"]:
            self.book.change(post, "removed")

    def _delete_late(self, told: dict[str, Any]) -> None:
        for post in told["posts"]:
            self.book.change(post, "deleted")

    # ----------------------------------------------------------------- what is there

    def posts_of(self, job: dict[str, Any]) -> list[Post]:
        """The articles of a job, in any state."""
        return self.book.numbered(job["posts"])

    def take_back(self, posts: list[Post]) -> None:
        """Delete articles, now or (``delete_late``) later."""
        self.touch(*(one.remote for one in posts))
        if self.strike("delete_late"):
            self.later("delete", self.now() + TAKEN_AWAY, posts=[one.id for one in posts])
            return
        for one in posts:
            self.book.change(one.id, "deleted")
