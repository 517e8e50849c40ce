"""The frozen values every room speaks: blocks, Manuscript, Profile, Rendition, Slot, Finding, Limit.

Nothing here touches a file, a clock or a network. Everything can be written as canonical JSON
(`channels.canonical`) and read back equal, so a hash of a value is a hash of what it means.
A field that holds its default is absent from the JSON; integers, strings and booleans only
(fractions are decimal strings or per-mille integers), so the bytes are the same in every language.

Over 500 lines on purpose: one vocabulary, read from top to bottom, with nothing but declarations in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

SCHEMA = 1

# --------------------------------------------------------------------------- inline


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on a run of text.

    ``kind``: strong, em (着重, never italic 汉字), code, strike, sub, sup, link (``href``, ``title``),
    ai (AI-labelled span, R7), lang (``lang``: a BCP 47 tag).
    """

    kind: Literal["strong", "em", "code", "strike", "sub", "sup", "link", "ai", "lang"]
    href: str = ""
    title: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text under a set of marks. Marks are ordered by MARK_ORDER, no kind twice."""

    kind: ClassVar[str] = "text"
    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A forced line break inside a paragraph."""

    kind: ClassVar[str] = "break"


@dataclass(frozen=True, slots=True)
class FootnoteRef:
    """A reference to the Footnote block with the same label."""

    kind: ClassVar[str] = "footnote_ref"
    label: str


@dataclass(frozen=True, slots=True)
class InlineFormula:
    """A formula in a line, in TeX without the dollar signs."""

    kind: ClassVar[str] = "inline_formula"
    tex: str


Inline = Text | LineBreak | FootnoteRef | InlineFormula
Inlines = tuple[Inline, ...]
MARK_ORDER = ("link", "lang", "ai", "strong", "em", "strike", "sup", "sub", "code")

# --------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What every block carries: its language when it is not the story's, and the AI flag (R7).

    ``line`` is the 1-based source line it was written on: for findings and losses only,
    never part of equality, JSON or hash.
    """

    kind: ClassVar[str] = ""
    lang: str = ""
    ai: bool = False
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading(Block):
    """A heading inside the story, level 1-6 as written (channels fit it below the headline)."""

    kind: ClassVar[str] = "heading"
    level: int
    text: Inlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph(Block):
    """A paragraph; ``align`` is "", "center" or "right"."""

    kind: ClassVar[str] = "paragraph"
    text: Inlines
    align: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """One entry of a list, itself blocks (usually one paragraph, perhaps a nested list)."""

    blocks: "tuple[AnyBlock, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Block):
    """A bulleted or numbered list."""

    kind: ClassVar[str] = "list"
    items: tuple[ListItem, ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Block):
    """A quotation; ``cite`` says who or where from."""

    kind: ClassVar[str] = "quote"
    blocks: "tuple[AnyBlock, ...]"
    cite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture where it is used. ``src`` is a path beside the manuscript file while it is being
    written, and ``asset:<sha256>`` once frozen. ``focus_x/y``: the point every crop keeps, in per mille."""

    src: str
    alt: str = ""
    credit: str = ""
    licence: str = ""
    focus_x: int = 500
    focus_y: int = 500
    ai: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Block):
    """One picture with its caption (图注)."""

    kind: ClassVar[str] = "figure"
    picture: Picture
    caption: Inlines = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery(Block):
    """Two or more figures shown together (图集)."""

    kind: ClassVar[str] = "gallery"
    figures: tuple[Figure, ...]
    caption: Inlines = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Block):
    """A film: ``src`` is an asset (see Picture.src) or an https address; ``seconds`` its length."""

    kind: ClassVar[str] = "video"
    src: str
    title: str = ""
    poster: Picture | None = None
    seconds: int = 0
    caption: Inlines = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio(Block):
    """A sound recording: ``src`` as for Video; ``transcript`` may be empty."""

    kind: ClassVar[str] = "audio"
    src: str
    title: str = ""
    seconds: int = 0
    transcript: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStream(Block):
    """A live stream held elsewhere (外部直播): link and state (upcoming, live, ended)."""

    kind: ClassVar[str] = "live_stream"
    url: str
    title: str
    state: str = "upcoming"
    starts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One spoken line of a dialogue; ``speaker`` is a key of the cast (Manuscript.cast)."""

    speaker: str
    text: Inlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue(Block):
    """拟人对白: characters of the column's cast talk."""

    kind: ClassVar[str] = "dialogue"
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Block):
    """A table: header cells (may be empty), rows of cells, ``aligns`` of "", "left", "center", "right"
    one a column (or empty when all are default)."""

    kind: ClassVar[str] = "table"
    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    aligns: tuple[str, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Block):
    """A code listing, kept to the letter."""

    kind: ClassVar[str] = "code"
    text: str
    syntax: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula(Block):
    """A displayed formula in TeX; ``alt`` reads it aloud."""

    kind: ClassVar[str] = "formula"
    tex: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactBox(Block):
    """A box with background (小知识 / 链接)."""

    kind: ClassVar[str] = "fact_box"
    title: str
    blocks: "tuple[AnyBlock, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divider(Block):
    """A dividing line."""

    kind: ClassVar[str] = "divider"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCard(Block):
    """A scientific resource (仪器, 平台, 成果): ``fields`` are (label, value) rows."""

    kind: ClassVar[str] = "resource_card"
    title: str
    fields: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLink(Block):
    """A link to a policy document: its number (文号), issuer, date (YYYY-MM-DD) and address."""

    kind: ClassVar[str] = "policy_link"
    title: str
    url: str
    number: str = ""
    issuer: str = ""
    issued: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure(Block):
    """A number that matters: 428 万 · 注册用户."""

    kind: ClassVar[str] = "key_figure"
    value: str
    label: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionBlock(Block):
    """Blocks only for the named units (slugs) and the units below them."""

    kind: ClassVar[str] = "region"
    units: tuple[str, ...]
    blocks: "tuple[AnyBlock, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalText:
    """The words of one unit (slug) in a LocalLead."""

    unit: str
    text: Inlines


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLead(Block):
    """地方导语: a text per unit; a unit without one shows nothing here."""

    kind: ClassVar[str] = "local_lead"
    texts: tuple[LocalText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote(Block):
    """The note a FootnoteRef points to. Only at the end of the story's top level."""

    kind: ClassVar[str] = "footnote"
    label: str
    blocks: "tuple[AnyBlock, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNotice(Block):
    """更正: what was wrong and what is right, and the date (YYYY-MM-DD)."""

    kind: ClassVar[str] = "correction"
    corrected: str
    was: str
    now: str


AnyBlock = (
    Heading
    | Paragraph
    | List
    | Quote
    | Figure
    | Gallery
    | Video
    | Audio
    | LiveStream
    | Dialogue
    | Table
    | Code
    | Formula
    | FactBox
    | Divider
    | ResourceCard
    | PolicyLink
    | KeyFigure
    | RegionBlock
    | LocalLead
    | Footnote
    | CorrectionNotice
)
Blocks = tuple[AnyBlock, ...]
BLOCK_KINDS: dict[str, type[Block]] = {
    cls.kind: cls
    for cls in (
        Heading,
        Paragraph,
        List,
        Quote,
        Figure,
        Gallery,
        Video,
        Audio,
        LiveStream,
        Dialogue,
        Table,
        Code,
        Formula,
        FactBox,
        Divider,
        ResourceCard,
        PolicyLink,
        KeyFigure,
        RegionBlock,
        LocalLead,
        Footnote,
        CorrectionNotice,
    )
}
INLINE_KINDS: dict[str, type] = {cls.kind: cls for cls in (Text, LineBreak, FootnoteRef, InlineFormula)}

# --------------------------------------------------------------------------- manuscript


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """One of a column's cast: ``side`` left or right, ``colour`` #rrggbb, ``picture`` may be None."""

    key: str
    name: str
    side: str = "left"
    colour: str = "#1c5f70"
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a reprint (转载) comes from (R4). ``outlet`` 来源, ``author`` 原作者, ``url`` 原文地址."""

    outlet: str
    author: str = ""
    url: str = ""
    title: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetInfo:
    """An asset a manuscript rests on, addressed by the SHA-256 of its stored bytes."""

    hash: str
    mime: str
    width: int = 0
    height: int = 0
    size: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """定稿: a revision frozen into neutral blocks and resolved assets. Addressed by its hash.

    ``slug`` names the story for life; ``short_headlines`` are (channel, text); ``published`` is the
    issue's date (YYYY-MM-DD) if the story belongs to one. ``source`` present = reprint (转载).
    ``look`` (版式): news, column or policy; empty = what the story is (see ``worn``).
    ``variants`` are (channel, hash) of the manuscripts of channels that do not follow this text (单独编辑).
    """

    schema: int = SCHEMA
    slug: str
    headline: str
    blocks: Blocks
    short_headlines: tuple[tuple[str, str], ...] = ()
    subtitle: str = ""
    digest: str = ""
    byline: tuple[str, ...] = ()
    editor: str = ""
    source: Source | None = None
    column: str = ""
    column_slug: str = ""
    issue: int = 0
    cast: tuple[Character, ...] = ()
    topics: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    cover: Picture | None = None
    ai_label: str = ""
    embargo: str = ""
    published: str = ""
    lang: str = "zh-CN"
    look: str = ""
    assets: tuple[AssetInfo, ...] = ()
    variants: tuple[tuple[str, str], ...] = ()

    def __hash__(self) -> int:
        """Cheap on purpose: makers cache by manuscript, and identity settles nearly every comparison."""
        return hash((self.slug, self.headline, self.digest, len(self.blocks)))

    def headline_for(self, channel: str) -> str:
        """The short headline written for ``channel``, else the headline."""
        return dict(self.short_headlines).get(channel) or self.headline

    @property
    def worn(self) -> str:
        """The look it goes out in: the one written, else column for a story of a column, else news."""
        return self.look or ("column" if self.column else "news")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An account as a renderer sees it. ``account`` is its key, "<channel>:<unit slug>".

    ``unit_path`` are the slugs from the province down to the unit (region blocks match any of them).
    ``site_url`` is the address of the unit's own micro-site, no trailing slash. ``theme`` names the theme.
    """

    account: str
    channel: str
    unit: str
    unit_name: str
    unit_short: str
    unit_path: tuple[str, ...]
    name: str
    site_url: str
    theme: str = "base"
    contact: str = ""
    footer: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def setting(self, key: str, default: str = "") -> str:
        return dict(self.settings).get(key, default)

    @property
    def own_tokens(self) -> tuple[tuple[str, str], ...]:
        """The account's own tokens over its theme's: settings named ``theme.<token>``."""
        return tuple((key[6:], value) for key, value in self.settings if key.startswith("theme."))


# --------------------------------------------------------------------------- rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Something unknown before sending, at its place in the signed template (see ``slot_mark``).

    ``ref`` is the hash of the picture variant for ``picture``. ``escape``: how the fill is written
    into the template: text (as it is), html (text and attributes), url (percent-encoded query value).
    ``max_length`` in characters counts toward limits.
    """

    id: str
    kind: Literal["picture", "key", "own_link", "lead_link", "published_at", "signoff"]
    max_length: int
    escape: Literal["text", "html", "url"] = "html"
    ref: str = ""


def slot_mark(slot_id: str) -> str:
    """The place of a slot in a template: U+0002 id U+0003. Control characters never pass the freeze,
    so no editor's text can look like one."""
    return f"\x02{slot_id}\x03"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFile:
    """A file that belongs to a rendition (picture variant, clip, captions), by content hash.

    ``role``: picture, cover, thumb, clip, srt, vtt, transcript."""

    role: str
    name: str
    hash: str
    mime: str
    size: int
    width: int = 0
    height: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One story inside a rendition. ``fields`` (title, author, digest, ...) and ``body`` are templates."""

    story: str
    manuscript: str
    fields: tuple[tuple[str, str], ...]
    body: str
    slots: tuple[Slot, ...] = ()
    files: tuple[RenderedFile, ...] = ()

    def field(self, name: str, default: str = "") -> str:
        return dict(self.fields).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a channel drops or changes: the block or field and why (Chinese).

    ``kind``: changed (改写: its words are still there in another form) or dropped (省略: readers of this channel
    do not find them). ``line`` is known only while the source is at hand: like a block's, never part of
    equality, JSON or hash."""

    what: str
    reason: str
    line: int = field(default=0, compare=False)
    excerpt: str = ""
    kind: Literal["changed", "dropped"] = "changed"


Fills = Mapping[str, Mapping[str, str]]
"""What the slots are filled with: story → slot id → text. Stories of one push share slot ids, not fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """成品: a story's (or a push's stories') form for one account. Its hash is what is signed.

    ``renderer`` is the fingerprint of the code, theme and rules that made it. ``losses`` are listed to the
    editor; they are part of the value but not of what is sent.
    """

    schema: int = SCHEMA
    channel: str
    account: str
    mime: str
    parts: tuple[Part, ...]
    renderer: str
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check says. ``level``: block (cannot go out), warn (needs a reason), info.

    ``message`` is one Chinese sentence with the remedy; ``rule`` a stable id such as wechat.title.long;
    ``file`` and ``line`` (1-based, 0 = whole story) the place; ``excerpt`` the offending words. ``place``: the same
    for the editor to jump to, "blocks.3.rows.1.2#0@14-18": path in the manuscript, sentence, characters.
    """

    level: Literal["block", "warn", "info"]
    rule: str
    message: str
    line: int = 0
    file: str = ""
    excerpt: str = ""
    channel: str = ""
    account: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A platform's limit as dated data: value, unit, how it is counted, where it was read, and when."""

    key: str
    value: int
    unit: str
    counted: str
    source: str
    read_on: str
    confidence: Literal["doc", "client", "unverified", "own"]
    level: Literal["block", "warn", "info"] = "block"
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningRule:
    """One thing a platform's clean-up does to an article, as dated data.

    ``step``: when it happens, in the platform's order (draft: at the interface; console: at a save in the
    console). ``what`` it meets, ``action`` it takes (Chinese). Source, date and confidence as for Limit.
    """

    key: str
    step: str
    what: str
    action: str
    source: str
    read_on: str
    confidence: Literal["doc", "client", "unverified", "own"]
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing a clean-up changed: the key of the rule, what it met there (a tag, an attribute, a
    declaration), and the first words of the place."""

    rule: str
    met: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A body after a clean-up, and everything that was changed; no changes = the very same string."""

    html: str
    changes: tuple[Change, ...] = ()
