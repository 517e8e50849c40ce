"""接入账号: giving an account its interface, taking it away, and asking ahead of time whether it works.

Secrets are sealed at once and shown nowhere. What the platform knows the account by is kept beside it, so another
subject behind the same account is noticed before a release (F34), and no two of our accounts stand for one of the
platform's: the second would publish everything there again (F38).
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from channels import registry
from channels.contract import AdministratorError, ChannelError
from channels.transport import Allowance, Connected, SecretField
from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account, health, sandboxed
from cms.matrix.values import transport_of
from cms.matrix.wires import CallCount, Calls, Secret, forget, left_of, opened, seal_secrets, secrets_of
from cms.releases import Delivery, Lane
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.seeing import credential_of

UNSETTLED = ("sending", "accepted", "confirming", "unknown", "reconciling", "withdrawing")
AT_ONCE = 8
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Checked:
    """What asking about one account found. ``left``: calls left, by the platform's count where it tells one.
    ``is_another``: the platform names another subject than when it was connected; the last trouble says so."""

    account: str
    name: str
    subject: str = ""
    troubles: tuple[str, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    is_another: bool = False
    looked: tuple[str, ...] = ()
    dies_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account stands, from rows alone. ``left``: calls left in the windows of now, by our own count;
    ``allowed``: how many there are in each; ``titles``: what a call is for, in Chinese."""

    account: str
    name: str
    transport: str
    rests_until: datetime | None
    reason: str
    left: Mapping[str, int]
    allowed: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connection:
    """What an account is connected with, as far as it may be shown. ``known``: what is no secret, by field; ``kept``:
    the fields a secret lies in the vault for."""

    base: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()


def account_named(house: House, key: str) -> Account:
    """The account ``key`` ("wechat:chengdu"); AdministratorError naming some when there is none."""
    with read_scope(house.engine) as session:
        found = session.exec(select(Account).where(Account.key == key)).one_or_none()
        if found is None:
            channel = key.partition(":")[0]
            near = session.exec(select(Account.key).where(Account.channel == channel).limit(5)).all()
            known = "、".join(near or session.exec(select(Account.key).limit(5)).all())
            raise AdministratorError(f"没有账号“{key}”，例如：{known}。用 yigao accounts list 看全部。", key)
        return found


def connected_channel(account: Account) -> Connected:
    """The account's channel, with its interface; AdministratorError when it has none."""
    channel = registry.get(account.channel)
    if not isinstance(channel, Connected):
        able = "、".join(name for name, one in registry.all_channels().items() if isinstance(one, Connected))
        raise AdministratorError(f"渠道“{channel.title}”没有接口，只能人工代发；有接口的是：{able}。", account.key)
    return channel


def given(channel: Connected, said: Mapping[str, str], base: str) -> dict[str, str]:
    """The whole of what was said to connect an account with; AdministratorError where there is no secret in it, or
    something that is not asked for."""
    names = [one.name for one in channel.secret_fields]
    for name in said.keys() - {*names, "base"}:
        raise AdministratorError(f"凭据里没有“{name}”这一项，可写：{'、'.join(names)}。")
    kept = {one.name: said.get(one.name, one.default).strip() for one in channel.secret_fields}
    for one in channel.secret_fields:
        if not kept[one.name].isprintable() or len(kept[one.name]) > LONGEST:
            raise AdministratorError(f"“{one.label}”里有看不见的字符，或太长，请重新复制一次。")
        chosen = one.chosen(kept[one.name] or one.default)
        if chosen is None:
            words = "或".join(f"“{word}”" for _, word in one.choices)
            raise AdministratorError(f"“{one.label}”不能是“{kept[one.name][:20]}”，请填{words}。")
        kept[one.name] = chosen
    if not any(kept[one.name] for one in channel.secret_fields if one.is_secret):
        asked = "、".join(f"{one.name}（{one.label}）" for one in channel.secret_fields)
        raise AdministratorError(f"没有给出凭据，请填：{asked}。")
    return {**kept, "base": base or said.get("base") or channel.base}


def connection(house: House, account: Account) -> Connection:
    """What the account is connected with: everything but its secrets."""
    if account.transport != "api":
        return Connection()
    secrets = secrets_of(house.engine, house.wires.vault, account.id)
    fields = connected_channel(account).secret_fields
    known = {one.name: secrets.get(one.name, "") for one in fields if not one.is_secret}
    kept = frozenset(one.name for one in fields if one.is_secret and secrets.get(one.name))
    return Connection(secrets.get("base", ""), known, kept)


def renewed(house: House, account: Account, said: Mapping[str, str], base: str) -> dict[str, str]:
    """What was said, over the secrets that stay as they are: those left empty, unless they spoke to another address:
    a platform's secrets are never sent to a stand-in, nor the other way."""
    channel = connected_channel(account)
    before = secrets_of(house.engine, house.wires.vault, account.id) if account.transport == "api" else {}
    if (base or channel.base) != before.get("base"):
        before = {}
    secret = {one.name for one in channel.secret_fields if one.is_secret}
    left = {name: before[name] for name in secret if before.get(name) and not said.get(name, "").strip()}
    return given(channel, {**said, **left}, base)


def connect(house: House, account: Account, secrets: Mapping[str, str], actor: str, now: datetime) -> None:
    """Seal the secrets and serve the account by its interface from now on. What was known of an earlier connection
    (token, uploads, what a check found) is forgotten; a delivery whose outcome is open must be settled first."""
    _refuse_unsettled(house, account, "重新接入")
    fields = connected_channel(account).secret_fields
    named = [one.name for one in fields if one.is_subject]
    with session_scope(house.engine) as session:
        row = session.get_one(Account, account.id)
        row.transport, row.subject, row.settings = "api", None, {**row.settings, **_settings(fields, secrets)}
        for name in named:
            _claim(session, row, secrets.get(name, ""))
        seal_secrets(session, house.wires.vault, account.id, secrets)
        sandboxed.note(session, account.id, secrets.get("base", ""))
        health.forget(session, account.id)
        detail = {"fields": sorted(secrets), "base": secrets.get("base", "")}
        audit.record(session, actor, "account.connect", f"account:{account.key}", detail, now)


def _settings(fields: Sequence[SecretField], said: Mapping[str, str]) -> dict[str, str]:
    """What of it is a setting of the account."""
    return {one.name: said[one.name] for one in fields if one.is_setting and said.get(one.name)}


def _claim(session: Session, row: Account, subject: str) -> None:
    """The platform's ``subject`` is this account's from now on; AdministratorError when it is another one's (F38)."""
    if not subject:
        return
    query = select(Account).where(Account.channel == row.channel, Account.subject == subject, Account.id != row.id)
    try:
        other = session.exec(query).first()
        if other is None:
            row.subject = subject
            session.flush()
            return
        owner = f"“{other.name}”（{other.key}）"
    except IntegrityError:  # somebody was quicker; the database keeps one
        owner = "另一个账号"
    raise AdministratorError(
        f"平台上的 {subject} 已经接给{owner}：同一个平台账号接两次，一篇稿子会在上面发两遍。"
        "请核对凭据；要换过来，先断开那一个（yigao accounts disconnect）。",
        row.key,
    )


def disconnect(house: House, account: Account, actor: str, now: datetime, reason: str = "") -> str:
    """Forget the secrets; the account is served as it was before (by hand): what is planned on it becomes a task for a
    person. The new transport."""
    _refuse_unsettled(house, account, "断开")
    with session_scope(house.engine) as session:
        forget(session, account.id)
        session.exec(delete(Secret).where(col(Secret.account_id) == account.id))
        row = session.get_one(Account, account.id)
        row.transport, row.subject = transport_of(row.channel), None
        sandboxed.note(session, account.id, "")
        health.forget(session, account.id)
        detail = {"reason": reason} if reason else {}
        audit.record(session, actor, "account.disconnect", f"account:{account.key}", detail, now)
        return row.transport


def _refuse_unsettled(house: House, account: Account, wanted: str) -> None:
    with read_scope(house.engine) as session:
        query = select(Delivery.key).where(Delivery.account_id == account.id, col(Delivery.state).in_(UNSETTLED))
        keys = session.exec(query).all()
    if keys:
        raise AdministratorError(
            f"“{account.name}”还有 {len(keys)} 份投递没有结果（如 {keys[0][:8]}），{wanted}会查不到它们："
            "请等它们有结果，或用 yigao adopt、yigao hold 处理后再来。",
            account.key,
        )


# --------------------------------------------------------------------------- asking


def check(
    house: House, accounts: Sequence[Account], now: TimeSource, at_once: int = AT_ONCE, timeout_s: float | None = None
) -> list[Checked]:
    """Ask every account's platform, a few at once; in the order given. What is found is kept. ``timeout_s``: how long
    one question may take, where that is to be less than usual."""
    if at_once == 1 or len(accounts) == 1:
        return [_check(house, one, now, timeout_s) for one in accounts]
    with ThreadPoolExecutor(at_once, thread_name_prefix="yigao-check") as pool:
        return list(pool.map(lambda one: _check(house, one, now, timeout_s), accounts))


def _check(house: House, account: Account, now: TimeSource, timeout_s: float | None) -> Checked:
    found = _asked(house, account, now, timeout_s)
    with session_scope(house.engine) as session:
        if session.get_one(Account, account.id).transport == "api":
            health.keep(session, account.id, now(), found.subject, found.troubles, found.looked, found.dies_at)
    return found


def _asked(house: House, account: Account, now: TimeSource, timeout_s: float | None) -> Checked:
    try:
        credential = credential_of(house, account, now)
        _learn(house, account, credential.secrets)
        credential = replace(credential, timeout_s=timeout_s or credential.timeout_s)
        said = house.wires.transport(account.channel).check(credential)
        changed = _changed(house, account, said.subject)
    except ChannelError as error:
        return Checked(account.key, account.name, troubles=(error.sentence,))
    left = {**_counted(house, account, now), **said.left}
    troubles = (*said.troubles, *changed)
    return Checked(account.key, account.name, said.subject, troubles, left, bool(changed), said.looked, said.dies_at)


def _learn(house: House, account: Account, secrets: Mapping[str, str]) -> None:
    """The settings of an account that was connected before they were kept beside its secrets."""
    found = _settings(connected_channel(account).secret_fields, secrets)
    if found.keys() - account.settings.keys():
        with session_scope(house.engine) as session:
            row = session.get_one(Account, account.id)
            row.settings = {**found, **row.settings}


def _changed(house: House, account: Account, subject: str) -> list[str]:
    """Trouble when the platform names another subject than at first, or one of another account's; the first is kept."""
    if not subject:
        return []
    with session_scope(house.engine) as session:
        row = session.get_one(Account, account.id)
        if (known := row.subject) is None:
            try:
                _claim(session, row, subject)
            except AdministratorError as error:
                session.rollback()
                return [error.sentence]
    if known in (None, subject):
        return []
    return [
        f"账号主体变了：接入时是“{known}”，现在是“{subject}”。请核实；确认无误后重新接入"
        f"（yigao accounts connect {account.key}）。"
    ]


def _counted(house: House, account: Account, now: TimeSource) -> dict[str, int]:
    secrets = secrets_of(house.engine, house.wires.vault, account.id)
    allowed = house.wires.transport(account.channel).allowances(secrets)
    return Calls(house.engine, account.id, allowed, now).left()


def standings(house: House, accounts: Sequence[Account], now: TimeSource) -> list[Standing]:
    """How accounts stand; nothing is asked outside. Three statements, however many there are."""
    ids = [one.id for one in accounts if one.transport == "api"]
    with read_scope(house.engine) as session:
        lanes = {lane.account_id: lane for lane in session.exec(select(Lane))}
        keys = select(Secret.account_id, Secret.sealed).where(col(Secret.account_id).in_(ids))
        sealed = dict(session.exec(keys).all())
        counts: dict[int, dict[str, tuple[datetime, int]]] = {}
        for row in session.exec(select(CallCount).where(col(CallCount.account_id).in_(ids))):
            counts.setdefault(row.account_id, {})[row.call] = (row.since, row.used)
    return [
        _standing(house, one, lanes.get(one.id), sealed.get(one.id, ""), counts.get(one.id, {}), now())
        for one in accounts
    ]


def _standing(
    house: House, account: Account, lane: Lane | None, sealed: str, counts: Mapping[str, tuple[datetime, int]],
    now: datetime,
) -> Standing:  # fmt: skip
    rests = lane.rests_until if lane and lane.rests_until and lane.rests_until > now else None
    reason = lane.reason if lane and rests else ""
    allowed: Sequence[Allowance] = ()
    if account.transport == "api":
        try:
            secrets = opened(house.wires.vault, account.id, sealed)
            allowed = house.wires.transport(account.channel).allowances(secrets)
        except ChannelError as error:
            reason = reason or error.sentence
    names = [f"{one.call}:{one.per}" for one in allowed]
    return Standing(
        account.key,
        account.name,
        account.transport,
        rests,
        reason,
        left_of(allowed, counts, now),
        {name: one.count for name, one in zip(names, allowed, strict=True)},
        {name: one.title for name, one in zip(names, allowed, strict=True) if one.title},
    )
