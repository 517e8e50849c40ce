"""Reviews of the sandbox (douyin.md §3, §5): a work is its owner's alone (4) until it is public (5) or not fit (2)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from channels.douyin.sandbox.webhooks import Webhooks

if TYPE_CHECKING:
    from channels.douyin.sandbox.platform import DouyinSandbox

REVIEW = timedelta(seconds=20)
LATE = timedelta(minutes=20)
REMOVED_AFTER = timedelta(hours=1)


class Reviews:
    """What the platform decides by itself: {at, verdict, post, open_id} by item, until it is carried out."""

    def __init__(self, platform: "DouyinSandbox", webhooks: Webhooks) -> None:
        self.platform, self.book, self.webhooks = platform, platform.book, webhooks

    def begin(self, open_id: str, item_id: str, post: int) -> None:
        """A new work waits for its review."""
        slow = self.platform.strike("async_never", "async_late", "async_fail")
        fails = slow == "async_fail" or bool(self.platform.strike("reject_sensitive", "reject_duplicate"))
        if slow != "async_never":
            wait = LATE if slow == "async_late" else REVIEW
            self._plan(item_id, post, open_id, wait, "removed" if fails else "live")
        if self.platform.strike("removed_by_platform"):
            self._plan(f"{item_id}:later", post, open_id, REMOVED_AFTER, "removed")
        self.webhooks.spoil(item_id)

    def _plan(self, name: str, post: int, open_id: str, wait: timedelta, verdict: str) -> None:
        at = (self.platform.now() + wait).isoformat()
        self.book.put("douyin", "review", name, {"at": at, "verdict": verdict, "post": post, "open_id": open_id})

    def settle(self) -> None:
        """Carry out what is due."""
        now = self.platform.now()
        for name, plan in self.book.things("douyin", "review").items():
            if datetime.fromisoformat(plan["at"]) <= now:
                self.book.put("douyin", "review", name, None)
                self.book.change(plan["post"], plan["verdict"])
                if plan["verdict"] == "live":
                    self.webhooks.tell(plan["open_id"], name)

    def next_at(self) -> datetime | None:
        """The next review's end."""
        plans = self.book.things("douyin", "review").values()
        return min((datetime.fromisoformat(one["at"]) for one in plans), default=None)
