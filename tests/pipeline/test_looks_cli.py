"""`yigao compare`, `yigao limits` and the losses `yigao render` tells."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from channels import registry
from channels.values import Loss, Rendition
from cms.matrix import built_in, load_matrix
from pipeline import limits_table, loss_report, proof
from pipeline.proof import Proof
from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import matrix, yigao

__all__ = ["matrix"]
DAY = "2026-11-22"
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

# --- compare


def test_compare_tells_every_reason(tmp_path: Path, matrix: Path) -> None:
    story = write_story(tmp_path)
    code, out, _ = yigao("compare", story, "wechat:chengdu", "wechat:ganzi", "--matrix", matrix)
    assert code == 0 and "都有原因：" in out
    for reason in ("地区块", "品牌", "单位名", "本单位链接"):
        assert reason in out
    _, out, _ = yigao("compare", story, "wechat:chengdu", "wechat:ganzi", "--matrix", matrix, "--json")
    report = json.loads(out)
    assert report["undeclared"] == 0
    assert any("只有甘孜读者" in one["other"] for one in report["differences"] if one["reason"] == "地区块")


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        (("wechat:chengdu", "weibo:ganzi"), "不在同一个渠道"),
        (("wechat:chengdu", "wechat:nowhere"), "没有单位“nowhere”"),
        (("wechat:chengdu", "wechat:sichuan"), "不是一个账号"),
        (("paper:chengdu", "wechat:ganzi"), "没有渠道“paper”"),
    ],
)
def test_compare_says_what_is_wrong_with_an_account(
    tmp_path: Path, matrix: Path, accounts: tuple[str, str], words: str
) -> None:
    code, _, err = yigao("compare", write_story(tmp_path), *accounts, "--matrix", matrix)
    assert code == 1 and words in err


# --- limits


@pytest.mark.parametrize("channel", sorted(registry.all_channels()))
def test_every_limit_and_rule_of_a_channel_is_shown_and_fits(channel: str) -> None:
    code, out, _ = yigao("limits", channel, "--on", DAY)
    own = registry.get(channel)
    assert code == 0
    assert max(cell_len(line.rstrip()) for line in out.splitlines()) <= 100
    flat = re.sub(r"\s+", "", out)
    for one in (*own.limits, *own.cleaning_rules, *own.mends):
        assert one.key.removeprefix(f"{channel}.") in flat
        assert one.source.replace(" ", "") in flat
    for limit in own.limits:
        assert f"{limit.value:,}" in out


def test_limits_as_json_keep_every_field_in_order() -> None:
    _, out, _ = yigao("limits", "wechat", "--on", DAY, "--json")
    (report,) = json.loads(out)
    keys = [(one["key"], one["read_on"]) for one in report["limits"]]
    assert keys == sorted(keys) and len(keys) == len(registry.get("wechat").limits)
    title = next(one for one in report["limits"] if one["key"] == "wechat.title.long")
    assert (title["value"], title["unit"], title["in_force"], title["stale"]) == (64, "字", True, False)
    steps = [one["step"] for one in report["cleaning_rules"]]
    order = list(dict.fromkeys(steps))
    assert steps == sorted(steps, key=order.index) and order in (["draft", "console"], ["draft"], [])


@pytest.mark.keeps("order")
def test_limits_tell_what_can_be_done_about_what_is_out() -> None:
    _, out, _ = yigao("limits", "wechat", "--on", DAY)
    flat = re.sub(r"\s+", "", out)
    assert "发出后能做什么" in flat and flat.index("push_reissue") < flat.index("push_withdraw")
    for words in ("只限群发", "人工到后台处理：", "标题、封面和图片改不了"):
        assert words in flat
    rule = next(one for one in registry.get("wechat").mends if one.key == "wechat.withdraw")
    assert limits_table.costs(registry.get("wechat"), rule) == "删除 1 次（每天 10 次）"
    assert limits_table.bounds(rule) == "只限发布（不推送）"
    (report,) = json.loads(yigao("limits", "toutiao", "--on", DAY, "--json")[1])
    edit = report["mends"][0]
    assert (edit["key"], edit["within_days"], edit["stale"]) == ("toutiao.edit", 14, False)


def test_without_a_channel_there_is_a_line_for_each() -> None:
    _, out, _ = yigao("limits", "--on", DAY)
    for name, own in registry.all_channels().items():
        assert re.search(rf"{own.title}\s+{name}\s+\d+", out)


def test_an_old_reading_is_warned_about_from_the_181st_day() -> None:
    read = date.fromisoformat("2026-11-22")
    assert not limits_table.is_stale("2026-11-22", date(2027, 5, 21)) and (date(2027, 5, 21) - read).days == 180
    assert limits_table.is_stale("2026-11-22", date(2027, 5, 22))
    code, out, err = yigao("limits", "feed", "--on", "2027-05-22")
    assert code == 0 and "超过 180 天" in err and "（过期）" in out
    assert "超过" not in yigao("limits", "feed", "--on", "2027-05-21")[2]


def test_a_wrong_day_or_channel_is_told() -> None:
    assert "看不懂日期“明天”" in yigao("limits", "--on", "明天")[2]
    assert "没有渠道“paper”" in yigao("limits", "paper")[2]


# --- losses


def proofs(*losses: tuple[Loss, ...]) -> list[Proof]:
    profiles = load_matrix(built_in()).profiles(["weibo"])[: len(losses)]
    return [
        Proof(
            one,
            Rendition(channel="weibo", account=one.account, mime="text/plain", parts=(), renderer="r", losses=own),
            (),
        )
        for one, own in zip(profiles, losses, strict=True)
    ]


CUT = Loss(what="段落", reason="全文见链接", line=9, excerpt="后面", kind="dropped")
LOCAL = Loss(what="段落", reason="全文见链接", line=7, excerpt="本地", kind="dropped")
PLAIN = Loss(what="署名", reason="没有署名的位置")


def test_losses_are_told_once_a_channel_with_line_what_reason_and_excerpt() -> None:
    assert loss_report.report(proofs((CUT, PLAIN), (CUT, PLAIN))) == [
        "微博（2 个账号）　省略 1 处 · 改写 1 处",
        "  省略 1 处（段落）：全文见链接",
        "    第 9 行　段落　“后面”",
        "  改写 1 处（署名）：没有署名的位置",
        "    署名",
    ]


def test_a_loss_of_some_units_names_them_and_a_repeated_one_is_counted() -> None:
    lines = loss_report.report(proofs((CUT, CUT, LOCAL), (CUT, CUT)))
    assert "    第 7 行　段落　“本地”（只有成都）" in lines
    assert "    第 9 行　段落 × 2　“后面”" in lines
    assert "  省略 3 处（段落 3）：全文见链接" in lines


def test_a_channel_that_keeps_everything_says_so() -> None:
    assert loss_report.report(proofs(())) == ["微博（成都科技）　原样呈现"]


def test_render_tells_the_losses_and_json_keeps_them_all(tmp_path: Path, matrix: Path) -> None:
    story = write_story(tmp_path)
    arguments = ("render", story, "--matrix", matrix, "--out", tmp_path / "out", "--channel", "weibo")
    _, out, _ = yigao(*arguments)
    _, plain, _ = yigao(*arguments, "--json")
    lost = json.loads(plain)["losses"]
    assert out.startswith("微博（2 个账号）")
    assert {"weibo:chengdu", "weibo:ganzi"} == set(lost)
    for one in lost["weibo:ganzi"]:
        assert {"what", "reason", "line", "excerpt", "kind"} <= set(one)
        assert one["reason"] in out and (not one["line"] or f"第 {one['line']} 行" in out)
    assert "只有甘孜州" in out


def test_the_sample_is_told_on_every_channel() -> None:
    story = Path(proof.__file__).parent / "sample" / "lhaaso.md"
    pictures = proof.scratch()
    manuscript, _ = proof.read_story(story, ("chengdu", "ganzi", "mianyang", "aba", "liangshan"), pictures)
    assert manuscript is not None
    profiles = load_matrix(built_in()).profiles(proof.TEXT_CHANNELS, ["chengdu", "ganzi"])
    made = [proof.proof(manuscript, one, pictures, proof.due_of(manuscript, NOW)) for one in profiles]
    lines = loss_report.report(made)
    titles = {line.partition("（")[0] for line in lines if not line.startswith(" ")}
    assert titles == {registry.get(one).title for one in proof.TEXT_CHANNELS}
    said = "\n".join(lines)
    for one in made:
        for loss in one.rendition.losses if one.rendition else ():
            assert loss.reason in said and loss.excerpt in said
