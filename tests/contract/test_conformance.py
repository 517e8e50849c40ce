"""One suite over every channel, built in or installed: what the contract promises, nothing skipped."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

import html5lib
import pytest

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import canonical, registry
from channels.contract import Channel, PackageFile
from channels.rendering import render_and_check, resolve
from channels.slots import marks
from channels.values import BLOCK_KINDS, Finding, Manuscript, Profile, Rendition
from tests.contract import stories

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
CHANNELS = sorted(registry.all_channels().values(), key=lambda one: one.name)
EVERY = pytest.mark.parametrize("channel", CHANNELS, ids=lambda one: one.name)
MACHINE = re.compile(r"/(?:home|root|tmp|work|usr|var/folders)/|[A-Z]:\\\\")


def account(channel: Channel) -> Profile:
    return stories.profile(channel.name)


def rendered(channel: Channel, manuscript: Manuscript, assets: Pictures) -> Rendition:
    profile = account(channel)
    return channel.render([resolve(manuscript, profile)], profile, themes.load("chengdu"), assets)


@pytest.fixture(scope="module")
def assets() -> Pictures:
    """One store for the suite, as a newsroom has: what was made once is found again."""
    return Pictures(MemoryStore())


@pytest.fixture(scope="module")
def rich(assets: Pictures) -> Manuscript:
    return stories.all_kinds(assets)


@pytest.fixture(scope="module")
def made_once(rich: Manuscript, assets: Pictures) -> dict[str, Rendition]:
    """The rich story in every channel."""
    return {one.name: rendered(one, rich, assets) for one in CHANNELS}


@pytest.fixture
def made(channel: Channel, made_once: dict[str, Rendition]) -> Rendition:
    return made_once[channel.name]


FILLS = {
    "own_link": "https://kjt.example.gov.cn/chengdu/s/all-kinds.html",
    "lead_link": "https://kjt.example.gov.cn/s/all-kinds.html",
    "key": "abcdefghij234567klmn",
    "published_at": "2026-11-22 09:00",
    "signoff": "责编 王五 · 签发 周一",
    "seal": "已签发",
}


def packed(channel: Channel, rendition: Rendition, assets: Pictures) -> tuple[PackageFile, ...]:
    """The package with every slot filled but the pictures, which take a path of the package."""
    fills = {
        part.story: {one.id: FILLS[one.kind][: one.max_length] for one in part.slots if one.kind != "picture"}
        for part in rendition.parts
    }
    return channel.package(rendition, account(channel), fills, assets)


def shown(rendition: Rendition, assets: Pictures) -> str:
    """The words in fields, body and texts a reader or a poster sees; pictures and drawings by their alternative."""
    out = [value for part in rendition.parts for _, value in part.fields]
    for part in rendition.parts:
        tree = html5lib.parseFragment(part.body, namespaceHTMLElements=False)
        out += [one.text or "" for one in tree.iter()] + [one.tail or "" for one in tree.iter()]
        out += [value for one in tree.iter() for key, value in one.attrib.items() if key in ("alt", "aria-label")]
        out.append(part.body if "html" not in rendition.mime else "")
        texts = (one for one in part.files if one.role in ("srt", "vtt", "transcript"))
        out += [assets.read(one.hash).decode("utf-8") for one in texts]
    return " ".join(out)


def test_all_our_channels_are_found() -> None:
    assert {"wechat", "weibo", "toutiao"} <= {one.name for one in CHANNELS}


@EVERY
def test_it_keeps_the_contract(channel: Channel) -> None:
    assert isinstance(channel, Channel)
    assert re.fullmatch(r"[a-z][a-z0-9]*", channel.name) and channel.title and channel.rules_version
    assert set(channel.transports) <= {"files", "handover", "api"} and channel.transports
    assert channel.group_limit >= 1
    assert isinstance(channel.forms, Mapping)


@EVERY
def test_every_block_kind_has_a_stated_form(channel: Channel) -> None:
    assert set(channel.forms) == set(BLOCK_KINDS)
    assert all(one.form.strip() for one in channel.forms.values())


@EVERY
def test_rendering_is_pure(channel: Channel, made: Rendition, rich: Manuscript, assets: Pictures) -> None:
    before = canonical.encode(rich)
    fresh = canonical.decode(Manuscript, before)
    assert canonical.digest(rendered(channel, rich, assets)) == canonical.digest(made)
    assert [part.body for part in rendered(channel, fresh, assets).parts] == [part.body for part in made.parts]
    assert canonical.encode(rich) == before


@pytest.fixture(scope="module")
def made_elsewhere() -> dict[str, str]:
    """The digest of the rich story in every channel, made by another process from nothing."""
    code = (
        "from tests.contract import stories, test_conformance as c; from assets.pictures import Pictures\n"
        "from assets.store import MemoryStore; from channels import canonical\n"
        "a = Pictures(MemoryStore()); m = stories.all_kinds(a)\n"
        "for one in c.CHANNELS: print(one.name, canonical.digest(c.rendered(one, m, a)))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return dict(line.split() for line in other.stdout.splitlines())


@EVERY
def test_two_processes_make_the_same_bytes(channel: Channel, made: Rendition, made_elsewhere: dict[str, str]) -> None:
    assert made_elsewhere[channel.name] == canonical.digest(made)


@EVERY
def test_a_rendition_is_canonical(channel: Channel, made: Rendition) -> None:
    assert canonical.decode(Rendition, canonical.encode(made)) == made
    assert made.channel == channel.name and made.account == account(channel).account
    assert channel.rules_version in made.renderer


@EVERY
@pytest.mark.parametrize("kind", sorted(BLOCK_KINDS))
def test_every_block_is_shown_or_listed_as_lost(
    channel: Channel, kind: str, made: Rendition, rich: Manuscript, assets: Pictures
) -> None:
    """Listed: by its line, by its words, or with the whole body (正文) when a channel takes only an excerpt."""
    resolved = resolve(rich, account(channel))
    word = stories.marker(kind) if kind != "divider" else "Divider("
    lines = {one.line for one in resolved.blocks if word in repr(one)}
    assert lines, f"the story lost its {kind}"
    listed = {one.line for one in made.losses} >= lines or any(word in one.excerpt for one in made.losses)
    listed = listed or any(one.what == "正文" and not one.line for one in made.losses)
    drawn = re.search(r"·|<hr", made.parts[0].body) if kind == "divider" else word in shown(made, assets)
    assert drawn or listed


@EVERY
def test_slots_used_are_slots_declared(channel: Channel, made: Rendition) -> None:
    for part in made.parts:
        used = set(marks(part.body)) | {one for _, value in part.fields for one in marks(value)}
        assert used == {slot.id for slot in part.slots}
        assert all(slot.max_length > 0 for slot in part.slots)
        hashes = {one.hash for one in part.files}
        assert all(slot.ref in hashes for slot in part.slots if slot.kind == "picture")


@EVERY
def test_every_loss_says_what_and_why(channel: Channel, made: Rendition) -> None:
    for loss in made.losses:
        assert loss.what and re.search("[\u4e00-\u9fff]", loss.reason)


@EVERY
def test_every_limit_is_dated_sourced_and_tripped_by_its_test(channel: Channel) -> None:
    for limit in channel.limits:
        assert limit.source and re.fullmatch(r"\d{4}-\d\d-\d\d", limit.read_on) and limit.counted and limit.unit
        assert is_a_test(limit.test), f"{limit.key}: {limit.test} does not exist"


def is_a_test(named: str) -> bool:
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(isinstance(one, ast.FunctionDef) and one.name == name for one in ast.walk(tree))


@EVERY
def test_every_cleaning_rule_is_dated_sourced_and_tripped_by_its_test(channel: Channel) -> None:
    assert len({one.key for one in channel.cleaning_rules}) == len(channel.cleaning_rules)
    assert {one.step for one in channel.cleaning_rules} == set(channel.cleanings) <= {"draft", "console"}
    for rule in channel.cleaning_rules:
        assert rule.key.startswith(f"{channel.name}.clean.") and rule.what and rule.action
        assert rule.source and re.fullmatch(r"\d{4}-\d\d-\d\d", rule.read_on)
        assert is_a_test(rule.test), f"{rule.key}: {rule.test} does not exist"


@EVERY
def test_a_rendition_comes_out_of_every_clean_up_unchanged(channel: Channel, made: Rendition) -> None:
    for clean in channel.cleanings.values():
        for part in made.parts:
            cleaned = clean(part.body)
            assert cleaned.changes == () and cleaned.html is part.body


@EVERY
def test_a_good_story_is_not_blocked(channel: Channel, made: Rendition) -> None:
    findings = channel.check(made, account(channel), TODAY)
    assert [one for one in findings if one.level == "block"] == []


@EVERY
def test_findings_are_chinese_sentences_with_a_rule(channel: Channel, made: Rendition) -> None:
    endless = tuple((name, value + "很长的话" * 9000) for name, value in made.parts[0].fields)
    heavy = replace(made, parts=(replace(made.parts[0], fields=endless, files=()),))
    findings = channel.check(heavy, account(channel), TODAY)
    for one in findings:
        assert isinstance(one, Finding) and one.rule.startswith(f"{channel.name}.")
        assert one.message.endswith("。") and re.search("[\u4e00-\u9fff]", one.message)


@EVERY
def test_one_way_to_render_names_the_account(channel: Channel, rich: Manuscript, assets: Pictures) -> None:
    long = replace(rich, headline="很长的标题" * 40, short_headlines=())
    _, findings = render_and_check([long], account(channel), themes.load("chengdu"), assets, TODAY)
    assert {one.account for one in findings} <= {account(channel).account}


@EVERY
def test_no_path_of_this_machine_gets_out(channel: Channel, made: Rendition, assets: Pictures) -> None:
    texts = [canonical.encode(made).decode()]
    for file in packed(channel, made, assets):
        if PurePosixPath(file.path).suffix in (".html", ".json", ".xml", ".txt", ".srt", ".vtt"):
            texts.append(file.content.decode("utf-8"))
    assert not [found for text in texts for found in MACHINE.findall(text)]


def dangers(markup: str) -> list[str]:
    """Everything in ``markup`` that could run, as a browser parses it."""
    found: list[str] = []
    for one in html5lib.parse(markup, namespaceHTMLElements=False).iter():
        name = str(one.tag).rpartition("}")[2].lower()
        if name in ("script", "iframe", "object", "embed", "foreignobject", "base", "form", "link", "animate", "set"):
            found.append(f"<{name}>")
        found += [f"{name} {key}" for key in one.attrib if str(key).lower().startswith("on")]
        for key in ("href", "src", "action", "formaction"):
            address = re.sub(r"[\x00-\x20]", "", str(one.attrib.get(key, ""))).lower()
            if address.startswith(("javascript:", "vbscript:", "data:text")):
                found.append(f"{name} {key}={address[:20]}")
    return found


@pytest.fixture(scope="module")
def hostile_once(assets: Pictures) -> dict[str, Rendition]:
    return {one.name: rendered(one, stories.hostile(assets), assets) for one in CHANNELS}


@EVERY
def test_hostile_words_never_become_markup(channel: Channel, hostile_once: dict[str, Rendition]) -> None:
    made = hostile_once[channel.name]
    for part in made.parts:
        assert dangers(part.body) == [] or "html" not in made.mime
        used = set(marks(part.body)) | {one for _, value in part.fields for one in marks(value)}
        assert used == {slot.id for slot in part.slots}


@EVERY
def test_hostile_words_never_run_in_a_package(
    channel: Channel, made: Rendition, hostile_once: dict[str, Rendition], assets: Pictures
) -> None:
    """A frame may bring its own scripts and links, the same for every story; the story adds not one."""
    good = dangers_in(packed(channel, made, assets))
    assert dangers_in(packed(channel, hostile_once[channel.name], assets)) <= good


def dangers_in(files: tuple[PackageFile, ...]) -> Counter[str]:
    pages = (one.content.decode("utf-8") for one in files if one.path.endswith((".html", ".htm", ".svg")))
    return Counter(found for page in pages for found in dangers(page))


@EVERY
def test_packages_have_safe_names_and_no_open_slots(channel: Channel, made: Rendition, assets: Pictures) -> None:
    files = packed(channel, made, assets)
    assert files and len({one.path for one in files}) == len(files)
    for file in files:
        path = PurePosixPath(file.path)
        assert not path.is_absolute() and ".." not in path.parts and re.fullmatch(r"[\w./-]+", file.path)
        assert file.content
        if path.suffix in (".html", ".json", ".xml", ".txt"):
            assert not re.search("[\x02\x03\x04\x05]", file.content.decode("utf-8"))


def test_packages_of_one_unit_share_a_folder_without_a_clash(made_once: dict[str, Rendition], assets: Pictures) -> None:
    seen: dict[str, tuple[str, bytes]] = {}
    for channel in CHANNELS:
        for file in packed(channel, made_once[channel.name], assets):
            name, content = seen.setdefault(file.path, (channel.name, file.content))
            assert content == file.content, f"{file.path}: {name} and {channel.name}"


@EVERY
def test_a_manuscript_from_the_store_renders_to_the_same_hash(channel: Channel, assets: Pictures) -> None:
    """Source lines are known while the file is at hand and lost in the store: no signed byte may hang on them."""
    fresh = stories.all_kinds(assets)
    moved = replace(fresh, blocks=tuple(replace(block, line=number + 7) for number, block in enumerate(fresh.blocks)))
    stored = canonical.decode(Manuscript, canonical.encode(moved))
    assert canonical.digest(rendered(channel, moved, assets)) == canonical.digest(rendered(channel, stored, assets))
