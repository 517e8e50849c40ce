"""Notices that travel: a job spreads what is new, and carries what is due by mail, 企业微信 robot or SMS, trying again
where it fails. At least once: a notice twice does no harm, a lost one may."""

import json
import logging
import smtplib
import ssl
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.message import EmailMessage
from functools import partial

from sqlmodel import Session

from assets.fetch import Fetcher, FetchError
from channels.contract import ChannelError
from cms.db import read_scope, session_scope
from cms.people import Notice, NoticeSend, PeopleDesk, telling
from cms.people.rows import Contact, Person, Workspace
from cms.releases.causes import Cause, by_cause
from cms.web.spoken import on_screen
from pipeline import settings
from pipeline.house import House
from pipeline.settings import MailServer, SmsHook, Ways

log = logging.getLogger("yigao.notices")
ROBOT_BYTES = 2048  # developer.work.weixin.qq.com/document/path/91770, read at second hand
BARE = {"PATH": "/usr/bin:/bin"}
PLACES = 8
"""So many are named in a message, the rest counted: a robot's takes no more."""
AT_ONCE = 50
"""Messages in one round, so that a flood of them does not hold the clock."""


class UnsentError(Exception):
    """Why one notice did not get out, as people read it; never with an address or a key in it."""


def tell(house: House, now: datetime, ways: Ways | None = None) -> int:
    """Spread and carry what is due now; how many got out."""
    ways = ways or settings.load(house.root, house.wires.vault).ways
    with session_scope(house.engine) as session:
        telling.call_off(session)
        telling.spread(session, ways.wait, ways.names, now)
    sent = 0
    for _ in range(AT_ONCE):
        with session_scope(house.engine) as session:
            claimed = _claim(session, now)
        if claimed is None:
            break
        sent += _carry(house, *claimed, ways, now)
    return sent


def _claim(session: Session, now: datetime) -> tuple[list[NoticeSend], Cause] | None:
    """The next due send, with all that tell the same person the same by the same way: they go as one."""
    first = telling.claim(session, now)
    if first is None:
        return None
    notices = {first.notice_id: (first, session.get_one(Notice, first.notice_id))}
    notices |= {notice.id: (send, notice) for send, notice in telling.due_beside(session, first, now)}
    causes = by_cause(session, [notice for _, notice in notices.values()])
    cause = next(one for one in causes if any(each.notice.id == first.notice_id for each in one.told))
    ours = [
        each for each in cause.told if (send := notices[each.notice.id][0]) is first or telling.take(session, send, now)
    ]
    return [notices[each.notice.id][0] for each in ours], Cause(cause.words, tuple(ours))


def _carry(house: House, sends: Sequence[NoticeSend], cause: Cause, ways: Ways, now: datetime) -> bool:
    """One message; whether it got out."""
    try:
        _carry_by(house, sends[0], cause, ways, now)
    except UnsentError as error:
        log.warning("notices %s by %s: %s", [one.notice_id for one in sends], sends[0].way, error)
        with session_scope(house.engine) as session:
            for one in sends:
                telling.not_done(session, one.id, str(error), now)
        return False
    with session_scope(house.engine) as session:
        for one in sends:
            telling.done(session, one.id, now)
    return True


def _carry_by(house: House, send: NoticeSend, cause: Cause, ways: Ways, now: datetime) -> None:
    desk = PeopleDesk(house.engine, house.wires.vault)
    with read_scope(house.engine) as session:
        person = session.get_one(Person, send.person_id)
        contact = session.get(Contact, (send.person_id, send.way))
        name = session.get_one(Workspace, 1).name
    if contact is None or person.disabled_at:
        raise UnsentError("对方已经不收这类提醒。")
    try:
        where = desk.contact(contact)
    except ChannelError as error:
        raise UnsentError(error.sentence) from error
    spoken = partial(on_screen, now=now)
    words = spoken(said(cause))
    link = f"\n请打开处理：{ways.link}/me/notices" if ways.link else ""
    if send.way == "mail" and ways.mail:
        each = "".join(f"\n- {spoken(_sentence(one.notice))}" for one in cause.told) if len(cause.told) > 1 else ""
        text = f"{person.name}，您好：\n\n{words}\n{each}\n{link}\n"
        by_mail(ways.mail, where, f"{name}：{words[:40]}", text)
    elif send.way == "wecom":
        by_robot(where, f"{name}：{words}{link}", ways)
    elif send.way == "sms" and ways.sms:
        by_sms(ways.sms, where, f"{name}：{words}", ways)
    else:
        raise UnsentError("这种方式没有设置，请在 yigao.toml 里补上。")


def said(cause: Cause) -> str:
    """The cause in one sentence; of several, with how many and some of the places."""
    if len(cause.told) == 1:
        return _sentence(cause.told[0].notice)
    places = "、".join(cause.places[:PLACES]) + ("等" if len(cause.places) > PLACES else "")
    return f"{cause.words}（共 {len(cause.told)} 条{'：' if places else ''}{places}）"


def _sentence(notice: Notice) -> str:
    return notice.sentence + (f"（已有 {notice.count} 次）" if notice.count > 1 else "")


def by_mail(server: MailServer, to: str, subject: str, text: str) -> None:
    """One mail through the configured server."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, to, " ".join(subject.split())
    mail.set_content(text)
    try:
        with _connected(server) as line:
            if server.user:
                line.login(server.user, server.password)
            line.send_message(mail)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise UnsentError(f"邮件没有发出（{_brief(error)}），请检查 [mail] 的服务器和账号。") from error


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=20, context=ssl.create_default_context())
    line = smtplib.SMTP(server.host, server.port, timeout=20)
    if server.security == "starttls":
        line.starttls(context=ssl.create_default_context())
    return line


def _brief(error: Exception) -> str:
    """The kind of trouble and its number; a server's own words may repeat the address."""
    number = getattr(error, "smtp_code", "") or getattr(error, "errno", "") or ""
    return f"{type(error).__name__} {number}".strip()


def by_robot(address: str, text: str, ways: Ways) -> None:
    """One message by a group's 企业微信 robot."""
    said = {"msgtype": "text", "text": {"content": _cut(text, ROBOT_BYTES)}}
    answer = _post(address, said, ways.local)
    if answer.get("errcode") != 0:
        raise UnsentError(f"企业微信没有收下（{answer.get('errcode', '无回码')}），请检查机器人是否还在群里。")


def by_sms(hook: SmsHook, phone: str, text: str, ways: Ways) -> None:
    """One short message by the configured command or address. The command gets the phone as its last argument and the
    text on standard input, so that no shell ever reads either."""
    if hook.url:
        _post(hook.url, {"phone": phone, "text": text}, ways.local, hook.token)
        return
    try:
        done = subprocess.run(
            [*hook.command, phone], input=text.encode(), capture_output=True, timeout=20, check=False, env=BARE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnsentError(f"短信命令没有跑成（{type(error).__name__}），请检查 [sms] command。") from error
    if done.returncode:
        raise UnsentError(f"短信命令返回 {done.returncode}，请看它自己的日志。")


def _post(address: str, said: object, local: Iterable[tuple[str, int]], token: str = "") -> dict[str, object]:
    """The JSON answered to a JSON question, at a checked public address; 200 alone is not enough where one is owed."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = Fetcher(allowed=local, max_bytes=64 * 1024).post(
            address, json.dumps(said, ensure_ascii=False).encode(), headers
        )
        found = json.loads(answer.content or b"{}")
    except FetchError as error:
        raise UnsentError("对方地址连不上或不是公开地址，请检查后重填。") from error
    except ValueError as error:
        raise UnsentError("对方的回答看不懂，请检查地址。") from error
    return found if isinstance(found, dict) else {}


def _cut(text: str, size: int) -> str:
    """``text`` in at most ``size`` bytes, never half a character."""
    return text.encode()[:size].decode(errors="ignore")
