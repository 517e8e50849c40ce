"""The press room's side of the newsroom in the browser (``cms.web.desk.Press``): what the commands of `yigao` do, done
for whoever is signed in."""

import json
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select
from werkzeug.security import safe_join

from channels.contract import AdministratorError, ChannelError
from cms import checks, releases, review
from cms.checks import WordList
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.sandboxed import is_stand_in
from cms.people import Workspace
from cms.recalls import MayCall, RecallError, in_hand, nobody_may, what_for
from cms.releases import Delivery, HandlingError, Recall, Release, parse_target
from cms.releases.freeze import FreezeError, collisions
from cms.releases.freeze import retime as retimed
from cms.releases.pushes import Order
from cms.stories import newest, story_named
from cms.web.desk import ByHand, Compared, Held, Instruction, Picture, Quota, Rechecked
from pipeline import accounts, due, flashes, grey, ledger, list_change, own_texts, packages, press, pushing
from pipeline import recalls as recalling
from pipeline.clock import TimeSource
from pipeline.comparing import Comparing
from pipeline.house import House
from pipeline.inquiring import Inquiring
from pipeline.letterhead import logo_of
from pipeline.preview import preview_story
from pipeline.recall_report import gather, page
from pipeline.relooking import Relooking, late
from pipeline.seeing import refuse_if_out, seen_at
from pipeline.times import parse_end

LABELS: Mapping[str, str] = {
    "title": "标题", "text": "正文", "digest": "摘要", "description": "描述", "author": "作者", "source": "来源",
    "tags": "标签", "topics": "话题", "declaration": "作品声明", "link": "链接", "own_link": "链接",
}  # fmt: skip
"""The fields of a package as people read them; those without a name here are for machines."""
ROLES: Mapping[str, str] = {"cover": "封面", "thumb": "分享小图", "clip": "视频", "srt": "字幕", "vtt": "字幕"}
_GIVEN = re.compile(r"(?P<stem>.+)\.json")
NO_PACKAGE = "这一份的代发包不在这台机器上：请管理员在服务器上运行 yigao build，重新生成。"
OTHER_ADDRESS = "接口地址只能是平台的正式地址，或这台机器上的沙箱；要走别的地址，请到服务器上用命令接入。"


@dataclass(frozen=True, slots=True)
class HousePress:
    """The press room of one house."""

    house: House
    now: TimeSource
    comparing: Comparing = field(default_factory=Comparing)
    inquiring: Inquiring = field(default_factory=Inquiring)
    relooking: Relooking = field(default_factory=Relooking)

    # ------------------------------------------------------------- one delivery

    def to_phone(self, slug: str, account: str, to: str, by: str) -> None:
        """The newest saved text as it would go out, on one person's own phone."""
        preview_story(self.house, slug, account, to, by, self.now)

    # ------------------------------------------------------------- word lists

    def foresee_words(self, made: WordList) -> Sequence[Rechecked]:
        """The scheduled stories this list would say something else about."""
        return [
            Rechecked(
                one.slug,
                one.headline,
                one.release_id,
                tuple(found.message for found in one.new),
                tuple(found.message for found in one.gone),
                one.is_blocked,
            )
            for one in list_change.foresee(self.house, made, self.now())[2]
        ]

    def take_words(self, made: WordList, file: str, by: str, *, hold: bool) -> tuple[int, int]:
        """Take this list in; the number of its version, and how many deliveries were held for what it finds."""
        book, _, held = list_change.take_in(self.house, made, file, by, self.now(), hold=hold)
        return book.id, held

    # ------------------------------------------------------------- the day it goes out

    def told_of_moving(self, times: Sequence[tuple[int, datetime]]) -> tuple[str, Sequence[str]]:
        """What the checks say of releases on the days they would be moved to: why they cannot be, "" when they can; and
        what would be asked of somebody."""
        return due.told_of(self.house, times, self.now())

    def rights_changed(self, asset_hash: str) -> int:
        """Check what waits to go out with these bytes again; of how many stories something new is told."""
        return due.rights_changed(self.house, asset_hash, self.now())

    # ------------------------------------------------------------- one delivery, decided

    def retry(self, delivery: int, by: str, reason: str, *, is_absent: bool) -> None:
        """Let what is held go on, or send again what failed; the platform is asked first where it is said not to be
        out."""

        def decide(session: Session, row: Delivery) -> None:
            if words := due.refusal(self.house, session, row, max(row.due_at, self.now()), self.now()):
                raise HandlingError(words)
            if row.state in releases.AGAIN:
                releases.resend(session, row, by, reason, self.now())
            else:
                releases.retry(session, row, by, reason, self.now(), is_absent=is_absent)

        self._decide(delivery, decide, is_absent)

    def cancel(self, delivery: int, by: str, reason: str, *, is_absent: bool) -> None:
        """Take back one that is not out."""

        def decide(session: Session, row: Delivery) -> None:
            releases.cancel_one(session, row, by, reason, self.now(), is_absent=is_absent)

        self._decide(delivery, decide, is_absent)

    def _decide(self, delivery: int, decide: Callable[[Session, Delivery], None], is_absent: bool) -> None:
        if is_absent:
            refuse_if_out(self.house, self._row(delivery), self.now)
        with session_scope(self.house.engine) as session:
            decide(session, session.get_one(Delivery, delivery))

    def adopt(self, delivery: int, addresses: Sequence[str], by: str, reason: str) -> bool:
        """It was published at these addresses; whether the platform itself shows it there."""
        row = self._row(delivery)
        seen = seen_at(self.house, row, tuple(addresses), self.now) if row.state in ("held", "unknown") else None
        with session_scope(self.house.engine) as session:
            mine = session.get_one(Delivery, delivery)
            return releases.adopt(session, mine, addresses, by, reason, self.now(), seen).verified

    def _row(self, delivery: int) -> Delivery:
        with read_scope(self.house.engine) as session:
            return session.get_one(Delivery, delivery)

    # ------------------------------------------------------------- by hand

    def package(self, delivery: int) -> Sequence[ByHand]:
        """What is to be posted, a story each, from the package that was made of the signed bytes."""
        row = self._row(delivery)
        with read_scope(self.house.engine) as session:
            channel = session.get_one(Account, row.account_id).channel
        folder = self.house.handover / row.key
        sheets = sorted(one for one in folder.glob("*.json") if _GIVEN.fullmatch(one.name)) if folder.is_dir() else []
        if not sheets:
            raise AdministratorError(NO_PACKAGE, row.key)
        return [_sheet(one, channel) for one in sheets]

    def package_file(self, delivery: int, path: str) -> bytes:
        """One file of the package; KeyError when there is none of that name."""
        found = safe_join(str(self.house.handover / self._row(delivery).key), path)
        if found is None or not Path(found).is_file():
            raise KeyError(path)
        return Path(found).read_bytes()

    def instructions(self, delivery: int) -> Sequence[Instruction]:
        """What orders ask of whoever has the package, as its folder says it."""
        now = self.now()
        with read_scope(self.house.engine) as session:
            stands = in_hand(session, [delivery], now).get(delivery)
            told = packages.told(self.house, session, stands.given) if stands else ()
            back = stands.back if stands else frozenset()
        return [
            Instruction(
                one.remedy.id,
                one.title,
                what_for(one.remedy, one.order, is_back=one.remedy.id in back),
                one.lines,
                bool(one.brings),
            )
            for one in told
        ]

    # ------------------------------------------------------------- 单独编辑

    def cut(self, slug: str, channel: str, by: str) -> None:
        """The channel has a text of its own from now on."""
        own_texts.cut(self.house, slug, channel, by, self.now())

    def save_own(self, slug: str, channel: str, text: str, by: str, upon: str | None, base: int | None) -> str:
        """Keep a channel's own text; what was kept of it."""
        return own_texts.write(self.house, slug, channel, text, by, self.now(), upon, base)

    def follow(self, slug: str, channel: str, by: str) -> None:
        """The channel shows the main text again."""
        own_texts.follow(self.house, slug, channel, by, self.now())

    # ------------------------------------------------------------- 组稿

    def compose(self, order: Order, by: str, reason: str) -> int:
        """Put a push together of what is signed, in the place of another where one is named; its release."""
        return pushing.compose(self.house, order, by, self.now(), reason)

    # ------------------------------------------------------------- 更正、撤稿

    def compare(self, slug: str) -> Compared:
        """Which copies the newest text of a story would leave as they are, as far as it is known by now."""
        return self.comparing.of(self.house, slug, self.now())

    def order_correction(
        self, slug: str, reason: str, notice: str, by: str, prefer: Mapping[str, str], prefer_why: str = ""
    ) -> int:
        """Order every copy brought to the newest text of the story."""
        with read_scope(self.house.engine) as session:
            story = story_named(session, slug)
            last = newest(session, story) if story else None
        if last is None:
            raise RecallError(f"没有稿件“{slug}”，请回到稿件列表再找。")
        return recalling.order_correction(
            self.house,
            slug,
            last.text,
            reason,
            notice,
            by,
            self.now(),
            prefer,
            policy=self._policy(),
            prefer_why=prefer_why,
        )

    def order_retraction(self, slug: str, reason: str, notice: str, by: str) -> int:
        """Stop a story at once and order every copy taken down."""
        return recalling.order_retraction(self.house, slug, reason, notice, by, self.now(), policy=self._policy())

    def _policy(self) -> review.Policy:
        with read_scope(self.house.engine) as session:
            return review.REHEARSAL if session.get_one(Workspace, 1).demo else review.CORRECTION

    def approve(self, recall: int, by: str, opinion: str) -> Sequence[str]:
        """The order is given, or its next step signed; the steps still missing."""
        with read_scope(self.house.engine) as session:
            kind = session.get_one(Recall, recall).kind
        if kind == "correction":
            return recalling.sign_correction(self.house, recall, by, opinion, self.now())
        recalling.approve_retraction(self.house, recall, by, opinion, self.now())
        return []

    def report(self, recall: int, may_call: MayCall = nobody_may) -> str:
        """What became of a recall, as a page; ``may_call``: whose telephones it shows in full."""
        with read_scope(self.house.engine) as session:
            logo = logo_of(self.house, session)
            return page(gather(session, recall, self.now(), may_call), logo.address if logo else "")

    def report_pdf(self, recall: int) -> bytes:
        """The same as a print."""
        from pipeline.report_pdf import pdf  # its library takes a while to load

        now = self.now()
        with read_scope(self.house.engine) as session:
            made, logo = gather(session, recall, now), logo_of(self.house, session)
        return pdf(made, now, logo)

    # ------------------------------------------------------------- 账号

    def held(self, account: int) -> Held:
        """How an account is connected, and what it may still do."""
        row = self._account(account)
        (standing,) = accounts.standings(self.house, [row], self.now)
        try:
            known = accounts.connection(self.house, row)
        except ChannelError:  # its key is lost: what it says of itself is in the standing's reason
            known = accounts.Connection()
        return Held(known.base, known.known, known.kept, _quotas(standing), standing.reason)

    def scarcest(self, numbers: Sequence[int]) -> Mapping[int, Quota]:
        """What each of these accounts will first run out of, as far as it is counted."""
        with read_scope(self.house.engine) as session:
            rows = session.exec(select(Account).where(col(Account.id).in_(numbers), Account.transport == "api")).all()
        found = zip(rows, accounts.standings(self.house, rows, self.now), strict=True)
        return {row.id: quotas[0] for row, one in found if (quotas := _quotas(one))}

    def connect(self, account: int, said: Mapping[str, str], base: str, by: str) -> None:
        """Connect an account with what was said, over what stays as it is; it is asked at once whether it works."""
        row = self._account(account)
        if base not in ("", accounts.connected_channel(row).base, self.held(account).base) and not is_stand_in(base):
            raise AdministratorError(OTHER_ADDRESS, base)
        accounts.connect(self.house, row, accounts.renewed(self.house, row, said, base), by, self.now())
        self.inquire(account, by)

    def connect_stand_in(self, account: int, address: str, by: str) -> None:
        """Connect an account to the sandbox that stands at ``address`` on this machine."""
        from pipeline.sandboxes import ask_for_account  # brings a web server: only when one is wanted

        row = self._account(account)
        accounts.connected_channel(row)
        if not is_stand_in(address):
            raise AdministratorError("沙箱只在这台机器上：请照 yigao sandbox 显示的写，例如 http://127.0.0.1:8900。")
        accounts.connect(self.house, row, ask_for_account(address, row.key), by, self.now())
        self.inquire(account, by)

    def disconnect(self, account: int, by: str, reason: str) -> None:
        """Back to how it was served before; its secrets are forgotten."""
        accounts.disconnect(self.house, self._account(account), by, self.now(), reason)

    def inquire(self, account: int, by: str) -> None:
        """Ask the platform whether the account works, beside the page."""
        self.inquiring.begin(self.house, account, by, self.now)

    def is_inquiring(self, account: int) -> bool:
        """Whether the platform's answer is still to come."""
        return self.inquiring.is_asking(account)

    def _account(self, account: int) -> Account:
        with read_scope(self.house.engine) as session:
            return session.get_one(Account, account)

    # ------------------------------------------------------------- 样式

    def relook(self, units: Sequence[str]) -> None:
        """Dress the sites of these units anew, beside the page."""
        self.relooking.begin(self.house, units, self.now)

    def relooked_late(self) -> Set[str]:
        """The units whose site still has its old look, or a part of it."""
        return late(self.house)

    # ------------------------------------------------------------- 停发、快讯、灰度

    def retime(self, times: Mapping[int, datetime], by: str, reason: str) -> Sequence[str]:
        """New times for what a freeze stopped; where that crowds an account."""
        with session_scope(self.house.engine) as session:
            moved = [self._retime(session, number, at, by, reason) for number, at in times.items()]
            return collisions(session, moved)

    def _retime(self, session: Session, number: int, at: datetime, by: str, reason: str) -> Delivery:
        row = session.get_one(Delivery, number)
        stories = [self.house.manuscript(item.manuscript_hash) for item in ledger.items_of(session, row)]
        for found in checks.embargoed(stories, at):
            raise FreezeError(f"{found.message}。")
        if words := due.refusal(self.house, session, row, at, self.now()):
            raise FreezeError(words)
        return retimed(session, row, at, by, reason, self.now())

    def flash(self, title: str, text: str, targets: Sequence[str], expires: str, by: str) -> int:
        """Story, renditions and seal of a flash that waits for its one signature; its release."""
        now = self.now()
        with read_scope(self.house.engine) as session:
            demo = session.get_one(Workspace, 1).demo
        made = flashes.announce(
            self.house, text, title, [parse_target(one) for one in targets], by, now,
            expires_at=parse_end(expires, now), within=timedelta(hours=24), rehearsal=demo,
        )  # fmt: skip
        return made.release

    def issue_flash(self, release: int, by: str, opinion: str) -> None:
        """The one signature: it goes out now."""
        with read_scope(self.house.engine) as session:
            sealed = releases.flash.sealed_of(session, session.get_one(Release, release))
        press.sign_release(self.house, sealed.id, by, opinion, self.now())

    def grey_since(self) -> datetime | None:
        """Since when the sites are without colour."""
        with read_scope(self.house.engine) as session:
            return grey.since(session)

    def switch_grey(self, is_grey: bool, by: str, reason: str) -> None:
        """Take the colour from the sites, or give it back."""
        with read_scope(self.house.engine) as session:
            person = ledger.person(session, by)
        grey.switch(self.house, is_grey, person, reason, self.now())


def _quotas(standing: accounts.Standing) -> list[Quota]:
    """What is counted, what is used up furthest first; where two are alike, the smaller number."""
    found = [
        Quota(standing.titles[name], name.rpartition(":")[2], count, standing.left[name])
        for name, count in standing.allowed.items()
        if name in standing.titles
    ]
    return sorted(found, key=lambda one: (one.left / one.count, one.count))


def _sheet(file: Path, channel: str) -> ByHand:
    """One story of a package, from the fields that were written for machines."""
    given: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    beside = file.with_suffix(".html")
    single = {role: given[role] for role in ROLES if role in given} | given.get("files", {})
    pictures = [Picture(path, ROLES.get(role, role), 0, 0) for role, path in single.items()]
    pictures += [Picture(one["path"], one["alt"], one["width"], one["height"]) for one in given.get("pictures", ())]
    return ByHand(
        platform=channel,
        console=str(given.get("console", "")),
        steps=tuple(given.get("steps", ())),
        copies=tuple((name, label, str(given[name])) for name, label in LABELS.items() if given.get(name)),
        body=beside.name if beside.is_file() else "",
        pictures=tuple(pictures),
        changed=tuple(given.get("losses", ())),
    )
