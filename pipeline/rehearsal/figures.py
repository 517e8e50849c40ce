"""The figures of a rehearsal: what was planned, what went out and when, what struck, what was called back, who did it.

Read from the rows and the sandboxes' book after the last day; one JSON object, from which table and page are made.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, or_, type_coerce
from sqlmodel import Session, col, select

from channels import registry
from channels.making.sandbox import ACTIONS
from channels.transport import Connected
from cms import audit, releases
from cms.db import read_scope
from cms.matrix import Account
from cms.recalls import ACTION_NAMES, KIND_NAMES, REMEDY_STATES
from cms.releases import (
    STATE_NAMES,
    TERMINAL,
    Attempt,
    Delivery,
    Freeze,
    Recall,
    Receipt,
    Release,
    Remedy,
    exempting,
    freeze,
    halted,
    moment,
)
from cms.stories import Story
from pipeline.checker import Pace
from pipeline.rehearsal.editor import MINUTES, Work
from pipeline.rehearsal.fire import fates
from pipeline.rehearsal.played import Played

PROMISES: Mapping[str, str] = {
    "I1": "每篇稿件在每个账号上最多有一份在线；记作已发布的恰好一份",
    "I2": "到时间两小时后，每份投递要么有结果，要么写明原因、告诉了人",
    "I3": "每次改动平台之前，先有一条已落库的意图",
    "I4": "结果不明的发送，核对两次都没有才再发",
    "I5": "排了多少，账上就有多少，一份不丢",
    "I6": "发出去的就是签发过的那一份",
    "I7": "不早发",
    "I8": "撤稿之后不再开始发送，已发出的每一份都收回或指名到人",
    "I11": "每次变动一条审计记录，链条完好",
    "I14": "没有签发、没到时间、已经撤下、只给别处看的，读者在网站、订阅和平台上都看不到",
    "R1": "快讯发出后有人补审，超时有人知道",
    "R15": "平台上手工发的，一夜之内有人知道，只告诉一次；我们自己的不会错报",
    "R20": "停发范围内什么也没开始；快讯签发后一分钟内接口账号都看得到，到时间标明已解除",
}
HELD = ("held", "handed_over")


def figures(played: Played, seconds: float) -> dict[str, Any]:
    """Everything, as plain values."""
    stage, asked = played.stage, played.asked
    with read_scope(stage.house.engine) as session:
        accounts = {one.id: one for one in session.exec(select(Account))}
        deliveries = list(session.exec(select(Delivery).order_by(col(Delivery.id))))
        behind = _behind(session, deliveries)
        counted = releases.counts(session)
        entries, head = session.exec(select(audit.AuditHead.length, audit.AuditHead.hash)).one()
        found: dict[str, Any] = {
            "seed": asked.seed,
            "days": asked.wanted.days,
            "units": asked.units,
            "stories_per_day": asked.wanted.stories_per_day,
            "faults": asked.weather,
            "repeat": repeat(played),
            "seconds": round(seconds, 1),
            "from": stage_day(played.script.start),
            "planned": _planned(session, played, deliveries),
            "channels": {
                registry.get(name).title: {STATE_NAMES[state]: count for state, count in row.items()}
                for name, row in counted.items()
            },
            "out": _out(deliveries, behind),
            "lateness": _lateness(session, deliveries, accounts),
            "struck": _struck(session, played, accounts),
            "deaths": dict(sorted(played.deaths.met.items())),
            "burnt": _burnt(played),
            "recalls": [_recall(session, one) for one in session.exec(select(Recall).order_by(col(Recall.id)))],
            "freezes": [_freeze(session, one) for one in session.exec(select(Freeze).order_by(col(Freeze.id)))],
            "flashes": _flashes(session, played.paces, accounts),
            "by_hand": _by_hand(played.editor.works),
            "waiting": [
                _waits(one, accounts, behind.get(one.id)) for one in deliveries if one.state in HELD or one.id in behind
            ],
            "refused": [
                {"at": moment(at), "about": about, "sentence": words} for at, about, words in played.desks.refused
            ],
            "quota": _quota(played),
            "promises": _promises(played),
            "audit": {"entries": entries, "head": head},
        }
    found["is_well"] = not played.breaches
    return found


def repeat(played: Played) -> str:
    """The command that plays the same again."""
    asked = played.asked
    return (
        f"yigao rehearse --days {asked.wanted.days} --units {asked.units}"
        f" --stories-per-day {asked.wanted.stories_per_day} --faults {asked.weather} --seed {asked.seed}"
    )


def stage_day(at: datetime) -> str:
    """A day by Beijing."""
    return f"{at + timedelta(hours=8):%Y-%m-%d}"


# --------------------------------------------------------------------------- out, and when


def _planned(session: Session, played: Played, deliveries: Sequence[Delivery]) -> dict[str, int]:
    return {
        "stories": len(session.exec(select(Story.id)).all()),
        "releases": len(session.exec(select(Release.id)).all()),
        "deliveries": len(deliveries),
        "acts": len(played.script.acts),
    }


def _behind(session: Session, deliveries: Sequence[Delivery]) -> dict[int, str]:
    """What goes out in place of a copy nobody knows the end of yet, with why it waits: somebody, or a time, answers
    for that copy (I2), and sent now it could stand beside it (I1)."""
    keys = {one.id: one.key for one in deliveries}
    answered = (col(Remedy.reason) != "", or_(col(Remedy.person) != "", col(Remedy.next_at).is_not(None)))
    query = select(Remedy).where(col(Remedy.replacement_id).is_not(None), col(Remedy.state).not_in(("done", "off")))
    open_ones = {one.id for one in deliveries if one.state not in TERMINAL and one.state not in HELD}
    return {
        one.replacement_id: f"等原来那一份（投递码 {keys[one.delivery_id][:8]}）先有结果，免得重复：{one.reason}"
        for one in session.exec(query.where(*answered).order_by(col(Remedy.id)))
        if one.replacement_id in open_ones
    }


def _out(deliveries: Sequence[Delivery], behind: Collection[int]) -> dict[str, int]:
    """In a few numbers. ``behind``: of what is not out, what waits for the copy in whose place it goes."""
    states = Counter(one.state for one in deliveries)
    return {
        "published": states["published"] + states["amended"],
        "called_back": states["withdrawn"] + states["superseded"],
        "cancelled": states["cancelled"],
        "failed": states["failed"] + states["withdraw_failed"],
        "removed": states["removed"],
        "held": states["held"],
        "with_a_person": states["handed_over"],
        "behind": len(behind),
        "open": sum(one.state not in TERMINAL and one.state not in HELD and one.id not in behind for one in deliveries),
    }


def _lateness(
    session: Session, deliveries: Sequence[Delivery], accounts: Mapping[int, Account]
) -> dict[str, dict[str, Any]]:
    """Seconds between a delivery's time and its first receipt that says published, by channel."""
    due = {one.id: one for one in deliveries}
    first: dict[int, datetime] = {}
    for number, at in session.exec(select(Receipt.delivery_id, Receipt.at).where(Receipt.state == "published")):
        first[number] = min(at, first.get(number, at))
    by_channel: dict[str, list[float]] = defaultdict(list)
    for number, at in first.items():
        channel = accounts[due[number].account_id].channel
        by_channel[registry.get(channel).title].append(max(0.0, (at - due[number].due_at).total_seconds()))
    return {name: _spread(seconds) for name, seconds in sorted(by_channel.items())}


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(seconds)
    return {
        "count": len(ordered),
        "median_s": round(statistics.median(ordered)),
        "p95_s": round(ordered[int(0.95 * (len(ordered) - 1))]),
        "worst_s": round(ordered[-1]),
        "over_a_minute": sum(one > 60 for one in ordered),
    }


# --------------------------------------------------------------------------- what struck


def _burnt(played: Played) -> dict[str, Any] | None:
    """The machine that was lost, and what became of what was under way; None when none was."""
    one = played.fire.burnt
    if one is None:
        return None
    return {
        "kept": moment(one.kept_at),
        "lost": moment(one.lost_at),
        "back": moment(one.back_at),
        "over": "" if one.over_at is None else moment(one.over_at),
        "doubted": one.doubted,
        "handed_over": one.handed_over,
        "remedies": one.remedies,
        "redone": list(one.redone),
        "became": fates(played.stage, one),
    }


def _struck(session: Session, played: Played, accounts: Mapping[int, Account]) -> dict[str, Any]:
    """Every fault that struck, and how the delivery it struck ended; of how many calls."""
    book = played.stage.sandboxes.book
    numbers = {one.key: one.id for one in accounts.values()}
    names = {platform: book.things(platform, "name") for platform in played.stage.sandboxes.platforms}
    tries: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    query = select(Delivery.account_id, Delivery.state, Attempt.began_at).where(Attempt.delivery_id == Delivery.id)
    for account_id, state, at in session.exec(query.order_by(col(Attempt.id))):
        tries[account_id].append((at, state))
    became: dict[str, Counter[str]] = defaultdict(Counter)
    calls = book.calls()
    for platform, account, _, at, fault, _ in calls:
        if fault:
            number = numbers.get(names[platform].get(account, account))
            before = [state for began, state in tries.get(number or 0, ()) if began <= at]
            became[fault][STATE_NAMES[before[-1]] if before else "没有牵连投递"] += 1
    rows = [
        {"action": action, "words": ACTIONS[action], "times": sum(ends.values()), "became": dict(ends.most_common())}
        for action, ends in sorted(became.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    ]
    times = sum(int(one["times"]) for one in rows)  # type: ignore[call-overload]
    return {"calls": len(calls), "times": times, "share": round(times / max(1, len(calls)), 4), "faults": rows}


# --------------------------------------------------------------------------- called back, stopped


def _recall(session: Session, one: Recall) -> dict[str, Any]:
    """One order and how every copy ended."""
    story = session.get_one(Story, one.origin_id)
    remedies = list(session.exec(select(Remedy).where(Remedy.recall_id == one.id)))
    ended = Counter(f"{ACTION_NAMES[each.action]}：{REMEDY_STATES[each.state]}" for each in remedies)
    ends = [each.ended_at for each in remedies if each.ended_at is not None]
    ordered = one.approved_at or one.created_at
    return {
        "id": one.id,
        "kind": KIND_NAMES[one.kind],
        "story": story.headline,
        "reason": one.reason,
        "ordered": moment(one.created_at),
        "state": one.state,
        "copies": len(remedies),
        "ended": dict(ended.most_common()),
        "minutes": round((max(ends) - ordered).total_seconds() / 60) if ends else None,
        "left": [each.reason for each in remedies if each.state in ("failed", "by_hand", "due", "acting", "unknown")],
    }


def _freeze(session: Session, one: Freeze) -> dict[str, Any]:
    held = session.exec(
        select(audit.AuditEntry.id).where(
            audit.AuditEntry.action == "delivery.hold", audit.AuditEntry.at >= one.at,
            audit.AuditEntry.at <= (one.thawed_at or one.at + timedelta(days=999)),
            type_coerce(audit.AuditEntry.detail, String).contains(f"停发 {one.id}："),
        )
    ).all()  # fmt: skip
    return {
        "scope": freeze.scope_words(session, one),
        "reason": one.reason,
        "from": moment(one.at),
        "until": moment(one.thawed_at) if one.thawed_at else "",
        "held": len(held),
        "exempt": [exempting.named(session, each) for each in exempting.all_of(session, one)],
        "went": halted.went(session, one),
    }


def _flashes(session: Session, paces: Sequence[Pace], accounts: Mapping[int, Account]) -> list[dict[str, Any]]:
    names = {one.key: f"{registry.get(one.channel).title} {one.name}（{one.key}）" for one in accounts.values()}
    found = []
    for one in session.exec(select(Release).where(col(Release.flash)).order_by(col(Release.id))):
        query = select(Receipt.at).where(
            Receipt.delivery_id == Delivery.id, Delivery.release_id == one.id, Receipt.state == "published"
        )
        seen = sorted(session.exec(query))
        found.append(
            {
                "title": one.title,
                "signed": moment(one.due_at),
                "copies": len(seen),
                "first_s": round((seen[0] - one.due_at).total_seconds()) if seen else None,
                "median_s": round((seen[len(seen) // 2] - one.due_at).total_seconds()) if seen else None,
                "expires": moment(one.expires_at) if one.expires_at else "",
                "reviewed": moment(one.reviewed_at) if one.reviewed_at else "",
                **_pace([each for each in paces if each.flash == one.id], names),
            }
        )
    return found


def _pace(mine: Sequence[Pace], names: Mapping[str, str]) -> dict[str, Any]:
    """From the signature until the accounts with an interface showed it, in seconds; the slowest by name, and every one
    a minute was not enough for, with what kept it ("" for nothing)."""
    out = [(one.took.total_seconds(), names[one.account]) for one in mine if one.took is not None]
    late = sorted((one for one in mine if one.is_late), key=lambda one: (one.cause != "", one.account))
    return {
        "interface": len(mine),
        "interface_median_s": round(statistics.median(seconds for seconds, _ in out)) if out else None,
        "slowest_s": round(max(out)[0]) if out else None,
        "slowest": max(out)[1] if out else "",
        "late": [
            {
                "account": names[one.account],
                "seconds": None if one.took is None else round(one.took.total_seconds()),
                "cause": one.cause,
            }
            for one in late
        ],
    }


# --------------------------------------------------------------------------- people, quota, promises


def _by_hand(works: Sequence[Work]) -> list[dict[str, Any]]:
    kinds: dict[str, list[Work]] = defaultdict(list)
    for one in works:
        kinds[one.what].append(one)
    return [
        {
            "what": what,
            "times": len(done),
            "minutes": len(done) * MINUTES[what],
            "waited_median_min": round(statistics.median((one.at - one.since).total_seconds() for one in done) / 60),
            "waited_worst_min": round(max((one.at - one.since).total_seconds() for one in done) / 60),
        }
        for what, done in sorted(kinds.items(), key=lambda one: -len(one[1]))
    ]


def _waits(one: Delivery, accounts: Mapping[int, Account], behind: str | None) -> dict[str, str]:
    return {
        "account": accounts[one.account_id].key,
        "key": one.key,
        "state": STATE_NAMES[one.state],
        "reason": one.reason if behind is None else behind,
    }


def _quota(played: Played) -> list[dict[str, Any]]:
    """The busiest day of each account, of what a platform allows a day: the fullest first."""
    book = played.stage.sandboxes.book
    secrets = played.stage.sandboxes.handed_out()
    used: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for platform in played.stage.sandboxes.platforms:
        names = book.things(platform, "name")
        for _, account, method, at, _, _ in book.calls(platform):
            ours = names.get(account, account)
            for call in (method, "*"):
                used[ours, call][stage_day(at)] += 1
    rows = []
    for account in sorted(secrets):
        channel = registry.get(account.partition(":")[0])
        if not isinstance(channel, Connected):
            continue
        for one in channel.transport.allowances(secrets[account]):
            days = used.get((account, one.call))
            if one.per == "day" and days:
                day, count = max(days.items(), key=lambda each: (each[1], each[0]))
                rows.append({"account": account, "call": one.call, "day": day, "used": count, "allowed": one.count,
                             "share": round(count / one.count, 3)})  # fmt: skip
    return sorted(rows, key=lambda one: (-one["share"], one["account"], one["call"]))


def _promises(played: Played) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = defaultdict(list)
    for breach, at in played.breaches.items():
        found[breach.partition(" ")[0]].append(f"{breach}（{moment(at)} 核对时）")
    return [
        {"id": name, "words": words, "ok": not found[name], "breaches": found[name]} for name, words in PROMISES.items()
    ]
