"""Weibo's error codes as data, and the error of ours each becomes. After platforms/weibo.md §7 and §3.3."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from channels.contract import ChannelError, RepeatedError
from channels.making.refusals import ErrorRow, Kind, raised, unlisted
from channels.transport import Per, QuotaError

POSTED_LATE = 20032
NO_SUCH_POST = 20101
REPEATED = frozenset({20017, 20019, 20111})
ARTICLE_DONE = "100000"
TOO_FREQUENT = "11001"
REST = timedelta(minutes=30)
_PAGE = "open.weibo.com/wiki/Error_code（第二版）"
_COPY = "第二版错误码表的转载（cnblogs jiaosq 5648095 等）"
_RECALLED = "第二版错误码表，未核对"
_TOUTIAO = "open.weibo.com/wiki/Toutiao/api"
_Trust = Literal["doc", "client", "unverified"]

_BUSY = "微博系统繁忙，稍后自动重试"
_UNSURE = "微博系统出错，分不清这次有没有发出，会先核对，再决定重试"
_PERMISSION = "应用没有这个接口的权限，请在微博开放平台申请，或把账号设置 route 改为 share"
_OURS = "一稿给微博的参数不对，请检查账号的操作者 IP、安全域名，再把这句话告诉管理员"
_BUG = "一稿调用微博接口的方式不对，请把这句话告诉管理员"
_SLOW = "微博的调用次数用完了，到时自动继续"
_SAME = "微博说刚发过一样或相似的内容，先核对是不是上一次其实已经发出，不会重复发送"
_AGAIN = "微博授权已失效，请管理员重新授权，把新的 access_token 填进账号凭据"


def _row(
    code: int | str, meaning: str, kind: Kind, sentence: str, source: str = _COPY, trust: _Trust = "unverified",
    unclear: bool = False, per: Per = "day",
) -> ErrorRow:  # fmt: skip
    return ErrorRow(
        code=code, meaning=meaning, kind=kind, sentence=sentence, source=source, confidence=trust,
        is_unclear=unclear, per=per,
    )  # fmt: skip


def _doc(
    code: int, meaning: str, kind: Kind, sentence: str, *, unclear: bool = False, per: Per = "day"
) -> ErrorRow:  # fmt: skip
    return _row(code, meaning, kind, sentence, _PAGE, "doc", unclear, per)


_SHORTER = "请缩短，或在稿头给微博写一个短标题（Markdown：short_headlines: weibo:）"
_ROWS = (
    _doc(10001, "系统错误", "later", _UNSURE, unclear=True),
    _doc(10002, "服务暂停", "later", _BUSY),
    _doc(10003, "远程服务错误", "later", _UNSURE, unclear=True),
    _doc(10004, "IP 限制", "quota", "微博限制了这个 IP 的请求，下个小时自动继续；若一直如此，请换出口 IP", per="hour"),
    _doc(10005, "应用级别不够", "admin", _PERMISSION),
    _doc(10006, "缺少 source", "bug", _BUG),
    _doc(10007, "媒体类型不支持", "story", "微博不收这种媒体，请把配图另存为 JPEG、GIF 或 PNG"),
    _doc(10008, "参数错误", "bug", _OURS),
    _doc(10009, "任务过多", "later", _BUSY),
    _doc(10010, "任务超时", "later", _UNSURE, unclear=True),
    _doc(10011, "RPC 错误", "later", _UNSURE, unclear=True),
    _doc(10012, "非法请求", "admin", "微博认为请求不合法，请检查应用状态和账号凭据"),
    _doc(10013, "不合法的用户", "admin", "微博说这个账号不合法，请登录微博查看账号是否被封，恢复后再启用"),
    _doc(10014, "应用没有接口权限", "admin", _PERMISSION),
    _doc(10016, "缺少参数", "bug", _OURS),
    _doc(10017, "参数值非法", "bug", _OURS),
    _doc(10018, "请求太长", "story", "这条微博太大，请换小一些的配图，或缩短正文"),
    _doc(10019, "IP 限制（第一版编号）", "quota", "微博限制了这个 IP 的请求，下个小时自动继续", per="hour"),
    _row(10020, "接口不存在", "bug", _BUG),
    _row(10021, "请求方法不对", "bug", _BUG),
    _row(10022, "IP 请求过多", "quota", _SLOW, per="hour"),
    _row(10023, "用户请求过多", "quota", _SLOW),
    _row(10024, "用户对此接口请求过多", "quota", _SLOW, per="hour"),
    _row(10025, "内部参数错误", "later", _BUSY),
    _row(20003, "用户不存在", "admin", "微博说这个用户不存在，请核对账号凭据里的 uid"),
    _row(20005, "图片类型不支持", "story", "微博只收 JPEG、GIF、PNG，请另存配图后重新插入"),
    _row(20006, "图片太大", "story", "配图超过 5 MB，请换一张小一些的图片"),
    _row(20007, "没有带图片", "bug", _BUG),
    _row(20008, "内容为空", "story", "微博正文是空的，请写标题或摘要"),
    _row(20012, "超过 140 字", "story", f"微博正文超过 140 字，{_SHORTER}"),
    _row(20013, "超过 300 字", "story", f"微博正文超过 300 字，{_SHORTER}"),
    _row(20014, "请再试一次", "later", _BUSY),
    _row(20016, "发得太快", "quota", "这个账号发微博太快，下个小时自动继续", per="hour"),
    _row(20017, "相似内容", "look", _SAME),
    _row(20018, "含非法网址", "story", "微博说正文里有非法网址，请改掉后重新送审", _RECALLED),
    _row(20019, "重复内容", "look", _SAME),
    _row(20020, "含广告", "story", "微博说正文里有广告，请改掉后重新送审", _RECALLED),
    _row(20021, "含非法内容", "story", "微博说正文里有不允许的内容，请改掉后重新送审", _RECALLED),
    _row(20031, "需要验证码", "admin", "微博要求输入验证码，请登录微博发一条后再启用，或改用人工代发"),
    _row(POSTED_LATE, "发布成功，同步延迟", "success", "微博已经发出，一两分钟后才看得到，随后自动核对"),
    _row(20033, "登录状态异常", "token", _AGAIN),
    _row(NO_SUCH_POST, "微博不存在", "bug", "这条微博已经不在了，请登录微博核对"),
    _row(20102, "不是自己的微博", "bug", "这条微博不属于这个账号，请核对账号凭据"),
    _row(20111, "连续两次相同", "look", _SAME),
    _row(20201, "评论不存在", "bug", "这条评论已经不在了，请登录微博核对"),
    _row(20203, "不是自己的评论", "bug", "这条评论不属于这个账号，请核对账号凭据"),
    _row(20206, "只许关注的人评论", "admin", "作者只许他关注的人评论，请换一种方式回复"),
    _row(20207, "只许可信的人评论", "admin", "作者只许可信的人评论，请换一种方式回复"),
    *(
        _row(code, meaning, "token", _AGAIN, _RECALLED)
        for code, meaning in (
            (21301, "认证失败"), (21314, "令牌已用过"), (21315, "令牌过期"), (21316, "令牌被撤销"),
            (21317, "令牌被拒绝"), (21319, "授权被取消"), (21327, "令牌过期"), (21332, "令牌无效"),
        )
    ),
    _row(21321, "未过审应用超出测试用户", "admin", "应用还没过审，请先送审，或把账号加为测试用户", _RECALLED),
)  # fmt: skip
ROWS: Mapping[int, ErrorRow] = MappingProxyType({int(one.code): one for one in _ROWS})
_ARTICLES = (
    _row("10001", "系统错误", "later", _UNSURE, _TOUTIAO, "doc", unclear=True),
    _row(
        "10008",
        "参数不合法",
        "story",
        "微博不收这篇头条文章的标题、正文、封面或附带微博，请按提示改短",
        _TOUTIAO,
        "doc",
    ),
    _row(TOO_FREQUENT, "太频繁", "quota", "头条文章发得太频繁，半小时后自动再发", _TOUTIAO, "doc"),
    _row("11002", "附带微博发布失败", "look", "头条文章没有发完，先核对是否已经发出，再决定重试", _TOUTIAO, "doc"),
    _row("11003", "文章与微博绑定失败", "look", "头条文章没有发完，先核对是否已经发出，再决定重试", _TOUTIAO, "doc"),
)
ARTICLE_ROWS: Mapping[str, ErrorRow] = MappingProxyType({str(one.code): one for one in _ARTICLES})


def code_of(answer: Mapping[str, Any]) -> int | None:
    """The code of a refusal in Weibo's own form (numbers as strings, or not); None when it is none; -1 for one
    that is no number."""
    if "error_code" not in answer:
        return None
    said = str(answer["error_code"])
    return int(said) if said.isdecimal() else -1


def error_for(code: int, answer: Mapping[str, Any], now: datetime, *, changes: bool) -> ChannelError:
    """The error of ours for a code of the ordinary interfaces."""
    row, cause = ROWS.get(code), str(dict(answer))[:300]
    if row is None:
        return unlisted(code, cause, changes=changes)
    if code in REPEATED:
        return RepeatedError(f"{row.sentence}（平台代码 {code}）。", cause)
    return raised(row, now, cause, changes=changes)


def article_error(answer: Mapping[str, Any], now: datetime) -> ChannelError:
    """The error of ours for anything but 100000 from the article interface."""
    code, cause = str(answer.get("code", "")), str(dict(answer))[:300]
    row = ARTICLE_ROWS.get(code)
    if row is None:
        return unlisted(code, cause, changes=True)
    if code == TOO_FREQUENT:
        return QuotaError(f"{row.sentence}（平台代码 {code}）。", now + REST, cause)
    return raised(row, now, cause, changes=True)
