"""One Weibo account: its real transport, its credential over the sandbox in process, and what it is made to do."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx

from assets.pictures import Pictures
from channels import slots
from channels.making.sandbox import Book, Faults, InProcess
from channels.rendering import resolve
from channels.transport import Credential, Fingerprint, Found, Sent, Staged
from channels.values import Profile, Rendition
from channels.weibo import channel
from channels.weibo.sandbox import WeiboSandbox
from cms.matrix import Account
from cms.matrix.wires import keep_secrets
from pipeline.house import House
from tests.contract import stories
from themes import load

NAME = "weibo:chengdu"
KEY, OTHER = "a" * 20, "b" * 20
DAYS = count()
SHARE = "statuses/share"


@dataclass
class Wire:
    """One connected account: the real credential over the sandbox, in process."""

    house: House
    account: Account
    pictures: Pictures

    def __post_init__(self) -> None:
        self.now = datetime(2026, 11, 1, 1, 0, tzinfo=UTC) + timedelta(days=next(DAYS))
        self.faults = Faults()
        self.sandbox = WeiboSandbox(Book(), lambda: self.now, self.faults, lambda seconds: None)
        self.secrets = self.sandbox.open_account(NAME)
        self.connect(**self.secrets)

    def connect(self, **secrets: str) -> None:
        keep_secrets(self.house.engine, self.house.wires.vault, self.account.id, secrets)
        http = httpx.Client(transport=InProcess(self.sandbox), base_url="http://weibo")
        wires = replace(self.house.wires, dial=lambda account, given: http)
        made = wires.credential(self.account, lambda: self.now, lambda: None)
        self.credential: Credential = replace(made, read=self.pictures.read)

    def made(self, route: str = "share", headline: str = "四川黑科技第一百期", **changed: object) -> Rendition:
        rich = replace(stories.all_kinds(self.pictures), headline=headline, short_headlines=(), **changed)  # type: ignore[arg-type]
        return channel.render([resolve(rich, self.profile(route))], self.profile(route), load("chengdu"), self.pictures)

    def profile(self, route: str) -> Profile:
        return stories.profile("weibo", settings=(("route", route),))

    def staged(self, made: Rendition, key: str = KEY) -> Staged:
        part = made.parts[0]
        link = slots.own_link(self.profile("share"), part.story)
        known = {"own_link": link, "key": key}
        fills = {one.id: known[one.kind] for one in part.slots if one.kind in known}
        return channel.transport.stage(made, {part.story: fills}, key, self.credential)

    def send(self, made: Rendition, key: str = KEY) -> Sent:
        return channel.transport.publish(made, self.staged(made, key), key, self.credential)

    def look_up(self, made: Rendition, key: str = KEY) -> Found:
        staged = self.staged(made, key)
        filled = slots.fill(made.parts[0], staged.fills[made.parts[0].story])
        mark = Fingerprint(
            key=key,
            titles=(filled.field("title") or filled.field("text"),),
            texts=(filled.body,),
            since=self.now,
            remote=staged.remote,
        )
        return channel.transport.look_up(mark, self.credential)
