"""One suite over every channel, built in or installed: what the contract promises, nothing skipped."""

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

import html5lib
import pytest

import themes
from assets.pictures import Pictures
from channels import canonical, registry
from channels.contract import Channel
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


def shown(rendition: Rendition) -> str:
    """The words in fields and body a reader or a poster sees; pictures and drawings by their alternative."""
    out = [value for part in rendition.parts for _, value in part.fields]
    for part in rendition.parts:
        tree = html5lib.parseFragment(part.body, namespaceHTMLElements=False)
        out += [one.text or "" for one in tree.iter()] + [one.tail or "" for one in tree.iter()]
        out += [value for one in tree.iter() for key, value in one.attrib.items() if key in ("alt", "aria-label")]
        out.append(part.body if "html" not in rendition.mime else "")
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
def test_rendering_is_pure(channel: Channel, assets: Pictures) -> None:
    manuscript = stories.all_kinds(assets)
    before = canonical.encode(manuscript)
    first, again = rendered(channel, manuscript, assets), rendered(channel, manuscript, assets)
    fresh = canonical.decode(Manuscript, before)
    assert canonical.digest(first) == canonical.digest(again)
    assert [part.body for part in first.parts] == [part.body for part in rendered(channel, fresh, assets).parts]
    assert canonical.encode(manuscript) == before


@EVERY
def test_two_processes_make_the_same_bytes(channel: Channel, assets: Pictures) -> None:
    code = (
        "from tests.contract import stories, test_conformance as c; from assets.pictures import Pictures\n"
        "from assets.store import MemoryStore; from channels import canonical, registry\n"
        "a = Pictures(MemoryStore())\n"
        f"print(canonical.digest(c.rendered(registry.get({channel.name!r}), stories.all_kinds(a), a)))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    here = canonical.digest(rendered(channel, stories.all_kinds(assets), assets))
    assert other.stdout.split()[-1] == here


@EVERY
def test_a_rendition_is_canonical(channel: Channel, assets: Pictures) -> None:
    made = rendered(channel, stories.all_kinds(assets), assets)
    assert canonical.decode(Rendition, canonical.encode(made)) == made
    assert made.channel == channel.name and made.account == account(channel).account
    assert channel.rules_version in made.renderer and "chengdu" in made.renderer


@EVERY
@pytest.mark.parametrize("kind", sorted(BLOCK_KINDS))
def test_every_block_is_shown_or_listed_as_lost(channel: Channel, kind: str, assets: Pictures) -> None:
    made = rendered(channel, stories.all_kinds(assets), assets)
    lost = {one.line for one in made.losses}
    resolved = resolve(stories.all_kinds(assets), account(channel))
    if kind == "divider":
        lines = [one.line for one in resolved.blocks if one.kind == kind]
        assert "·" in shown(made) or "<hr" in made.parts[0].body or set(lines) <= lost
        return
    word = stories.marker(kind)
    lines = [one.line for one in resolved.blocks if word in repr(one)]
    assert word in shown(made) or any(word in one.excerpt for one in made.losses) or set(lines) <= lost
    assert lines, f"the story lost its {kind}"


@EVERY
def test_slots_used_are_slots_declared(channel: Channel, assets: Pictures) -> None:
    for part in rendered(channel, stories.all_kinds(assets), assets).parts:
        used = set(marks(part.body)) | {one for _, value in part.fields for one in marks(value)}
        assert used == {slot.id for slot in part.slots}
        assert all(slot.max_length > 0 for slot in part.slots)
        hashes = {one.hash for one in part.files}
        assert all(slot.ref in hashes for slot in part.slots if slot.kind == "picture")


@EVERY
def test_every_loss_says_what_and_why(channel: Channel, assets: Pictures) -> None:
    for loss in rendered(channel, stories.all_kinds(assets), assets).losses:
        assert loss.what and re.search("[\u4e00-\u9fff]", loss.reason)


@EVERY
def test_every_limit_is_dated_sourced_and_tripped_by_its_test(channel: Channel) -> None:
    for limit in channel.limits:
        assert limit.source and re.fullmatch(r"\d{4}-\d\d-\d\d", limit.read_on) and limit.counted and limit.unit
        path, _, name = limit.test.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        functions = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        assert name in functions, f"{limit.key}: {limit.test} does not exist"
        assert limit.key in (ROOT / path).read_text(encoding="utf-8"), f"{limit.test} never names {limit.key}"


@EVERY
def test_a_good_story_is_not_blocked(channel: Channel, assets: Pictures) -> None:
    _, findings = render_and_check([stories.all_kinds(assets)], account(channel), themes.load("chengdu"), assets, TODAY)
    assert [one for one in findings if one.level == "block"] == []


@EVERY
def test_findings_are_chinese_sentences_with_a_rule(channel: Channel, assets: Pictures) -> None:
    endless = replace(stories.all_kinds(assets), headline="很长的标题" * 40, short_headlines=(), cover=None)
    _, findings = render_and_check([endless], account(channel), themes.load("chengdu"), assets, TODAY)
    for one in findings:
        assert isinstance(one, Finding) and one.rule.startswith(f"{channel.name}.")
        assert one.message.endswith("。") and one.account == account(channel).account


@EVERY
def test_no_path_of_this_machine_gets_out(channel: Channel, assets: Pictures) -> None:
    profile = account(channel)
    made = rendered(channel, stories.all_kinds(assets), assets)
    texts = [canonical.encode(made).decode()]
    for file in channel.package(made, profile, {}, assets):
        if not file.path.endswith((".jpg", ".png", ".gif", ".mp4", ".zip")):
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


@EVERY
def test_hostile_words_never_become_markup(channel: Channel, assets: Pictures) -> None:
    made = rendered(channel, stories.hostile(assets), assets)
    for part in made.parts:
        if "html" in made.mime:
            assert dangers(part.body) == []
        used = set(marks(part.body)) | {one for _, value in part.fields for one in marks(value)}
        assert used == {slot.id for slot in part.slots}
        assert not re.search("[\x00\x01\x04-\x08\x0b\x0c\x0e-\x1f]", part.body + "".join(map(str, part.fields)))


@EVERY
def test_hostile_words_never_run_in_a_package(channel: Channel, assets: Pictures) -> None:
    made = rendered(channel, stories.hostile(assets), assets)
    for file in channel.package(made, account(channel), {}, assets):
        if file.path.endswith((".html", ".htm", ".svg")):
            markup = file.content.decode("utf-8")
            ours = re.findall(r"<script>\n.*?\n</script>", markup, re.DOTALL)
            assert len(ours) <= 1 and "alert(" not in "".join(ours)
            assert dangers(re.sub(r"<script>\n.*?\n</script>", "", markup, flags=re.DOTALL)) == []


@EVERY
def test_packages_have_safe_names_and_no_open_slots(channel: Channel, assets: Pictures) -> None:
    made = rendered(channel, stories.all_kinds(assets), assets)
    files = channel.package(made, account(channel), {}, assets)
    assert files and len({one.path for one in files}) == len(files)
    for file in files:
        path = PurePosixPath(file.path)
        assert not path.is_absolute() and ".." not in path.parts and re.fullmatch(r"[\w./-]+", file.path)
        assert file.content
        if file.path.endswith((".html", ".json", ".xml", ".txt")):
            assert not re.search("[\x02\x03\x04\x05]", file.content.decode("utf-8"))


def test_packages_of_one_unit_share_a_folder_without_a_clash(assets: Pictures) -> None:
    seen: dict[str, tuple[str, bytes]] = {}
    for channel in CHANNELS:
        made = rendered(channel, stories.all_kinds(assets), assets)
        for file in channel.package(made, account(channel), {}, assets):
            name, content = seen.setdefault(file.path, (channel.name, file.content))
            assert content == file.content, f"{file.path}: {name} and {channel.name}"
