"""Webhooks of the sandbox (douyin.md §6): signed with sha1(client_secret + body), posted to one address."""

import contextlib
import hashlib
import json
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from channels.douyin.sandbox.platform import DouyinSandbox

TIMEOUT_S = 5.0
_SPOILS = ("async_dup", "async_reorder", "async_lost", "async_forged")


class Webhooks:
    """The events on their way, and the address they go to."""

    def __init__(self, platform: "DouyinSandbox") -> None:
        self.platform, self.book = platform, platform.book

    def subscribe(self, address: str) -> None:
        """Where the application is called back, as set in the vendor's console; "" for nowhere."""
        self.book.put("douyin", "callback", "address", address or None)

    def verify(self, challenge: int) -> bool:
        """The vendor's question when an address is set: whether the answer repeats the challenge."""
        answer = self._post({"event": "verify_webhook", "content": {"challenge": challenge}})
        with contextlib.suppress(ValueError):
            return answer is not None and answer.json() == {"challenge": challenge}
        return False

    def comment(self, open_id: str, item_id: str, words: str) -> None:
        """A reader writes: listed, and told."""
        number = self.book.count("douyin", "numbers", "all")
        at = int(self.platform.now().timestamp())
        kept = {"comment_id": f"@c{number}==", "comment_user_id": "reader", "content": words, "create_time": at,
                "digg_count": 0, "reply_comment_total": 0}  # fmt: skip
        self.book.put("douyin", f"comment:{item_id}", str(number), kept)
        self._queue("item_comment_reply", open_id, {**kept, "reply_to_item_id": item_id})

    def spoil(self, item_id: str) -> None:
        """Whether a fault will strike the event of this work: known at its create call, where rules name it."""
        struck = self.platform.strike(*_SPOILS)
        if struck:
            self.book.put("douyin", "spoil", item_id, struck)

    def tell(self, open_id: str, item_id: str) -> None:
        """The work is public: ``create_video``, unless a fault says otherwise."""
        struck = self.book.get("douyin", "spoil", item_id)
        content = {"item_id": item_id, "share_id": ""}
        if struck != "async_lost":
            self._queue("create_video", open_id, content, struck or "")
        if struck == "async_dup":
            self._queue("create_video", open_id, content)

    def _queue(self, event: str, open_id: str, content: dict[str, Any], struck: str = "") -> None:
        number = self.book.count("douyin", "numbers", "all")
        body = {"event": event, "from_user_id": open_id, "client_key": self.platform.client_key, "content": content}
        self.book.put("douyin", "event", str(number), {"body": body, "struck": struck})

    def is_waiting(self) -> bool:
        """Whether there is anything to deliver."""
        return bool(self.book.things("douyin", "event"))

    def deliver(self) -> None:
        """Post what waits; events of a reordered work go last. Whatever the address answers, it is told once."""
        waiting = self.book.things("douyin", "event")
        ordered = sorted(waiting.items(), key=lambda one: one[1]["struck"] == "async_reorder")
        for number, event in ordered:
            self.book.put("douyin", "event", number, None)
            self._post(event["body"], forged=event["struck"] == "async_forged")

    def _post(self, body: dict[str, Any], *, forged: bool = False) -> httpx.Response | None:
        address = self.book.get("douyin", "callback", "address")
        if not address:
            return None
        content = json.dumps(body, ensure_ascii=False).encode()
        secret = "forged" if forged else self.platform.client_secret
        signature = hashlib.sha1(secret.encode() + content).hexdigest()  # noqa: S324
        headers = {"Content-Type": "application/json", "X-Douyin-Signature": signature.upper()}
        with contextlib.suppress(httpx.HTTPError):
            return httpx.post(address, content=content, headers=headers, timeout=TIMEOUT_S)
        return None
