"""Fault switches as data: which call of which account is struck, when, and how (rules.md §3)."""

import random
import threading
from dataclasses import dataclass
from datetime import datetime

# action: what it does, for the console and the documentation
ACTIONS: dict[str, str] = {
    # network
    "refuse": "拒绝连接",
    "drop_before_accept": "受理之前断线",
    "reset_mid_body": "回答到一半断线",
    "accept_then_drop": "受理之后断线",
    "accept_then_hang": "受理之后不回答",
    "slow": "回答很慢",
    "http_500_before": "受理之前 500",
    "http_500_after_accept": "受理之后 500",
    "http_429": "429 请求太多",
    "tls_error": "证书错误",
    # answers
    "errcode_in_200": "200 里带错误码",
    "html_page": "返回网页",
    "json_truncated": "JSON 被截断",
    "empty_200": "空的 200",
    "wrong_type": "字段类型不对",
    "extra_fields": "多出字段",
    "content_altered": "平台改动了内容",
    # tokens
    "token_expired": "令牌过期",
    "token_invalidate_on_refresh": "刷新时旧令牌立即失效",
    "token_rotate_during_request": "请求途中令牌轮换",
    "token_down": "令牌接口故障",
    "ip_denied": "IP 不在白名单",
    "permission_missing": "没有接口权限",
    # limits
    "quota_minute": "每分钟限额用完",
    "quota_day": "每日限额用完",
    "too_long": "内容过长",
    "reject_sensitive": "内容审核不通过",
    "reject_duplicate": "判为重复内容",
    # media
    "upload_fail_nth": "上传失败",
    "upload_response_lost": "上传成功但回答丢失",
    "media_expired": "素材过期",
    "media_dedup": "相同素材合并",
    # asynchronous results
    "async_never": "结果永远不来",
    "async_late": "结果晚到",
    "async_fail": "发布任务失败",
    "async_dup": "结果通知重复",
    "async_reorder": "结果通知乱序",
    "async_lost": "结果通知丢失",
    "async_forged": "伪造的结果通知",
    # afterwards
    "removed_by_platform": "发布后被平台删除",
    "delete_fails": "删除失败",
    "delete_late": "删除晚生效",
    "edit_unsupported": "不支持修改",
    # listing
    "visibility_delay": "列表晚出现",
    "list_unstable": "列表忽有忽无",
    "list_down": "列表故障",
    # account
    "identity_changed": "账号主体变了",
    "account_banned": "账号被封",
    "manual_publish": "有人在后台手工发布了草稿",
    "manual_post": "有人在后台手工发了一篇自己的",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. ``method`` and ``account``: "*" or a name. ``nth``: strikes only the n-th matching call
    (0 = every one); ``per_mille``: else by this chance; ``start``/``end``: the window (aware UTC)."""

    action: str
    method: str = "*"
    account: str = "*"
    nth: int = 0
    per_mille: int = 1000
    start: datetime | None = None
    end: datetime | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"没有故障“{self.action}”，可用的有：{'、'.join(ACTIONS)}。")

    def is_open(self, now: datetime) -> bool:
        """Whether ``now`` lies in its window."""
        return (self.start is None or self.start <= now) and (self.end is None or now < self.end)


class Faults:
    """The rules in force, and how often each was met and struck. The same seed strikes the same calls. Safe to
    share by threads."""

    def __init__(self, rules: tuple[Fault, ...] = ()) -> None:
        self.rules: list[Fault] = []
        self.met: list[int] = []
        self.struck: list[int] = []
        self._dice: list[random.Random] = []
        self._by_actions: dict[frozenset[str] | None, tuple[tuple[int, Fault], ...]] = {}
        self._lock = threading.Lock()
        for rule in rules:
            self.add(rule)

    def add(self, rule: Fault) -> None:
        """Put a rule in force."""
        with self._lock:
            self.rules.append(rule)
            self.met.append(0)
            self.struck.append(0)
            self._dice.append(random.Random(rule.seed))
            self._by_actions.clear()

    def clear(self) -> None:
        """All quiet again."""
        with self._lock:
            self.rules, self.met, self.struck, self._dice = [], [], [], []
            self._by_actions.clear()

    def know(self, actions: frozenset[str]) -> bool:
        """Whether any rule is of these actions."""
        return bool(self._among(actions))

    def strike(self, account: str, method: str, now: datetime, among: frozenset[str] | None = None) -> str:
        """The action that strikes this call, "" for none. ``among``: only actions that make sense here."""
        for at, rule in self._among(among):
            if rule.account not in ("*", account) or rule.method not in ("*", method) or not rule.is_open(now):
                continue
            if self._hits(at, rule):
                return rule.action
        return ""

    def _among(self, actions: frozenset[str] | None) -> tuple[tuple[int, Fault], ...]:
        """The rules of these actions, with their places: found once for as long as no rule comes or goes."""
        with self._lock:
            found = self._by_actions.get(actions)
            if found is None:
                rules = enumerate(self.rules)
                found = tuple((at, rule) for at, rule in rules if actions is None or rule.action in actions)
                self._by_actions[actions] = found
        return found

    def _hits(self, at: int, rule: Fault) -> bool:
        with self._lock:
            if at >= len(self.rules):  # cleared since
                return False
            self.met[at] += 1
            hit = self.met[at] == rule.nth if rule.nth else self._dice[at].randrange(1000) < rule.per_mille
            self.struck[at] += hit
        return hit
