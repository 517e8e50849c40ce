"""The demo's second half: a story with a wrong date is called back from the whole province, and a week is rehearsed."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlmodel import select

from channels import registry
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.recalls import REMEDY_STATES
from cms.releases import Remedy, Target
from cms.stories import Revision
from pipeline import press, recall_report, recalls, sites
from pipeline.demo_platforms import Stage
from pipeline.files import write_atomic
from pipeline.intake import take_in
from pipeline.rehearsal.figures import figures
from pipeline.rehearsal.page import page
from pipeline.rehearsal.played import Asked
from pipeline.rehearsal.script import Wanted
from pipeline.rehearsal.table import summary
from pipeline.rehearse import rehearse
from pipeline.report_pdf import pdf
from pipeline.verify_sites import survivors

STORY = "recalled.md"
REHEARSAL = "rehearsal.html"
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
REASON = "申报截止日期写错：应为11月30日。"
NOTICE = "本文所写的申报截止日期有误，已撤回。请以主管部门正式通知为准。"
OPINION = "演练：按撤稿流程走一遍。"
REHEARSED = Asked(units=4, weather="mild", seed=20261122, wanted=Wanted(days=1))
SETTLED = frozenset({"done", "by_hand", "off"})
console = Console()


@dataclass(frozen=True, slots=True)
class Copies:
    """What became of the retracted copies of one channel: how many ended how (``Remedy.state``)."""

    channel: str
    counted: dict[str, int]


@dataclass(frozen=True)
class Ended:
    """The second half as it ended. ``report``: the retraction's, without its ending (.html, .pdf); ``rehearsed``: the
    figures of the rehearsal (``pipeline.rehearsal.figures``)."""

    recall: int
    copies: tuple[Copies, ...]
    survivors: tuple[str, ...]
    breaches: tuple[str, ...]
    report: Path
    rehearsed: Mapping[str, Any]

    @property
    def is_well(self) -> bool:
        """Every copy withdrawn or with a person, nothing left on our own pages, no promise broken in either part."""
        ended = {state for one in self.copies for state in one.counted}
        return ended <= SETTLED and self.rehearsed["is_well"] and not (self.survivors or self.breaches)


def play(stage: Stage, author: str, signer: str) -> Ended:
    """Publish the mistaken story, retract it, rehearse; what came of it."""
    with console.status("一条写错日期的消息：先发出去，再从所有账号撤回来"):
        slug = _publish(stage, author, signer)
        number = recalls.order_retraction(
            stage.house, slug, REASON, NOTICE, author, stage.clock(), policy=review.REHEARSAL
        )
        recalls.approve_retraction(stage.house, number, signer, OPINION, stage.clock())
        stage.deliver()
        report = _report(stage, number)
    with console.status("演练：四个市州的一天，换一个种子就是另一天"):
        found = _rehearse(stage.house.root / REHEARSAL)
    return Ended(number, _copies(stage, number), tuple(_survivors(stage)), stage.sum().breaches, report, found)


def _rehearse(report: Path) -> Mapping[str, Any]:
    """A short rehearsal in a house of its own, thrown away afterwards; its page stays."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = figures(rehearse(REHEARSED, Path(folder)), time.monotonic() - began)
    write_atomic(report, page(found).encode())
    return found


def _publish(stage: Stage, author: str, signer: str) -> str:
    house, now = stage.house, stage.clock()
    with resources.as_file(resources.files("pipeline") / "sample") as folder:
        imported = take_in(house, folder / STORY, author, now)
    with session_scope(house.engine) as session:
        revision = session.get_one(Revision, imported.revision_id)
        number = releases.plan(
            session, [revision], Target(channels=CHANNELS), now, author, review.REHEARSAL, now=now
        ).id
    press.render_release(house, number, now)
    sealed = press.seal_release(house, number, now)
    if sealed is not None:
        press.sign_release(house, sealed, signer, OPINION, now)
    stage.deliver()
    return imported.slug


def _survivors(stage: Stage) -> Iterator[str]:
    """What our own sites still show of it, place by place."""
    with read_scope(stage.house.engine) as session:
        units = sites.names(session)
    for unit in units:
        with read_scope(stage.house.engine) as session:
            site = sites.read(session, unit)
        left = survivors(stage.house, site, stage.clock())
        yield from (f"{one.unit}/{one.path}：{one.sentence}" for one in left if one.counts)


def _report(stage: Stage, number: int) -> Path:
    """The report as a page and on paper."""
    place = stage.house.root / f"retraction-{number}"
    with read_scope(stage.house.engine) as session:
        made = recall_report.gather(session, number, stage.clock())
    write_atomic(place.with_suffix(".html"), recall_report.page(made).encode())
    write_atomic(place.with_suffix(".pdf"), pdf(made, stage.clock()))
    return place


def _copies(stage: Stage, number: int) -> tuple[Copies, ...]:
    query = select(Account.channel, Remedy.state).where(
        Remedy.recall_id == number, Remedy.account_id == Account.id, Remedy.action != "none"
    )
    counted: dict[str, Counter[str]] = {name: Counter() for name in CHANNELS}
    with read_scope(stage.house.engine) as session:
        for channel, state in session.exec(query):
            counted[channel][state] += 1
    return tuple(Copies(name, dict(found)) for name, found in counted.items())


def show(ended: Ended) -> None:
    """How every copy ended, where the report lies, and what the rehearsal found."""
    table = Table(title="撤回一条写错日期的消息", title_justify="left")
    table.add_column("渠道")
    table.add_column("每一份怎样了")
    for one in ended.copies:
        words = "、".join(f"{REMEDY_STATES[state]} {count}" for state, count in one.counted.items())
        table.add_row(registry.get(one.channel).title, words)
    console.print(table)
    left = f"[red]自有页面上还剩 {len(ended.survivors)} 处[/]" if ended.survivors else "自有页面和订阅里没有剩下一处"
    console.print(f"{left}；撤稿报告：{ended.report}.html、.pdf", highlight=False, soft_wrap=True)
    for breach in ended.breaches:
        console.print(f"[red]承诺被打破[/] {breach}", highlight=False)
    console.print(f"\n[bold]演练[/] {summary(ended.rehearsed)}", highlight=False)
    console.print(f"演练报告：{ended.report.with_name(REHEARSAL)}", highlight=False, soft_wrap=True)


def told(ended: Ended) -> dict[str, Any]:
    """For ``report.json``."""
    return {
        "copies": {one.channel: one.counted for one in ended.copies},
        "survivors": list(ended.survivors),
        "breaches": list(ended.breaches),
        "rehearsal": ended.rehearsed,
        "is_well": ended.is_well,
    }
