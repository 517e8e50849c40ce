"""The checks once more on what readers will see: a rendition's visible words, and the captions of its film.

A channel cuts, joins and adds: what was two harmless cells may read as one word, and a footer has a telephone. What
the manuscript's own findings tell already is not told again for every account.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from assets.store import hash_of
from channels.values import Finding, Manuscript, Mark, Part, Profile, Rendition, Text
from cms.checks import folding
from cms.checks.passages import Spot, read, spelled
from cms.checks.personal import normal_contact
from cms.checks.standards import Standards, of_line

SEEN_FIELDS = frozenset("title headline digest author description text topics tags source column keywords".split())  # noqa: SIM905
CAPTIONS = frozenset({"srt", "vtt", "transcript"})
_UNSEEN = re.compile(r"<(style|script|svg|title|head)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_APART = re.compile(
    r"<(?:/?(?:p|div|section|h[1-6]|li|ul|ol|tr|td|th|table|figure|figcaption|blockquote|header|footer|article|aside|dl|dt|dd|pre|details|summary)|br|hr)\b[^>]*>",
    re.I,
)
_ALT = re.compile(r'\balt="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_TIMING = re.compile(r"^(?:WEBVTT.*|\d+|[\d:.,]+\s*-->.*)$")
_A_RUN = 6
_AI = re.compile(r"AI|人工智能", re.I)


def visible(part: Part, mime: str) -> list[str]:
    """The lines a reader sees of one story in a rendition, words for the blind included."""
    lines = [value for name, value in part.fields if name in SEEN_FIELDS and value]
    if mime == "text/html":
        body = _UNSEEN.sub(" ", part.body)
        lines += [html.unescape(alt) for alt in _ALT.findall(body)]
        lines += html.unescape(_TAG.sub("", _APART.sub("\n", body))).split("\n")
    else:
        lines += part.body.split("\n")
    lines += [file.alt for file in part.files]
    plain = (_without_slots(line).strip() for line in lines)
    return list(dict.fromkeys(line for line in plain if line))


def _without_slots(line: str) -> str:
    return re.sub("\x02[^\x02\x03]*\x03", "", line)


def captions(part: Part, load: Callable[[str], bytes]) -> list[str]:
    """The spoken and written lines of a rendition's film."""
    found: dict[str, None] = {}
    for file in part.files:
        if file.role in CAPTIONS:
            lines = load(file.hash).decode("utf-8", "replace").splitlines()
            found |= dict.fromkeys(line.strip() for line in lines if line.strip() and not _TIMING.match(line.strip()))
    return list(found)


def examine_rendition(
    rendition: Rendition,
    stories: Iterable[Manuscript],
    profile: Profile,
    standards: Standards,
    told: Iterable[Finding] = (),
    load: Callable[[str], bytes] | None = None,
) -> list[Finding]:
    """What ``told`` (the manuscripts' own findings) does not say yet, and whether the AI label is there. Pure but for
    ``load``, which reads a caption file by its hash."""
    known = {(one.rule.rpartition(".")[0], folding.squeezed(one.excerpt).text) for one in told}
    own = normal_contact(profile.contact) if profile.contact else ""
    mine = {story.slug: story for story in stories}
    found: list[Finding] = []
    for part in rendition.parts:
        lines = visible(part, rendition.mime)
        lines += [one for one in captions(part, load) if one not in lines] if load else []
        for line in lines:
            for one in of_line(line, standards):
                key = (one.rule.rpartition(".")[0], folding.squeezed(one.excerpt).text)
                if key in known or (own and one.rule.startswith("checks.personal.") and own in normal_contact(line)):
                    continue
                known.add(key)
                found.append(replace(one, place=f"{part.story}:{hash_of(line.encode())[:8]}{one.place}"))
        if part.story in mine:
            found += _unlabelled(part, lines, mine[part.story])
    return [replace(one, channel=profile.channel, account=profile.account) for one in found]


def _unlabelled(part: Part, lines: list[str], story: Manuscript) -> Iterator[Finding]:
    """R7: what a machine made is called so wherever it is shown."""
    seen = "\n".join(lines)
    declared = part.field("declaration")
    if _AI.search(seen) or _AI.search(declared):
        return
    flagged = flagged_words(story)
    shown = folding.squeezed(seen).text if flagged and not story.ai_label else ""
    parts = ["全文"] if story.ai_label else [one for one in flagged if folding.squeezed(one).text in shown]
    if parts:
        message = f"“{parts[0][:20]}”标了 AI 生成，这个渠道的成品里看不到标识，请检查渠道的版式或联系管理员"
        yield Finding(
            level="block", rule="checks.ai.unlabelled", message=message, excerpt=parts[0][:60], place=f"{part.story}:ai"
        )


def flagged_words(story: Manuscript) -> list[str]:
    """The beginnings of the passages that carry the AI flag, by block or by mark."""
    flagged = [f"blocks.{at}." for at, block in enumerate(story.blocks) if block.ai]
    found = [
        one.text[:12]
        for one in read(story).passages
        if flagged and one.path.startswith(tuple(flagged)) and one.kind != "file"
    ]
    return [*found, *_marked(story.blocks)]


def _marked(value: object) -> Iterator[str]:
    if isinstance(value, Text):
        if Mark(kind="ai") in value.marks:
            yield value.text[:12]
    elif isinstance(value, tuple):
        for part in value:
            yield from _marked(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _marked(getattr(value, name))


def traced(found: Finding, rendition: Rendition, load: Callable[[str], bytes], story: Manuscript) -> Spot:
    """Where the words of a finding about a rendition come from in the ``story`` it shows: of the passages they are put
    together of, the one that has most of them. No words where the story does not say them: the account does, or its
    channel."""
    line, start, end = _stands(found, rendition, load)
    if not line:
        return Spot(0, found.excerpt)
    shown, at = _letters(line)
    first, last = bisect_left(at, start), bisect_left(at, end)
    matcher = SequenceMatcher(None, b=shown, autojunk=False)
    said: set[int] = set()
    most, spot = 0, Spot(0, "")
    for passage in spelled(story):
        text, places = _letters(passage.text)
        own, there, size = _shared(text, shown, matcher)
        begin, stop = max(first, there), min(last, there + size)
        said.update(range(begin, stop))
        if stop - begin > most:
            most = stop - begin
            spot = Spot(passage.line, passage.text[places[own + begin - there] : places[own + stop - there - 1] + 1])
    return spot if len(said) * 2 > last - first else Spot(0, "")


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and figures of ``text`` and where each stands: channels change the marks and spaces between them."""
    at = [number for number, one in enumerate(text) if one.isalnum()]
    return "".join(text[one] for one in at), at


def _shared(text: str, line: str, matcher: SequenceMatcher[str]) -> tuple[int, int, int]:
    """What a passage says of a rendition's ``line``: where in the one, where in the other, how much. It is the whole
    passage, or a run of it that is too long for chance."""
    at = line.find(text)
    if at >= 0:
        return 0, at, len(text)
    matcher.set_seq1(text)
    run = matcher.find_longest_match()
    return (run.a, run.b, run.size) if run.size >= _A_RUN else (0, 0, 0)


def _stands(found: Finding, rendition: Rendition, load: Callable[[str], bytes]) -> tuple[str, int, int]:
    """The line of the rendition a finding is about, as readers see it, and from where to where."""
    whose, _, place = found.place.partition(":")
    digest, _, rest = place.partition("#")
    start, _, end = rest.partition("@")[2].partition("-")
    for part in rendition.parts:
        lines = [*visible(part, rendition.mime), *captions(part, load)] if part.story == whose else []
        line = next((one for one in lines if hash_of(one.encode())[:8] == digest), "")
        if line:
            return line, int(start), int(end)
    return "", 0, 0
