"""抖音开放平台's error codes as data: facts of the platform page douyin.md §7. The code stands in
``data.error_code``; the HTTP status says nothing."""

from datetime import datetime
from typing import Any, Literal

from channels.contract import ChannelError
from channels.making.asking import unclear
from channels.making.refusals import ErrorRow, Kind, raised, unlisted
from channels.transport import Per

_CODES = "抖音开放平台 状态码（openapi/status-code）"
_ABILITY = "代替用户发布内容到抖音"
_TOKENS = "抖音开放平台 获取与刷新 access_token（openapi/account-permission）"
_SEEN = "平台资料 douyin.md §7，未见原页"
REFRESH_DEAD = 10010


def _rows(
    codes: tuple[int, ...], meaning: str, kind: Kind, sentence: str, *, source: str = _CODES,
    confidence: Literal["doc", "client", "unverified"] = "doc", is_unclear: bool = False, per: Per = "day",
) -> tuple[ErrorRow, ...]:  # fmt: skip
    return tuple(
        ErrorRow(
            code=code, meaning=meaning, kind=kind, sentence=sentence, source=source, confidence=confidence,
            is_unclear=is_unclear, per=per,
        )
        for code in codes
    )  # fmt: skip


ROWS = (
    # A platform that failed inside does not say how far it had come: after a create it is asked.
    *_rows((2100004, 28001005, 28001006), "system busy, network", "later", "抖音系统繁忙，稍后自动再试",
           is_unclear=True),
    *_rows((2100005, 28001007), "bad parameter", "bug", "抖音说请求的参数不对，请把这条记录交给管理员"),
    *_rows((2100007, 28001012), "no permission", "admin", f"应用没有这项权限，请在抖音开放平台申请能力“{_ABILITY}”"),
    *_rows((28001014,), "user did not grant", "admin", "账号没有授权发布，请让账号管理员重新扫码授权并勾选发布权限"),
    *_rows((28001018,), "app lacks ability", "admin", f"应用没有开通这项能力，请在抖音开放平台申请能力“{_ABILITY}”"),
    *_rows((2100009, 28001046), "user banned", "admin", "这个抖音号被封禁，请到抖音 App 查看原因并申诉"),
    *_rows((2190001, 28003017), "quota used up", "quota", "今天的接口次数用完了，明天自动继续"),
    *_rows((2190002,), "invalid access_token", "token", "授权无效，请让账号管理员重新扫码授权",
           source=_SEEN, confidence="unverified"),
    *_rows((2190003,), "not authorised", "token", "账号没有授权，请让账号管理员重新扫码授权",
           source=_SEEN, confidence="unverified"),
    *_rows((2190008, 10008, 28001008), "access_token expired", "token", "授权已过期，请让账号管理员重新扫码授权",
           source=_TOKENS),
    *_rows((REFRESH_DEAD,), "refresh_token expired", "admin", "授权已到期，请让账号管理员重新扫码授权", source=_TOKENS),
    *_rows((28001015,), "token and open_id differ", "admin", "授权和 open_id 不是同一个抖音号，请核对后重新扫码授权"),
    *_rows((28001016, 28001019, 28001056), "app or ability banned or retired", "admin",
           "应用或能力被封禁或下线，请到抖音开放平台查看；在此之前请改用人工代发"),
    *_rows((28001052, 28003018), "risk control, too frequent", "quota", "被抖音风控，下个整点自动再试", per="hour"),
    *_rows((28001020,), "test app: user not bound", "admin", "测试应用没有绑定这个抖音号，请在开放平台控制台绑定"),
    *_rows((28001021,), "test app expired", "admin", "测试应用已过期，请在开放平台控制台续期或换成正式应用"),
)  # fmt: skip
TABLE = {row.code: row for row in ROWS}
TOKEN_CODES = frozenset(row.code for row in ROWS if row.kind == "token")


def code_of(answer: dict[str, Any]) -> object:
    """The code of an answer: 0 for yes, None when it holds none (then nobody knows)."""
    told = answer.get("data")
    return told.get("error_code") if isinstance(told, dict) else None


def checked(answer: dict[str, Any], wanted: str, now: datetime, *, changes: bool) -> dict[str, Any]:
    """``data`` of a clear yes that holds ``wanted``; the error of the table for a no; else nobody knows."""
    code = code_of(answer)
    if code != 0:
        raise error_for(code, answer, now, changes=changes)
    data: dict[str, Any] = answer["data"]
    if data.get(wanted) in (None, "", {}):
        raise unclear(changes, f"no {wanted}: {answer}")
    return data


def error_for(code: object, answer: dict[str, Any], now: datetime, *, changes: bool) -> ChannelError:
    """The error of ours for a code that is not 0."""
    if not isinstance(code, int):
        return unclear(changes, str(answer))
    row = TABLE.get(code)
    return raised(row, now, str(answer), changes=changes) if row else unlisted(code, str(answer), changes=changes)
