"""Draft text to what every phone will show: the code that publishes, with plain words in the slots."""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import themes
from assets.store import hash_of
from channels import canonical, registry, slots
from channels.contract import ChannelError
from channels.making import film
from channels.making.clip.storyboard import Storyboard
from channels.rendering import render_and_check, resolve, text_of, variant_of
from channels.values import Finding, Loss, Manuscript, Part, Profile, Rendition, Slot
from cms import checks
from cms import manuscript as desk_manuscript
from cms.checks import links, passages
from cms.db import read_scope
from cms.manuscript.shown import hashes_by_path
from cms.manuscript.variants import with_variants
from cms.web import frames
from cms.web.counters import Counter, count
from cms.web.desk import Desk, rank

T = TypeVar("T")
log = logging.getLogger("yigao.preview")
FAULT = "这个渠道的样子没有画出来，是程序的错，已经记下，请告诉管理员；别的渠道不受影响，可以接着写。"
NOT_YET = {"published_at": "（发布时填写）", "signoff": "（签发后填写）", "signoff.seal": "未签发", "key": "preview"}
FILMED = tuple(frames.FILMED)  # one clip for all; 「生成短片」 stands beside the first
CONTEXT_FREE = ("checks.word.", "checks.personal.")
"""The rules about words as such, wherever they stand."""
_RANK = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Shown:
    """One channel's phone: the frame's key in the previewer, or the ``problem`` that left it empty."""

    name: str
    title: str
    account: str
    frame: str = ""
    path: str = ""
    counters: tuple[Counter, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """All channels of one unit, what the checks say, and what each channel changes. ``is_all``: no unit it reaches is
    shown anything else."""

    headline: str
    channels: tuple[Shown, ...]
    findings: tuple[Finding, ...]
    losses: tuple[tuple[str, Loss], ...]
    is_all: bool = True


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A finding on an account of another unit, and the units (slugs) whose readers are shown the same."""

    finding: Finding
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes: the ``main`` text, the channels' ``own`` ones, and which of them is under their hands
    (``channel``, "" the main one)."""

    main: str
    own: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""

    @property
    def text(self) -> str:
        return self.own[self.channel] if self.channel else self.main

    def is_about(self, finding: Finding) -> bool:
        """Whether a finding is about the text under their hands."""
        whose = text_of(finding.channel) if finding.channel in registry.all_channels() else ""
        return (whose if whose in self.own else "") == self.channel


@dataclass(frozen=True, slots=True)
class Frozen:
    """A story as it would be signed, None while it cannot be; the manuscripts of channels that differ; the findings."""

    manuscript: Manuscript | None
    variants: Mapping[str, Manuscript]
    findings: tuple[Finding, ...]

    def shown_on(self, channel: str) -> Manuscript:
        """What this channel shows; only of a story that can be signed."""
        assert self.manuscript is not None
        return self.variants[text_of(channel)] if variant_of(self.manuscript, channel) else self.manuscript


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What the newsroom says of a text (``found``), ``by`` what it looks at renditions too, and all that is ``told`` of
    the text before."""

    by: checks.Measure
    found: tuple[Finding, ...] = ()
    told: tuple[Finding, ...] = ()

    def placed(self, made: Frozen, written: Written) -> Iterator[tuple[Finding, checks.Spot, checks.Spot]]:
        """Each with its place in the main text, and in the text under the hands."""
        if made.manuscript is not None:
            main = checks.spots(made.manuscript, self.found)
            variant = made.variants.get(written.channel)
            own = main if variant is None else checks.spots(variant, self.found)
            yield from zip(self.found, main, own, strict=True)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one account shows of a ``manuscript``: its rendition (of a clip, its words alone, and its ``board``), what
    its channel says of it, and where the captions beside it are read."""

    manuscript: Manuscript
    profile: Profile
    rendition: Rendition
    findings: tuple[Finding, ...]
    load: Callable[[str], bytes]
    board: Storyboard | None = None


class Kept:
    """The newest ``size`` results, by key; safe under threads."""

    def __init__(self, size: int) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._size = size
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: T) -> T:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        found = self.get(key)
        return found if found is not None else self.put(key, make())


def fills_for(part: Part, profile: Profile, address: Callable[[str], str]) -> dict[str, str]:
    """Plain values for every slot: what is known already, and in brackets what comes with sending. ``address``: where a
    stored picture is shown, by its hash."""

    def value(slot: Slot) -> str:
        if slot.kind == "picture":
            return address(slot.ref)
        if slot.kind in ("own_link", "lead_link"):
            return slots.own_link(profile, part.story)
        return NOT_YET[f"{slot.kind}.{slot.id}" if f"{slot.kind}.{slot.id}" in NOT_YET else slot.kind]

    return {slot.id: value(slot)[: slot.max_length] for slot in part.slots}


def filled(rendition: Rendition, fills: dict[str, str]) -> Part:
    """The rendition's one part with its slots filled for the eye; everything else stays as signed."""
    return slots.fill(rendition.parts[0], fills)


class Previewer:
    """Previews over one desk; keeps renditions by their hash and frames by their bytes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._renditions = Kept(256)
        self._frames = Kept(128)

    def frozen(self, text: str, slug: str, own: Mapping[str, str] | None = None) -> Frozen:
        """What the main ``text`` and the channels' ``own`` ones freeze to, by the code that saves them."""
        draft, folder = desk_manuscript.read(text, f"{slug}.md" if slug else ""), self.desk.folder(slug)
        pictures, holds = self.desk.pictures, partial(self.desk.holds, slug)
        frozen = desk_manuscript.freeze(draft, pictures, folder, remote="drop", keep=True, holds=holds)
        whole = with_variants(frozen, draft, own or {}, pictures, folder, remote="drop", holds=holds)
        findings = list(whole.findings)
        if slug and draft.front.slug and draft.front.slug != slug:
            words = (
                f"稿件里写的稿件名是“{draft.front.slug}”，这一页的是“{slug}”，请点“Markdown”，"
                "把开头的 slug 改成这一页的，发布后的网址才对得上。"
            )
            findings.append(Finding(level="warn", rule="desk.slug", message=words, line=_slug_line(text)))
        return Frozen(whole.manuscript, whole.variants, tuple(findings))

    def shows(self, written: Written, slug: str) -> Mapping[str, str]:
        """The hashes of what the pictures of the text under the hands show now, by path; empty while it cannot be
        signed."""
        made = self.frozen(written.main, slug, written.own)
        if made.manuscript is None:
            return {}
        if not written.channel:
            return hashes_by_path(written.main, made.manuscript)
        return hashes_by_path(written.own[written.channel], made.shown_on(written.channel))

    def rendered(self, manuscript: Manuscript, profile: Profile) -> tuple[Rendition, list[Finding]]:
        """The rendition that would be signed, and its channel's findings today."""
        today = self.desk.today()
        theme = themes.load(profile.theme, profile.own_tokens)
        key = (canonical.digest(manuscript), profile, theme.fingerprint, today)
        return self._renditions.once(
            key, lambda: render_and_check([manuscript], profile, theme, self.desk.pictures, today)
        )

    def preview(self, text: str, unit: str, slug: str = "") -> Preview:
        """Everything the page shows for ``text`` as the accounts of ``unit`` would publish it."""
        return self.look(Written(text), unit, slug)

    def look(
        self, written: Written, unit: str, slug: str = "", reach: Collection[str] = (), home: Collection[str] = ()
    ) -> Preview:
        """The same where channels have texts of their own. ``reach``: the units it may go to; the people of the units
        ``home`` may open its frames too."""
        made = self.frozen(written.main, slug, written.own)
        newsroom = self._newsroom(made)
        findings = [_placed(one, written) for one in made.findings]
        findings += [_spotted(*each, written) for each in newsroom.placed(made, written)]
        shown: list[Shown] = []
        losses: list[tuple[str, Loss]] = []
        for profile in self.desk.accounts(unit):
            title = registry.get(profile.channel).title
            if made.manuscript is None:
                problem = "稿件还不能成稿，请先改好“检查”里的红色各条。"
                shown.append(Shown(profile.channel, title, profile.name, problem=problem))
                continue
            findings += checks.of_account(profile, demo=newsroom.by.demo, trying=newsroom.by.trying)
            try:
                drawn = self._drawn(made.shown_on(profile.channel), profile)
            except ChannelError as error:
                shown.append(Shown(profile.channel, title, profile.name, problem=error.sentence))
                findings.append(_placed(checks.refused(error, profile), written))
                continue
            except Exception:  # a fault of ours on one channel leaves the others to be looked at
                log.exception("preview of %s", profile.account)
                shown.append(Shown(profile.channel, title, profile.name, problem=FAULT))
                continue
            shown.append(self._shown(drawn, title, home))
            findings += _against(drawn, newsroom, written)
            losses += [(title, loss) for loss in drawn.rendition.losses]
        headline = desk_manuscript.read(written.text).front.headline
        is_all = not self.unlike(made, unit, reach)
        return Preview(headline, tuple(shown), tuple(sorted(findings, key=_worst)), tuple(losses), is_all)

    def elsewhere(self, written: Written, unit: str, reach: Collection[str], slug: str = "") -> list[Elsewhere]:
        """What stands against it on accounts of other units it reaches, and not on those of ``unit``, where they show
        anything else. Accounts that show the same but for their names and colours are looked at once."""
        made = self.frozen(written.main, slug, written.own)
        kinds, newsroom = self.unlike(made, unit, reach), self._newsroom(made)
        own = [self._judged(made, one, newsroom, written) for one in self.desk.accounts(unit) if kinds]
        known = {alike(one) for found in own for one in found}
        found = [
            Elsewhere(one, tuple(profile.unit for profile in kind))
            for kind in kinds
            for one in self._judged(made, kind[0], newsroom, written)
            if alike(one) not in known
        ]
        return sorted(found, key=lambda one: _worst(one.finding))

    def links(self, written: Written, slug: str = "") -> list[Finding]:
        """The links of all its texts that do not open; asked over the network, so it may take a while."""
        made = self.frozen(written.main, slug, written.own)
        texts = {made.shown_on(one.channel) for one in self.desk.profiles} if made.manuscript else set()
        found = {alike(one): one for text in texts for one in links.ask(passages.read(text), self.desk.links)}
        return [_placed(one, written) for one in found.values()]

    def _judged(self, made: Frozen, profile: Profile, newsroom: Newsroom, written: Written) -> list[Finding]:
        """All that stands against it on one account."""
        mine = checks.of_account(profile, demo=newsroom.by.demo, trying=newsroom.by.trying)
        try:
            return mine + _against(self._drawn(made.shown_on(profile.channel), profile), newsroom, written)
        except ChannelError as error:
            return [*mine, _placed(checks.refused(error, profile), written)]

    def unlike(self, made: Frozen, unit: str, reach: Collection[str]) -> list[list[Profile]]:
        """The accounts that show readers of other units it reaches what those of ``unit`` do not show: together those
        that show the same."""
        if made.manuscript is None or not set(reach) - {unit}:
            return []

        def shows(profile: Profile) -> Hashable:
            mine = resolve(made.shown_on(profile.channel), profile)  # one object for all who read the same
            return profile.channel, id(mine), profile.settings, profile.contact, profile.footer

        known = {shows(one) for one in self.desk.accounts(unit)}
        kinds: dict[Hashable, list[Profile]] = {}
        for one in sorted(self.desk.profiles, key=lambda one: rank(one.channel)):
            if one.unit != unit and one.unit in reach and (kind := shows(one)) not in known:
                kinds.setdefault(kind, []).append(one)
        return list(kinds.values())

    def _newsroom(self, made: Frozen) -> Newsroom:
        """What 送审 would say of this very text: the same checks, by the same lists, less what was let pass."""
        digest = "" if made.manuscript is None else canonical.digest(made.manuscript)
        with read_scope(self.desk.people.engine) as session:
            by = checks.measure(session, [digest], self.desk.now())
            if made.manuscript is None:
                return Newsroom(by)
            checked = checks.check_now(
                session, self.desk.pictures, made.manuscript, digest, made.variants, self.desk.now()
            )
            beside = checks.beside_checks(session, made.manuscript)
        found = tuple(checks.settled([*beside, *checked.findings], by.passed))
        return Newsroom(by, found, (*made.findings, *found))

    def _drawn(self, manuscript: Manuscript, profile: Profile) -> Drawn:
        """As the press room draws it, but for clips: there the storyboard stands in for the film, and its words for
        what will be said in it. Encoding waits for 「生成短片」."""
        if profile.channel not in FILMED:
            rendition, findings = self.rendered(manuscript, profile)
            return Drawn(manuscript, profile, rendition, tuple(findings), self.desk.pictures.read)
        board = frames.storyboard(manuscript, profile, self.desk.pictures)
        words: dict[str, bytes] = {}
        rendition = film.unfilmed(frames.FILMED[profile.channel], manuscript, profile, board, partial(_kept_in, words))
        found = film.unfilmed_findings(registry.get(profile.channel), rendition, profile, self.desk.today())
        return Drawn(manuscript, profile, rendition, tuple(found), words.__getitem__, board)

    def _shown(self, drawn: Drawn, title: str, home: Collection[str] = ()) -> Shown:
        """The phone it is seen on; its frame is kept."""
        manuscript, profile, board = drawn.manuscript, drawn.profile, drawn.board
        places = self.desk.shown_to(min(home, default=profile.unit))  # whose people are shown its pictures
        if board is None:
            held = f"{canonical.digest(drawn.rendition)}{manuscript.published}{profile}"  # worn as the account does
        else:
            look = themes.load(profile.theme, profile.own_tokens).fingerprint
            held = f"{canonical.digest(manuscript)}{profile}{look}"
        key = hashlib.sha256(f"{held}{places('')}".encode()).hexdigest()[:32]
        sheet = self._kept(key, {profile.unit, *home}, lambda: self._sheet(drawn, places))
        channel = registry.get(profile.channel)
        counted = count(drawn.rendition, channel, self.desk.today()) if board is None else ()
        return Shown(profile.channel, title, profile.name, key, sheet.path, counted)

    def _sheet(self, drawn: Drawn, address: Callable[[str], str]) -> frames.Sheet:
        manuscript, profile = drawn.manuscript, drawn.profile
        if drawn.board is not None:
            return frames.filmstrip(drawn.board, manuscript, profile, self.desk.pictures)
        part = filled(drawn.rendition, fills_for(drawn.rendition.parts[0], profile, address))
        return frames.dress(frames.Looked(part, drawn.rendition, manuscript, profile, address))

    def sample(self, text: str, profile: Profile) -> Shown:
        """``text`` as this account would publish it, for whoever tries a look on; a ``problem`` where it cannot."""
        manuscript, title = self.frozen(text, "").manuscript, registry.get(profile.channel).title
        assert manuscript is not None
        try:
            return self._shown(self._drawn(manuscript, profile), title)
        except ChannelError as error:
            return Shown(profile.channel, title, profile.name, problem=error.sentence)

    def frame(self, key: str, units: Collection[str]) -> frames.Sheet | None:
        """The frame made under ``key``, while it is kept, for whoever may see one of these units."""
        may, sheet = self._frames.get(key) or (set(), None)
        return sheet if may & set(units) else None

    def _kept(self, key: str, may: set[str], make: Callable[[], frames.Sheet]) -> frames.Sheet:
        """The frame of ``key``, which the people of the units ``may`` may open from now on."""
        known, sheet = self._frames.get(key) or (set(), None)
        found: frames.Sheet = sheet or make()
        self._frames.put(key, (known | may, found))
        return found


def _against(drawn: Drawn, newsroom: Newsroom, written: Written) -> list[Finding]:
    """What its channel says of a rendition, and what only its readers see, where that comes from in the text under the
    hands."""
    known = checks.about(newsroom.told, drawn.profile.channel)
    seen = checks.of_rendition(
        drawn.rendition, [drawn.manuscript], drawn.profile, newsroom.by, known, drawn.load
    )  # fmt: skip
    found = [_placed(one, written) for one in drawn.findings]
    return [*found, *(_spotted(one, spot, spot, written) for one, spot in seen)]


def alike(finding: Finding) -> Finding:
    """What it says, on whichever account."""
    return replace(finding, channel="", account="", place="", file="")


def _worst(finding: Finding) -> tuple[int, int]:
    return _RANK[finding.level], finding.line


def _kept_in(words: dict[str, bytes], content: bytes) -> str:
    """Keeps captions for as long as they are looked at; their hash."""
    digest = hash_of(content)
    words[digest] = content
    return digest


def _spotted(finding: Finding, main: checks.Spot, own: checks.Spot, written: Written) -> Finding:
    """On the very line of the text under the hands, or on none. A word of the main text that may not stand there may
    not stand in a channel's own text either, where it is not told twice: it is found by the word."""
    if written.is_about(finding):
        spot, begin = own, own.line
    elif not finding.channel and finding.rule.startswith(CONTEXT_FREE):
        spot, begin = main, 0
    else:
        return replace(finding, line=0)
    words, lines = spot.words[:12], enumerate(written.text.splitlines(), 1)
    return replace(finding, line=next((n for n, line in lines if n >= begin and words and words in line), begin))


def _placed(finding: Finding, written: Written) -> Finding:
    """A line is of the text under the hands, or none."""
    return located(finding, written.text) if written.is_about(finding) else replace(finding, line=0)


def located(finding: Finding, text: str) -> Finding:
    """A finding of a channel knows the words, not the line: found in the text where it can be."""
    words = finding.excerpt[:12]
    if finding.line or not words:
        return finding
    line = next((n for n, line in enumerate(text.splitlines(), 1) if words in line), 0)
    return replace(finding, line=line)


def _slug_line(text: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith("slug:")), 1)


def headline_of(text: str) -> str:
    """The headline as far as the front matter can be read by eye: for lists and the page's title."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return ""
    for line in lines[1:]:
        if line.strip() == "---":
            break
        if line.startswith("headline:"):
            return line.partition(":")[2].strip().strip("\"'")
    return ""
