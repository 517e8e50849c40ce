"""`dev.py demo`: the sample, a reprint and a dirty text for 21 prefectures, and the press articles where they are."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import feedparser
import pytest

from pipeline.demo import is_well
from pipeline.reprints import with_source

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "corpus" / "seeds"
TEXT = ("site", "feed", "wechat", "weibo", "toutiao")
REPRINT = """---
title: 一条报纸上的消息
byline: 本报记者 李四
issue: 3328
page: 第1版
---

> 图注:没有随稿的照片

本报讯 消息的正文只有这一段,标点是半角的。
"""
DIRTY = "內(nèi)蒙古自治區(qū)科學(xué)技術(shù)廳推進(jìn)設(shè)備開(kāi)放。\n服(fú)務(wù)社會(huì)。\n"


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.demo", "--no-serve", "--sandbox-port", "0"]
    command += ["--dir", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False)


pytestmark = pytest.mark.timeout(1600)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    stories = tmp_path_factory.mktemp("stories")
    (stories / "reprint.md").write_text(REPRINT, encoding="utf-8")
    (stories / "dirty.md").write_text(DIRTY, encoding="utf-8")
    if SEEDS.is_dir():
        for seed in SEEDS.glob("*.md"):
            shutil.copyfile(seed, stories / seed.name)
    folder = tmp_path_factory.mktemp("demo") / "house"
    done = demo(folder, "--stories", str(stories))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_every_delivery_ends_where_it_should(shown: tuple[Path, dict[str, Any]]) -> None:
    _, report = shown
    held = [one["slug"] for one in report["stories"] if one["state"] == "held"]
    sound = len(report["stories"]) - len(held)
    assert report["accounts"] == 147
    assert is_well(report)
    assert report["second_half"]["is_well"]
    assert any("dirty" in slug for slug in held)
    assert all("dirty" in slug or slug.startswith("001") for slug in held)
    for channel in TEXT:
        wanted = "handed_over" if channel == "toutiao" else "published"
        refused = channel == "wechat"  # one story, refused on purpose, waits for a person
        counted = {wanted: 21 * sound - refused, "held": 21 * len(held) + refused}
        assert report["deliveries"][channel] == {state: count for state, count in counted.items() if count}
    assert report["deliveries"]["shipinhao"] == {"handed_over": 21}
    assert report["deliveries"]["douyin"] == {"published": 21}


def test_faults_were_struck_and_nothing_was_lost_or_doubled(shown: tuple[Path, dict[str, Any]]) -> None:
    _, report = shown
    interfaces = report["interfaces"]
    assert interfaces["breaches"] == []
    assert [interfaces[name] for name in ("lost", "twice", "unsigned", "failed")] == [0, 0, 0, 0]
    assert interfaces["planned"] == interfaces["published"] + interfaces["waiting"]
    assert all(one["times"] == 1 for one in interfaces["faults"])
    (refused,) = [one for one in interfaces["faults"] if "暂停" in one["outcome"]]
    assert refused["account"] == "wechat:aba" and "请编辑核查后改稿" in refused["outcome"]


def test_there_are_21_sites_with_their_feeds(shown: tuple[Path, dict[str, Any]]) -> None:
    folder, report = shown
    sites = sorted(path.name for path in (folder / "sites").iterdir())
    sound = [one for one in report["stories"] if one["state"] == "released"]
    assert len(sites) == 21
    for unit in sites:
        assert (folder / "sites" / unit / "index.html").is_file()
        feed = feedparser.parse((folder / "sites" / unit / "feed.xml").read_bytes())
        notices = [one for one in feed.entries if one.title.startswith("【已撤稿】")]
        assert feed.bozo == 0 and len(feed.entries) - len(notices) == len(sound) and len(notices) == 1


def test_every_account_has_a_package_to_post(shown: tuple[Path, dict[str, Any]]) -> None:
    folder, report = shown
    for story in report["stories"]:
        exported = folder / "export" / story["slug"]
        if story["state"] == "held":
            assert not exported.exists()
            assert Path(story["cleaned"]).is_file()
            continue
        units = [path for path in exported.iterdir() if path.name != "story"]
        assert len(units) == 21
        for unit in units:
            names = {path.name for path in unit.iterdir()}
            assert {"weibo.json", "toutiao.html", "toutiao.json"} <= names
            # What the platform refused is nobody's to post by hand: aba has one package less.
            assert {"wechat.html", "wechat.json"} <= names or unit.name == "aba"
            if story["slug"] == "lhaaso-haizishan":
                assert {"clip.mp4", "clip.srt", "clip.vtt", "cover.jpg"} <= names


def test_a_reprint_carries_its_source_everywhere(shown: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = shown
    out = folder / "export" / "reprint" / "ganzi"
    page = (folder / "sites" / "ganzi" / "s" / "reprint.html").read_text(encoding="utf-8")
    texts = [page, *((out / name).read_text(encoding="utf-8") for name in ("wechat.html", "toutiao.html"))]
    for text in texts:
        assert "原载报刊待核实，第3328期，第1版" in text and "本报记者 李四" in text
    assert "报刊稿件" in json.loads((out / "weibo.json").read_text(encoding="utf-8"))["text"]


def test_a_source_that_is_there_is_left_alone() -> None:
    own = "---\nheadline: 题\nsource: {outlet: 四川科技报}\n---\n\n正文\n"
    assert with_source(own) == own
    assert with_source("没有稿头\n") == "没有稿头\n"


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "请用 --dir 另选" in done.stdout.replace("\n", "")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
