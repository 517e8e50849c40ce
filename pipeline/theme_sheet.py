"""`yigao theme preview`: every block in every theme, three looks each, on one page that opens without a server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from pathlib import Path

import themes
from assets.pictures import Pictures
from channels import canonical, registry
from channels.contract import StoryError
from channels.making.semantic import asset_path
from channels.site import pages
from channels.values import Finding, Manuscript, Profile
from cms.matrix import Matrix
from cms.web import frames
from pipeline import proof
from pipeline.files import write_many
from pipeline.sheet import caged, filled
from pipeline.theme_page import Frame, Shown, page
from themes import LOOKS

CHANNELS = ("site", "wechat")  # the channels with a look of their own; the others send words and pictures
INDEX = "index.html"
SPECIMEN = "specimen.md"


@dataclass(frozen=True)
class Subject:
    """A brand, or an account that changes its brand: what it is called, and the accounts to show it on."""

    name: str
    title: str
    profiles: tuple[Profile, ...]


@dataclass(frozen=True)
class Written:
    """What the preview came to: the subjects as shown, all findings of the renditions, the number of files."""

    shown: tuple[Shown, ...]
    findings: tuple[Finding, ...]
    files: int


def specimen(units: Sequence[str], pictures: Pictures) -> Manuscript:
    """The story with every kind of block that comes with the package."""
    with resources.as_file(resources.files("pipeline") / "sample") as folder:
        manuscript, found = proof.read_story(folder / SPECIMEN, units, pictures)
    if manuscript is None:
        said = "；".join(one.message for one in found)
        raise StoryError(f"自带的样张稿件读不出来（{said}），请重新安装一稿。", SPECIMEN)
    return manuscript


def subjects(names: Sequence[str], matrix: Matrix) -> list[Subject]:
    """The brands ``names``, then every account of the matrix with tokens of its own."""
    brands = [_brand(name, matrix) for name in names]
    accounts = [one for one in matrix.profiles(CHANNELS) if one.own_tokens]
    return [*brands, *(Subject(one.account, f"{one.name}（{one.account}）", (one,)) for one in accounts)]


def _brand(name: str, matrix: Matrix) -> Subject:
    unit = next((one for one in matrix.units if one.slug == name), None)
    masthead = themes.load(name).token("masthead") or "本单位科技"
    profile = Profile(
        account="",
        channel="",
        unit=name,
        unit_name=unit.name if unit else "示例单位",
        unit_short=unit.short if unit else "示例",
        unit_path=unit.path if unit else (name,),
        name=masthead,
        site_url=f"https://{name}.example",
        theme=name,
        contact="028-0000 0000",
    )
    each = tuple(replace(profile, account=f"{channel}:{name}", channel=channel) for channel in CHANNELS)
    return Subject(name, masthead, each)


def write_preview(
    wanted: Iterable[Subject], story: Manuscript, pictures: Pictures, now: datetime, out: Path
) -> Written:
    """The preview in the folder ``out``: ``index.html``, and a page a look and channel below it."""
    shown: list[Shown] = []
    findings: list[Finding] = []
    files: dict[str, bytes] = {}
    for subject in wanted:
        made = [_drawn(subject, profile, look, story, pictures, now) for look in LOOKS for profile in subject.profiles]
        for _, own, found in made:
            files |= own
            findings += found
        first = subject.profiles[0]
        theme = themes.load(first.theme, first.own_tokens)
        shown.append(Shown(subject.name, subject.title, theme, tuple(frame for frame, _, _ in made)))
    files[INDEX] = page(shown).encode()
    write_many(out, files)
    return Written(tuple(shown), tuple(dict.fromkeys(findings)), len(files))


def _drawn(
    subject: Subject, profile: Profile, look: str, story: Manuscript, pictures: Pictures, now: datetime
) -> tuple[Frame, dict[str, bytes], tuple[Finding, ...]]:
    """One look on one channel: its place on the page, the files it needs, and what the checks say.

    Its story has a name of its own, so that all pages lie beside each other and share their pictures."""
    stem = f"{subject.name.replace(':', '-')}-{look}"
    manuscript = replace(story, slug=stem, look=look)
    made = proof.proof(manuscript, profile, pictures, now)
    if made.rendition is None:
        raise StoryError(f"样张在 {profile.account} 上没有成品，请看检查结果。", str(made.findings))
    part = made.rendition.parts[0]
    whole = filled(part, made, manuscript, now)
    files = {f"{profile.channel}/{asset_path(one.hash, one.mime)}": pictures.read(one.hash) for one in part.files}
    path = f"{profile.channel}/s/{stem}.html"
    theme = themes.load(profile.theme, profile.own_tokens)
    if profile.channel == "site":
        tabs = (pages.Tab(slug=story.column_slug, name=story.column),) if story.column_slug else ()
        files[path] = pages.story_page(whole, pages.frame_for(profile, theme, tabs)).encode()
        files |= {f"site/{name}": content for name, content in pages.assets_for(theme).items()}
        files[f"site/{pages.MODE}"] = pages.mode_css(grey=False)
    else:
        places = {one.hash: f"../{asset_path(one.hash, one.mime)}" for one in part.files}
        looked = frames.Looked(whole, made.rendition, manuscript, profile, places.__getitem__)
        files[path] = caged(frames.dress(looked).document).encode()
    channel = registry.get(profile.channel).title
    return Frame(look, profile.channel, channel, path, canonical.digest(made.rendition)), files, made.findings
