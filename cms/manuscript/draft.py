"""What a manuscript file says: its front matter, its blocks, and everything wrong with it."""

from dataclasses import dataclass

from channels.values import Blocks, Character, Finding, Manuscript, Picture, Source

# what only a person can put right in the text
_UNFIT = ("manuscript.block.", "manuscript.text.unparsable", "manuscript.html.unclosed")
_UNREADABLE = tuple(
    f"manuscript.front.{rule}" for rule in ("unclosed", "alias", "too_deep", "too_long", "bad_yaml", "tab", "twice")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The fields above a manuscript. Pictures are paths beside the file; ``ed_note`` is never published."""

    headline: str = ""
    short_headlines: tuple[tuple[str, str], ...] = ()
    subtitle: str = ""
    digest: str = ""
    byline: tuple[str, ...] = ()
    editor: str = ""
    kind: str = "original"
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
    slug: str = ""
    ed_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A manuscript file as read: it always exists, however bad the file; the findings say what is wrong."""

    front: FrontMatter
    blocks: Blocks
    findings: tuple[Finding, ...] = ()
    source_text: str = ""
    file: str = ""

    @property
    def is_held(self) -> bool:
        """Whether something must be mended before it can go out."""
        return is_blocked(self.findings)


def unfit(draft: Draft) -> Finding | None:
    """Why a text cannot be shown as blocks yet: what would be lost has to be put right in the text first."""
    return next((one for one in draft.findings if one.level == "block" and _is_unfit(one.rule)), None)


def _is_unfit(rule: str) -> bool:
    return rule.startswith(_UNFIT) or rule in _UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The manuscript a draft became, or None when something blocks, and the findings of both."""

    manuscript: Manuscript | None
    findings: tuple[Finding, ...] = ()


def is_blocked(findings: tuple[Finding, ...]) -> bool:
    """Whether any of the findings blocks."""
    return any(finding.level == "block" for finding in findings)
