"""齐发: what lies in place on many accounts and falls due in the same second goes out in that second.

Everything slow is done ahead: lanes are taken, secrets opened, signed bytes read. When the time comes one
transaction writes down every intent, then every call goes out at once, each in a thread of its own, and the answers
are written one after the other, so that they do not hold up the calls. A worker that dies on the way leaves the same
rows as one on the plain road (``pipeline.remote``), and whoever comes next goes on from them.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assets.store import MissingAssetError, StoreDownError
from channels import canonical
from channels.contract import ChannelError
from channels.transport import Staged, Token, TokenStore
from channels.values import Profile, Rendition
from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import profiles_of
from cms.releases import LostRace
from pipeline import crash, lanes, ledger, log
from pipeline.clock import TimeSource
from pipeline.due import let_go, reasons
from pipeline.house import House
from pipeline.ledger import Claim
from pipeline.remote import Send
from pipeline.wires import LaneLost

AHEAD = timedelta(seconds=5)
"""How long before their time lanes are taken."""
FEW = 2
"""So many accounts at least; fewer go the plain road just as fast."""
CHUNK = 25  # accounts claimed in one transaction: others want to write too
ACTOR = "pipeline"


@dataclass
class Shot:
    """One delivery with everything its call needs."""

    claim: Claim
    send: Send
    staged: Staged
    rendition: Rendition


class Remembered:
    """The token as it was read ahead of time, so that the call need not ask the database; renewing still does."""

    def __init__(self, inner: TokenStore) -> None:
        self._inner, self._kept = inner, inner.read()

    def read(self) -> Token | None:
        return self._kept

    def renew(self, stale: str, fetch: Callable[[], Token]) -> Token:
        self._kept = self._inner.renew(stale, fetch)
        return self._kept


class Volley:
    """Aims and fires for one process. ``threads``: how many calls may be under way."""

    def __init__(self, house: House, owner: str, now: TimeSource, threads: int = 128) -> None:
        self.house, self.owner, self.now = house, owner, now
        self._callers = ThreadPoolExecutor(threads, thread_name_prefix="yigao-volley")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="yigao-answers")

    def fire(self) -> list[Future[None]]:
        """Aim at what is due next, wait for its second, send; the answers still to come. Empty: nothing to do."""
        shots = self.aim()
        if not shots:
            return []
        wait_for(max(one.send.delivery.due_at for one in shots), self.now)
        going = self.announce(shots)
        crash.point("publish.announced")
        return [self._callers.submit(self._call, one) for one in going]

    def aim(self) -> list[Shot]:
        """Take the lanes of every account with something in place for the next moment, and load."""
        moment = self.now()
        with read_scope(self.house.engine) as session:
            due, accounts = ledger.in_place(session, moment, AHEAD)
        if len(accounts) < FEW:
            return []
        claims: list[Claim] = []
        for at in range(0, len(accounts), CHUNK):
            with session_scope(self.house.engine) as session:
                for account in accounts[at : at + CHUNK]:
                    found = ledger.claim_in_place(session, account, self.owner, self.now(), due, self.house.lease)
                    claims += [found] if found else []
        mine, channels = [one.deliveries[0] for one in claims], {one.account.id: one.account.channel for one in claims}
        with read_scope(self.house.engine) as session:
            profiles = profiles_of(session, list(channels))
            try:
                blocked = reasons(self.house, session, mine, channels, self.now())
            except (MissingAssetError, StoreDownError):
                mine, blocked = [], {}  # the plain road puts it off
        going = {one.id for one in let_go(self.house, mine, blocked, self.now())}
        shots = []
        for claim in claims:
            is_going = claim.deliveries[0].id in going
            shot = self._load(claim, profiles[claim.account.id]) if is_going else None
            if shot is None:
                self._give_back(claim)
            else:
                shots.append(shot)
        return shots

    def _load(self, claim: Claim, profile: Profile) -> Shot | None:
        """None when the plain road must look at it first: secrets, bytes or what lay on the platform are gone."""
        delivery = claim.deliveries[0]
        staged: Staged = canonical.build(Staged, delivery.staged)
        if staged.until is not None and staged.until <= delivery.due_at:
            return None
        try:
            transport = self.house.wires.transport(claim.account.channel)
            credential = self.house.wires.credential(claim.account, self.now, lambda: self._sure(claim))
            rendition = self.house.rendition(delivery.rendition_hash)
        except (ChannelError, MissingAssetError, StoreDownError, OSError):
            return None
        credential = replace(credential, tokens=Remembered(credential.tokens))
        send = Send(self.house, profile, transport, credential, self.now, delivery)
        return Shot(claim, send, staged, rendition)

    def _sure(self, claim: Claim) -> None:
        """Nobody can take the lane before its lease is over; a call that begins later is not made."""
        if self.now() > claim.until - self.house.lease / 2:
            raise LaneLost(claim.account.key)

    def announce(self, shots: Sequence[Shot]) -> list[Shot]:
        """Write every intent in one transaction; the shots that are still theirs to send."""
        moment = self.now()
        by_id = {one.send.delivery.id: one for one in shots}
        with session_scope(self.house.engine) as session:
            moved = releases.move_all(
                session, [one.send.delivery for one in shots], "send", actor=ACTOR, now=moment, lost_at=moment, looks=0
            )
            hashes = {number: one.staged.sent_hash for number, one in by_id.items()}
            ledger.begin_attempts(session, moved, "publish", hashes, self.owner, moment)
        for row in moved:
            by_id[row.id].send.delivery = row
        for number in set(by_id) - {row.id for row in moved}:
            self._give_back(by_id[number].claim)
        return [by_id[row.id] for row in moved]

    def _call(self, shot: Shot) -> None:
        send = shot.send
        try:
            sent = send.transport.publish(shot.rendition, shot.staged, send.delivery.key, send.credential)
        except ChannelError as error:
            trouble = error
            self._write(shot, lambda: send.stumble(trouble, "publish"))
        except LaneLost:
            return  # its row says "sending": whoever has the lane now asks about it
        else:
            crash.point("publish.answered")
            self._write(shot, lambda: send.take(sent))

    def _write(self, shot: Shot, answer: Callable[[], None]) -> None:
        self._writer.submit(self._keep, shot, answer).result()

    def _keep(self, shot: Shot, answer: Callable[[], None]) -> None:
        send, claim = shot.send, shot.claim
        try:
            with log.about(send.delivery.key):
                answer()
            lanes.after(self.house, claim, self.now(), send.trouble, send.during, ())
        except LostRace:
            return
        self._give_back(claim)

    def _give_back(self, claim: Claim) -> None:
        with session_scope(self.house.engine) as session:
            ledger.let_go(session, claim)

    def close(self) -> None:
        """Let what is under way end."""
        self._callers.shutdown(wait=True)
        self._writer.shutdown(wait=True)


def wait_for(moment: datetime, now: TimeSource) -> None:
    """Sleep until ``moment`` by this clock; never less (I7)."""
    while (left := (moment - now()).total_seconds()) > 0:
        time.sleep(min(left, 0.05) if left > 0.05 else left / 4 + 0.0005)
