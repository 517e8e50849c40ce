"""The one settings file: ``yigao.toml`` in the workspace. Absent, or empty: SQLite and a local folder.

    [database]
    url = "postgresql://yigao@db.example:5432/yigao"
    [store]
    kind = "s3"                  # or "local"
    bucket = "yigao"
    endpoint = "https://s3.example"
    region = "us-east-1"
    path_style = true
    prefix = ""
    [mail]                       # notices by mail
    host = "smtp.example.cn"
    port = 465
    security = "tls"             # or "starttls", "plain"
    user = "yigao"
    sender = "yigao@example.cn"
    [sms]                        # notices by SMS: a program (the phone its last argument, the text its input) or a url
    command = "/usr/local/bin/send-sms"
    [web]
    proxies = 1                  # how many reverse proxies of the house (nginx) stand before us; 0: none, and nobody's
                                 # X-Forwarded-For is believed
    [notices]
    link = "https://xinwen.example.cn"   # where the newsroom is, for the links in notices; https binds cookies to it
    escalate_minutes = 30        # unseen for so long: the next role up is told
    local = "127.0.0.1:9000"     # an address inside the house that robots and hooks may be at (tests, sandboxes)

Every key can be given by the environment instead, which wins: ``YIGAO_DATABASE__URL``, ``YIGAO_STORE__BUCKET``…
Secrets (``database.password``, ``store.access_key``, ``store.secret_key``, ``mail.password``, ``sms.token``) come from
there, or stand in the file
sealed with the workspace's key (``yigao settings seal``); never in plain words, and they are never printed.
"""

import os
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from assets.s3 import Bucket
from channels.contract import AdministratorError
from cms.matrix.wires import Vault

FILE = "yigao.toml"
SEALED = "sealed:"
MOST_PROXIES = 4
_KEYS: Mapping[str, Mapping[str, type]] = {
    "database": {"url": str, "password": str},
    "store": {
        "kind": str,
        "bucket": str,
        "endpoint": str,
        "region": str,
        "path_style": bool,
        "prefix": str,
        "access_key": str,
        "secret_key": str,
    },
    "mail": {"host": str, "port": int, "security": str, "user": str, "password": str, "sender": str},
    "sms": {"command": str, "url": str, "token": str},
    "web": {"proxies": int},
    "notices": {"link": str, "escalate_minutes": int, "local": str},
}
SECRET = frozenset({"database.password", "store.access_key", "store.secret_key", "mail.password", "sms.token"})
_WORDS = {"true": True, "false": False}


class SettingsError(AdministratorError):
    """A setting that cannot be: where it stands, what is wrong, and the remedy."""


@dataclass(frozen=True)
class MailServer:
    """Where notices by mail are handed in. ``security``: tls, starttls or plain."""

    host: str
    sender: str
    port: int = 465
    security: str = "tls"
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class SmsHook:
    """What sends a short message: a program's arguments, or an address that takes JSON."""

    command: tuple[str, ...] = ()
    url: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Ways:
    """How notices travel. ``wait``: unseen for so long, the next role up is told; ``local``: addresses inside the house
    that may be asked all the same."""

    mail: MailServer | None = None
    sms: SmsHook | None = None
    link: str = ""
    wait: timedelta = timedelta(minutes=30)
    local: tuple[tuple[str, int], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The ways that work here."""
        return frozenset({"wecom"} | ({"mail"} if self.mail else set()) | ({"sms"} if self.sms else set()))


@dataclass(frozen=True)
class Settings:
    """What the workspace runs on. ``database``: None is its own SQLite file. ``bucket``: None is its folder alone.
    ``proxies``: how many reverse proxies of the house stand before us and are believed."""

    database: URL | None = None
    bucket: Bucket | None = None
    ways: Ways = Ways()
    proxies: int = 0
    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def https(self) -> bool:
        """Whether the newsroom is reached over https alone."""
        return self.ways.link.startswith("https://")

    def shown(self) -> dict[str, str]:
        """Every setting that was given, as a person may see it."""
        url = {"database.url": str(self.database)} if self.database else {}  # without its password
        return {name: "******" if name in SECRET else value for name, value in {**self.given, **url}.items()}


def load(root: Path, vault: Vault | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the workspace in ``root``; SettingsError at the first that is wrong. ``vault`` opens the
    sealed ones (made of the workspace's key when it is first needed)."""
    environ = os.environ if environ is None else environ
    given = {**_from_file(root / FILE), **_from_environment(environ)}
    opened = {name: _open(value, name, vault) for name, value in given.items()}
    return Settings(
        _database(opened), _bucket(opened), _ways(opened), _proxies(opened),
        {name: str(value) for name, value in given.items()},
    )  # fmt: skip


def seal(vault: Vault, name: str, secret: str) -> str:
    """``secret`` as it may stand in the file under ``name`` ("store.secret_key")."""
    if name not in SECRET:
        raise SettingsError(f"“{name}”不是要封存的设置，可以封存的有：{'、'.join(sorted(SECRET))}。")
    return SEALED + vault.seal(secret, f"settings:{name}")


def _open(value: Any, name: str, vault: Vault | None) -> Any:
    if vault is None or not isinstance(value, str) or not value.startswith(SEALED):
        return value
    return vault.open(value.removeprefix(SEALED), f"settings:{name}")


# --------------------------------------------------------------------------- where they come from


def _from_file(path: Path) -> dict[str, Any]:
    """ "section.key" → value, each known and of its kind."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} 读不出来，请检查权限，并存成 UTF-8 文本。", str(error)) from error
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} 不是正确的 TOML（{error}），请改正那一行。", str(error)) from error
    return {
        f"{section}.{key}": _known(f"{path} 的 [{section}] {key}", section, key, value, plain_ok=False)
        for section, keys in sections.items()
        for key, value in _section(path, section, keys).items()
    }


def _section(path: Path, section: str, keys: Any) -> dict[str, Any]:
    if section not in _KEYS or not isinstance(keys, dict):
        known = "、".join(f"[{name}]" for name in _KEYS)
        raise SettingsError(f"{path} 里的“{section}”不是认识的一节，可以写的有：{known}。")
    return keys


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for section, keys in _KEYS.items():
        for key, kind in keys.items():
            name = f"YIGAO_{section}__{key}".upper()
            if name in environ:
                text = environ[name]
                value: Any = _WORDS.get(text.lower(), text) if kind is bool else text
                value = int(text) if kind is int and text.isascii() and text.isdigit() else value
                found[f"{section}.{key}"] = _known(f"环境变量 {name}", section, key, value, plain_ok=True)
    return found


def _known(where: str, section: str, key: str, value: Any, *, plain_ok: bool) -> Any:
    kind = _KEYS[section].get(key)
    if kind is None:
        raise SettingsError(f"{where} 不是认识的设置，这一节可以写的有：{'、'.join(_KEYS[section])}。")
    if not isinstance(value, kind):
        wanted = {bool: "true 或 false", int: "整数"}.get(kind, "带引号的文字")
        raise SettingsError(f"{where} 应当写{wanted}。")
    if not plain_ok and f"{section}.{key}" in SECRET and not str(value).startswith(SEALED):
        name = f"YIGAO_{section}__{key}".upper()
        raise SettingsError(f"{where} 是明文，请用 yigao settings seal {section}.{key} 封好，或改用环境变量 {name}。")
    if not plain_ok and (section, key) == ("database", "url") and urlsplit(str(value)).password:
        raise SettingsError(f"{where} 里有明文密码，请把密码去掉，另写封好的 password，或用环境变量。")
    return value


# --------------------------------------------------------------------------- what they mean


def _database(given: Mapping[str, Any]) -> URL | None:
    text = given.get("database.url", "")
    if not text:
        return None
    where = "[database] url"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingsError(f"{where} 不是数据库地址，请写成 postgresql://用户@主机:5432/库名。") from error
    if url.get_backend_name() != "postgresql":
        raise SettingsError(f"{where} 只能是 postgresql://…；要用 SQLite，请去掉这一行。")
    if not url.database:
        raise SettingsError(f"{where} 没有写库名，请写成 postgresql://用户@主机:5432/库名。")
    password = given.get("database.password")
    return url.set(password=password) if password else url


def _bucket(given: Mapping[str, Any]) -> Bucket | None:
    mine = {name.partition(".")[2]: value for name, value in given.items() if name.startswith("store.")}
    kind = mine.pop("kind", "local")
    if kind not in ("local", "s3"):
        raise SettingsError("[store] kind 只能是 local（本机文件夹）或 s3（对象存储）。")
    if kind == "local":
        if mine:
            raise SettingsError(f'[store] 写了 {"、".join(mine)}，但 kind 不是 s3，请加上 kind = "s3"，或去掉它们。')
        return None
    if not mine.get("bucket"):
        raise SettingsError("[store] kind 是 s3，但没有写 bucket，请写上桶名。")
    endpoint = mine.get("endpoint", "")
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise SettingsError("[store] endpoint 应当以 https:// 或 http:// 开头。")
    if bool(mine.get("access_key")) != bool(mine.get("secret_key")):
        raise SettingsError("[store] access_key 和 secret_key 要么都写，要么都不写（用机器的角色）。")
    return Bucket(name=mine.pop("bucket"), **mine)


def _proxies(given: Mapping[str, Any]) -> int:
    count: int = given.get("web.proxies", 0)
    if not 0 <= count <= MOST_PROXIES:
        raise SettingsError(f"[web] proxies 是本单位前面反向代理的层数，要在 0 到 {MOST_PROXIES} 之间；没有就不写。")
    return count


def _ways(given: Mapping[str, Any]) -> Ways:
    own = {name.partition(".")[2]: value for name, value in given.items() if name.startswith("notices.")}
    minutes = own.get("escalate_minutes", 30)
    if not 1 <= minutes <= 1440:
        raise SettingsError("[notices] escalate_minutes 要在 1 到 1440 分钟之间。")
    link = own.get("link", "").rstrip("/")
    if link and urlsplit(link).scheme not in ("http", "https"):
        raise SettingsError("[notices] link 应当以 https:// 或 http:// 开头。")
    return Ways(_mail(given), _sms(given), link, timedelta(minutes=minutes), _local(own.get("local", "")))


def _mail(given: Mapping[str, Any]) -> MailServer | None:
    mine = {name.partition(".")[2]: value for name, value in given.items() if name.startswith("mail.")}
    if not mine:
        return None
    if not mine.get("host") or "@" not in mine.get("sender", ""):
        raise SettingsError("[mail] 要写 host（发信服务器）和 sender（发信邮箱）。")
    if mine.get("security", "tls") not in ("tls", "starttls", "plain"):
        raise SettingsError("[mail] security 只能是 tls、starttls 或 plain。")
    return MailServer(**mine)


def _sms(given: Mapping[str, Any]) -> SmsHook | None:
    command, url = given.get("sms.command", ""), given.get("sms.url", "")
    if not command and not url:
        return None
    if command and url:
        raise SettingsError("[sms] command 和 url 只写一个。")
    return SmsHook(tuple(shlex.split(command)), url, given.get("sms.token", ""))


def _local(text: str) -> tuple[tuple[str, int], ...]:
    """ "127.0.0.1:9000, 127.0.0.1:9001" """
    pairs = [one.strip().rpartition(":") for one in text.split(",") if one.strip()]
    if any(not host or not port.isdigit() for host, _, port in pairs):
        raise SettingsError('[notices] local 要写成 "127.0.0.1:9000" 的样子，多个用逗号分开。')
    return tuple((host, int(port)) for host, _, port in pairs)
