"""One account, its real transport and its sandbox, and the shortest ways to make them do something."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from PIL import Image
from sqlmodel import select

import themes
from channels import slots
from channels.contract import ChannelError
from channels.making.sandbox import Book, Fault, Faults
from channels.rendering import resolve
from channels.transport import Credential, Fingerprint, Sent, Staged
from channels.values import Figure, Manuscript, Rendition
from channels.wechat import channel
from channels.wechat.api import WeChatTransport
from channels.wechat.sandbox import WeChatSandbox
from channels.wechat.sandbox.base import appid_of
from cms.db import read_scope
from cms.matrix import Account
from cms.matrix.wires import keep_secrets
from pipeline.fills import fills_for
from pipeline.sandboxes import Sandboxes
from tests.contract import stories
from tests.ledger.platforms_world import BASE, kinds
from tests.pipeline.conftest import NOW

NAME = "wechat:chengdu"
APPID = appid_of(NAME)
KEY = "abcdefghijklmnopq234"
PROFILE = stories.profile("wechat")


@dataclass
class Alone:
    """A sandbox and its clock, without a house."""

    now: datetime = NOW
    sandboxes: Sandboxes = None  # type: ignore[assignment]
    house: Any = None

    def __post_init__(self) -> None:
        self.sandboxes = Sandboxes(Book(), lambda: self.now, Faults(), lambda seconds: None, kinds(("wechat",)))
        self.sandboxes.connect(NAME, BASE)

    def platform(self, name: str) -> Any:
        return self.sandboxes.platforms[name]


@dataclass
class Wire:
    """``world``: house, sandboxes, clock. ``say`` is the wire without our adapter: what any client could do."""

    world: Any
    transport: WeChatTransport = field(default_factory=WeChatTransport)

    @property
    def sandbox(self) -> WeChatSandbox:
        found: WeChatSandbox = self.world.platform("wechat")
        return found

    @property
    def credential(self) -> Credential:
        with read_scope(self.world.house.engine) as session:
            account = session.exec(select(Account).where(Account.key == NAME)).one()
        made: Credential = self.world.house.wires.credential(account, self.world.clock, lambda: None)
        return made

    @property
    def client(self) -> httpx.Client:
        made: httpx.Client = self.world.sandboxes.client(f"{BASE}/wechat")
        return made

    def fault(self, action: str, method: str = "*", nth: int = 0) -> None:
        self.world.sandboxes.faults.add(Fault(action, method=method, nth=nth))

    def calm(self) -> None:
        self.world.sandboxes.faults.clear()

    def change(self, **settings: Any) -> None:
        """Other settings of the account, on the platform and among our secrets."""
        self.sandbox.change(NAME, **settings)
        with read_scope(self.world.house.engine) as session:
            account = session.exec(select(Account).where(Account.key == NAME)).one()
        secrets = self.world.sandboxes.connect(NAME, BASE)
        keep_secrets(self.world.house.engine, self.world.house.wires.vault, account.id, secrets)

    def after(self, **time: float) -> None:
        """Let time go by; the platform does what it does by itself."""
        self.world.now += timedelta(**time)
        self.world.sandboxes.settle()

    # ----------------------------------------------------------------- the bare wire

    def token(self, road: str = "stable_token", **more: Any) -> dict[str, Any]:
        secrets = self.sandbox.open_account(NAME)
        asked = {"grant_type": "client_credential", "appid": secrets["appid"], "secret": secrets["secret"], **more}
        if road == "token":
            return dict(self.client.get("/cgi-bin/token", params=asked).json())
        return dict(self.client.post("/cgi-bin/stable_token", json=asked).json())

    def say(self, path: str, body: Any = None, *, token: str = "", **options: Any) -> dict[str, Any]:
        """The answer to one call; JSON as raw UTF-8."""
        if body is not None:
            options["content"] = json.dumps(body, ensure_ascii=False).encode()
        query = {"access_token": token or self.token()["access_token"], **options.pop("params", {})}
        root = "" if path.startswith("/") else "/cgi-bin/"
        return dict(self.client.post(f"{root}{path}", params=query, **options).json())

    def cover(self) -> str:
        return str(self.upload("material/add_material", picture("JPEG", (900, 383)), "c.jpg", "image")["media_id"])

    def upload(self, path: str, content: bytes, name: str = "p.png", kind: str = "", mime: str = "") -> dict[str, Any]:
        file = (name, content, mime) if mime else (name, content)
        return self.say(path, files={"media": file}, params={"type": kind} if kind else {})

    def draft(self, **changed: Any) -> str:
        return str(self.say("draft/add", {"articles": [self.article(**changed)]})["media_id"])

    def article(self, **changed: Any) -> dict[str, Any]:
        kept = {
            "title": "一条消息",
            "content": "<p>正文。</p>",
            "thumb_media_id": changed.pop("cover", None) or self.cover(),
        }
        return {**kept, **changed}

    def published(self, **changed: Any) -> dict[str, Any]:
        """A publication of the platform's own, done; what ``freepublish/get`` says of it."""
        submitted = self.say("freepublish/submit", {"media_id": self.draft(**changed)})
        self.after(seconds=10)
        return {**self.say("freepublish/get", {"publish_id": submitted["publish_id"]}), **_only(submitted)}

    # ----------------------------------------------------------------- by the adapter

    def rendition(self, *headlines: str) -> Rendition:
        """A push of short stories, each with a picture."""
        assets = self.world.house.pictures
        shown = stories.taken(assets, stories.drawn_picture(size=(600, 400)), "一张图")
        made = [
            Manuscript(slug=f"s-{at}", headline=one, blocks=(stories.para(f"{one}的正文。"), Figure(picture=shown)))
            for at, one in enumerate(headlines or ("一条消息",))
        ]
        theme = themes.load(PROFILE.theme)
        return channel.render([resolve(one, PROFILE) for one in made], PROFILE, theme, assets)

    def fills(self, rendition: Rendition, key: str = KEY) -> dict[str, dict[str, str]]:
        return {part.story: fills_for(part, PROFILE, key, self.world.now, "签发") for part in rendition.parts}

    def staged(self, rendition: Rendition | None = None, key: str = KEY, *, push: bool = False) -> Staged:
        rendition = rendition or self.rendition()
        return self.transport.stage(rendition, self.fills(rendition, key), key, self.credential, push=push)

    def publish(self, staged: Staged, key: str = KEY) -> Sent:
        return self.transport.publish(self.rendition(), staged, key, self.credential)

    def confirm(self, sent: Sent) -> Sent:
        return self.transport.confirm(sent, self.credential)

    def calls(self, method: str) -> int:
        return sum(one[2] == method for one in self.sandbox.book.calls("wechat"))

    def live(self) -> int:
        return len(self.sandbox.book.posts("wechat", APPID, "live"))

    def fingerprint(self, staged: Staged, rendition: Rendition | None = None, key: str = KEY) -> Fingerprint:
        rendition = rendition or self.rendition()
        pictures = next(iter(staged.fills.values()))
        parts = [slots.fill(one, {**pictures, **self.fills(rendition, key)}) for one in rendition.parts]
        return Fingerprint(
            key=key,
            titles=tuple(one.field("title") for one in parts),
            texts=tuple(one.body for one in parts),
            since=self.world.now,
            remote=staged.remote,
        )


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), **options: Any) -> bytes:
    """A real picture."""
    made = io.BytesIO()
    Image.new("RGB", size, "#aa3322").save(made, kind, **options)
    return made.getvalue()


def error_of(what: Any, *given: Any, **named: Any) -> ChannelError:
    """The error a call ends with."""
    try:
        what(*given, **named)
    except ChannelError as error:
        return error
    raise AssertionError("nothing was raised")


def _only(submitted: Mapping[str, Any]) -> dict[str, Any]:
    return {"msg_data_id": submitted["msg_data_id"]}
