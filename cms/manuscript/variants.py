"""单独编辑: a channel's own text beside the main one, and the manuscript that names both.

What a channel's own text says is its headline, digest, cover and blocks. Everything else (slug, column, issue, cast,
source, AI label …) is the story's and comes from the main text, whatever stands in the other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from assets.pictures import Pictures
from channels import canonical
from channels.values import Finding, Manuscript
from cms.manuscript.draft import Draft, FrontMatter, Frozen
from cms.manuscript.freezing import Holds, Remote, freeze, holds_nothing
from cms.manuscript.reading import read
from cms.manuscript.rewriting import Told, rewritten, told

OWN = ("headline", "digest", "cover")
"""The fields a channel may say its own way."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A story frozen with the texts of its channels. ``manuscript`` names ``variants`` by their hashes; a finding about
    one of them says its channel."""

    manuscript: Manuscript | None
    variants: Mapping[str, Manuscript] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()


def cut(text: str, channel: str) -> str:
    """The text a channel begins with when it is cut loose: what it shows now."""
    now = told(text)
    return rewritten(text, _own(cut_front(now, channel)), now.blocks)


def cut_front(now: Told, channel: str) -> FrontMatter:
    """The fields a channel shows of a main text: its short headline, where one is written."""
    return replace(now.front, headline=dict(now.front.short_headlines).get(channel) or now.front.headline)


def own(text: str) -> str:
    """A channel's own text with nothing above it but what it may say its own way; the same text when that is so."""
    now = told(text)
    return rewritten(text, _own(now.front), now.blocks)


def _own(front: FrontMatter) -> FrontMatter:
    return FrontMatter(headline=front.headline, digest=front.digest, cover=front.cover)


def with_variants(
    main: Frozen,
    draft: Draft,
    texts: Mapping[str, str],
    pictures: Pictures,
    folder: Path | None,
    *,
    remote: Remote = "block",
    holds: Holds = holds_nothing,
) -> Whole:
    """``main``, frozen of ``draft``, naming the manuscripts made of its channels' own ``texts``. ``holds``: as in
    ``freeze``."""
    if main.manuscript is None or not texts:
        return Whole(main.manuscript, findings=main.findings)
    made: dict[str, Manuscript] = {}
    findings = list(main.findings)
    freezer = partial(freeze, pictures=pictures, base_dir=folder, remote=remote, holds=holds)
    for channel, text in sorted(texts.items()):
        frozen = _frozen(text, channel, draft, main.manuscript.slug, freezer)
        findings += told_once(frozen.findings, main.findings, channel)
        if frozen.manuscript is None:
            findings.append(_without(channel))
        else:
            made[channel] = frozen.manuscript
    return Whole(named(main.manuscript, made), made, tuple(findings))


def _without(channel: str) -> Finding:
    message = "单独版本没有标题，成不了稿，请写上标题，或恢复跟随主稿"
    return Finding(level="block", rule="manuscript.variant", message=message, channel=channel)


def _frozen(text: str, channel: str, main: Draft, slug: str, freezer: Callable[..., Frozen]) -> Frozen:
    draft = read(text, f"{slug}.{channel}.md" if main.file else "")
    own_front = {name: getattr(draft.front, name) for name in OWN}
    front = replace(main.front, **own_front, short_headlines=())
    return freezer(replace(draft, front=front), slug=slug, keep=True)


def named(main: Manuscript, variants: Mapping[str, Manuscript]) -> Manuscript:
    """``main`` naming these manuscripts, and resting on what they rest on."""
    assets = {one.hash: one for each in (main, *variants.values()) for one in each.assets}
    names = tuple((channel, canonical.digest(one)) for channel, one in sorted(variants.items()))
    return replace(main, variants=names, assets=tuple(assets[digest] for digest in sorted(assets)))


def told_once(findings: Sequence[Finding], main: Sequence[Finding], channel: str) -> Iterator[Finding]:
    """What was found in a channel's own text and not in the main one already, in the same words: those who answer for
    words answer for them wherever they stand. Its place names the channel, so that an answer is for nothing else."""
    known = {_same(one) for one in main}
    for one in findings:
        if _same(one) not in known:
            yield replace(one, channel=channel, place=f"{channel}!{one.place}")


def _same(finding: Finding) -> tuple[str, str, str, str]:
    return finding.level, finding.rule, finding.message, finding.excerpt
