"""The matrix file: what it gives, and one clear sentence for everything that can be wrong with it."""

from pathlib import Path

import pytest

import themes
from cms.matrix import MatrixError, built_in, load_matrix

CORPUS = Path(__file__).resolve().parents[3] / "../shared/corpus/matrix.yaml"

GOOD = """\
provinces:
  - name: 四川省
    slug: sichuan
    code: "510000"
    contact: 省科技厅
    divisions:
      - name: 成都市
        short: 成都
        slug: chengdu
        code: "510100"
        kind: 地级市
        contact: 028-12345
        site_url: https://kx.chengdu.example/
        accounts: {wechat: {name: 蓉城科技, remark: 重点}}
        districts:
          - name: 武侯区
            short: 武侯
            slug: wuhou
            code: "510107"
            kind: 市辖区
            districts:
              - {name: 浆洗街街道, short: 浆洗街, slug: jiangxijie, code: "510107001", kind: 街道}
          - {name: 青羊区, short: 青羊, slug: qingyang, code: "510105", kind: 市辖区}
      - {name: 自贡市, short: 自贡, slug: zigong, code: "510300", kind: 地级市,
         accounts: {wechat: {name: 盐都科技, remark: 重点}}}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "matrix.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_file_names_the_province_and_its_21_cities() -> None:
    matrix = load_matrix(built_in())
    leaves = [unit for unit in matrix.units if unit.is_leaf]
    assert matrix.units[0].slug == "sichuan"
    assert (matrix.units[0].short, matrix.units[0].parent) == ("四川", "")
    assert len(leaves) == len({unit.code for unit in leaves}) == 21
    assert all(unit.path == ("sichuan", unit.slug) and unit.code.startswith("51") for unit in leaves)
    assert [unit.short for unit in leaves[-3:]] == ["阿坝州", "甘孜州", "凉山州"]


@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus beside the checkout")
def test_the_corpus_file_gives_the_same_units_and_another_province() -> None:
    assert load_matrix(CORPUS).units == load_matrix(built_in()).units
    steppe = load_matrix(CORPUS, "neimenggu")
    assert (steppe.units[0].short, len(steppe.units)) == ("内蒙古", 15)
    assert {unit.theme for unit in steppe.units} == {"base"}


def test_a_profile_says_all_a_renderer_needs() -> None:
    matrix = load_matrix(built_in())
    chengdu = matrix.profiles(["wechat"], ["chengdu"])[0]
    assert (chengdu.account, chengdu.name, chengdu.unit_path) == (
        "wechat:chengdu",
        "成都科技",
        ("sichuan", "chengdu"),
    )
    assert chengdu.site_url == "https://chengdu.sichuan.example"
    assert chengdu.theme == "chengdu"
    assert matrix.profiles(["site"], ["aba"], "http://127.0.0.1:8000/")[0].site_url == "http://127.0.0.1:8000/aba"
    assert [one.account for one in matrix.profiles(["site", "feed"])][:3] == [
        "site:chengdu",
        "feed:chengdu",
        "site:zigong",
    ]
    assert len(matrix.profiles(["site", "feed", "wechat"], ["sichuan"])) == 63


def test_districts_nest_to_any_depth_and_only_the_ends_hold_accounts(tmp_path: Path) -> None:
    matrix = load_matrix(written(tmp_path, GOOD))
    assert [unit.slug for unit in matrix.units] == [
        "sichuan",
        "chengdu",
        "wuhou",
        "jiangxijie",
        "qingyang",
        "zigong",
    ]
    below = matrix.profiles(["wechat"], ["chengdu"])
    assert [one.unit for one in below] == ["jiangxijie", "qingyang"]
    assert below[0].unit_path == ("sichuan", "chengdu", "wuhou", "jiangxijie")
    assert below[0].theme == "chengdu"


def test_what_a_unit_states_wins_over_the_defaults(tmp_path: Path) -> None:
    matrix = load_matrix(written(tmp_path, GOOD))
    zigong = matrix.profiles(["wechat", "site"], ["zigong"])
    assert [one.name for one in zigong] == ["盐都科技", "自贡科技"]
    assert zigong[0].settings == (("remark", "重点"),)
    chengdu = matrix.units[1]
    assert (chengdu.contact, chengdu.site_url) == ("028-12345", "https://kx.chengdu.example")


def test_an_unknown_unit_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(MatrixError, match=r"没有单位“beijing”，可用的有：sichuan、chengdu"):
        load_matrix(written(tmp_path, GOOD)).profiles(["site"], ["beijing"])


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("        short: 成都\n", "", 7, "缺少“short”"),
        ("        kind: 地级市\n", "", 7, "缺少“kind”"),
        ("    slug: sichuan\n", "", 2, "缺少“slug”"),
        ("name: 青羊区", 'name: ""', 23, "缺少“name”"),
        ("slug: zigong", "slug: wuhou", 24, "代号“wuhou”与第 16 行重复"),
        ("slug: zigong", "slug: Zi Gong", 24, "代号“Zi Gong”不合规"),
        ('code: "510300"', "code: 510300", 24, "“code”应是文字，请给 510300 加上引号"),
        ("slug: chengdu\n", "slug: chengdu\n        slug: again\n", 10, "“slug”写了两次"),
        ("        contact: 028", "        contract: 028", 7, "不认识“contract”"),
        ("https://kx.chengdu.example/", "kx.chengdu.example", 7, "网址“kx.chengdu.example”不合规"),
        ("divisions:", "divisons:", 2, "缺少“divisions”"),
        ("{wechat: {name: 盐都科技, remark: 重点}}", "{wechat: 盐都}", 25, "键: 值"),
        ("provinces:\n", "provinces: [\n", 2, "不是合格的 YAML"),
        (GOOD, "- 一\n", 1, "键: 值"),
        (GOOD, "", 1, "键: 值"),
        (GOOD, "provinces:\n", 1, "缺少“provinces”"),
        (GOOD, "provinces: [一]\n", 1, "键: 值"),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(MatrixError) as told:
        load_matrix(path)
    assert str(told.value).startswith(f"{path}:{line}：")
    assert sentence in str(told.value)


def test_an_unknown_province_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(MatrixError, match="没有省份“yunnan”，可用的有：sichuan"):
        load_matrix(written(tmp_path, GOOD), "yunnan")


def test_a_missing_file_and_one_that_is_not_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(MatrixError, match="请检查文件是否存在"):
        load_matrix(tmp_path / "none.yaml")
    (tmp_path / "gbk.yaml").write_bytes("provinces: 四川".encode("gbk"))
    with pytest.raises(MatrixError, match="UTF-8"):
        load_matrix(tmp_path / "gbk.yaml")


def test_a_tag_that_would_run_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MatrixError, match="不是合格的 YAML"):
        load_matrix(written(tmp_path, "provinces: !!python/object/apply:os.system ['true']\n"))


# --------------------------------------------------------------------------- themes of accounts

STATED = """\
        accounts:
          wechat:
            name: 蓉城科技
            theme.accent: "#7A1F5C"
            theme.divider: dots
"""


def themed(tmp_path: Path, old: str = "", new: str = "") -> Path:
    """GOOD without districts below 成都, whose 公众号 has tokens of its own from line 15 on."""
    head, _, rest = GOOD.partition("        accounts: {wechat: {name: 蓉城科技, remark: 重点}}\n")
    stated = STATED.replace(old, new) if old else STATED
    return written(tmp_path, head + stated + rest[rest.index("      - {name: 自贡市") :])


def test_an_account_may_change_tokens_of_its_brand_and_only_its_own(tmp_path: Path) -> None:
    matrix = load_matrix(themed(tmp_path))
    wechat, site = matrix.profiles(["wechat", "site"], ["chengdu"])
    assert wechat.own_tokens == (("accent", "#7A1F5C"), ("divider", "dots"))
    assert (wechat.theme, site.theme, site.own_tokens) == ("chengdu", "chengdu", ())
    worn = themes.load(wechat.theme, wechat.own_tokens).worn("column")
    assert (worn.token("accent"), worn.token("divider"), worn.token("quote")) == ("#7A1F5C", "dots", "corner")
    assert themes.load(site.theme, site.own_tokens).token("accent") == "#846500"


def test_an_account_with_a_masthead_of_its_own_is_called_by_it(tmp_path: Path) -> None:
    path = themed(tmp_path, "            name: 蓉城科技\n", "            theme.masthead: 蓉城新知\n")
    assert [one.name for one in load_matrix(path).profiles(["wechat", "site"], ["chengdu"])] == ["蓉城新知", "成都科技"]


def test_a_pale_accent_of_an_account_is_darkened_and_told(tmp_path: Path) -> None:
    profile = load_matrix(themed(tmp_path, "#7A1F5C", "#F2B33D")).profiles(["wechat"], ["chengdu"])[0]
    assert "1.75:1" in themes.load(profile.theme, profile.own_tokens).token("accent_note")


def test_a_county_without_a_brand_wears_its_prefectures(tmp_path: Path) -> None:
    below = load_matrix(written(tmp_path, GOOD)).profiles(["site"], ["wuhou"])[0]
    assert (below.unit, themes.load(below.theme).token("masthead")) == ("jiangxijie", "成都科技")


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        (
            "theme.divider: dots",
            "theme.divider: stars",
            18,
            "分隔线样式 divider 写成了“stars”，可用：dots、bars、diamond",
        ),
        ("theme.divider: dots", "theme.glitter: gold", 18, "不认识“glitter”"),
        ("theme.divider: dots", "theme.look: news", 18, "版式 look 由稿件决定"),
        (
            "theme.divider: dots",
            'theme.ink: "#999999"',
            18,
            "正文色 ink #999999 在纸色 paper #FAF8F3 上的对比度只有 2.68:1",
        ),
        ("theme.divider: dots", 'theme.serif: "Song;}"', 18, "请只写字体名"),
        ("theme.divider: dots", "theme.radius: 4", 16, "应是文字，请给 4 加上引号"),
        ('"#7A1F5C"', '"purple"', 17, "六位十六进制"),
        ("name: 蓉城科技", "theme: chendu", 16, "没有主题“chendu”，可用的有：base、aba"),
    ],
)
def test_a_token_that_cannot_be_worn_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, sentence: str
) -> None:
    path = themed(tmp_path, old, new)
    with pytest.raises(MatrixError) as told:
        load_matrix(path)
    assert str(told.value).startswith(f"{path}:{line}：") and sentence in str(told.value)


def test_tokens_that_only_work_together_are_taken_together(tmp_path: Path) -> None:
    together = """theme.surface: "#E4E0D6"\n            theme.edge: "#6B716D\""""
    load_matrix(themed(tmp_path, "theme.divider: dots", together))
    with pytest.raises(MatrixError, match=r":18：.*卡片底色 surface #E4E0D6"):
        load_matrix(themed(tmp_path, "theme.divider: dots", 'theme.surface: "#E4E0D6"'))


def test_a_unit_cannot_name_a_brand_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("        contact: 028-12345\n", "        theme: chendu\n"))
    with pytest.raises(MatrixError, match=r":12：没有主题“chendu”"):
        load_matrix(path)
