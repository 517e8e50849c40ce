"""Every clean-up rule has an article that trips it: what is met, what is kept, at which step, and once for all."""

import pytest

from channels.wechat.cleaning import CLEANINGS, RULES
from tests.wechat import survives

STEP = {one.key.removeprefix("wechat.clean."): one.step for one in RULES}
NS = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'


def meets(rule: str, html: str, kept: str, times: int = 1) -> None:
    """``html`` trips ``rule`` alone at its step and becomes ``kept``; before that step nothing is touched."""
    cleaned = CLEANINGS[STEP[rule]](html)
    assert [one.rule for one in cleaned.changes] == [f"wechat.clean.{rule}"] * times
    assert cleaned.html == kept
    assert all(one.met for one in cleaned.changes)
    again = CLEANINGS[STEP[rule]](kept)
    assert again.html is kept and again.changes == ()
    if STEP[rule] == "console":
        assert CLEANINGS["draft"](html).html is html
        assert survives.stripped(html) != []


def styled(rule: str, *declared: str) -> None:
    """Each declaration goes alone, its neighbours stay."""
    for one in declared:
        meets(rule, f'<p style="color:#111111;{one};margin:0">文</p>', '<p style="color:#111111;margin:0">文</p>')
        meets(rule, f'<p style="{one}">文</p>', "<p>文</p>")


def test_a_script_goes_whole() -> None:
    meets("script", "<p>前</p><SCRIPT src=x>if (a<b) '</p>'</script ><p>后</p>", "<p>前</p><p>后</p>")
    meets("script", "<p>前</p><script>没有完", "<p>前</p>")


def test_handlers_go() -> None:
    meets("handler", '<p onclick="x()" ONload=y style="margin:0">文</p>', '<p style="margin:0">文</p>', 2)


def test_script_addresses_go() -> None:
    meets("script_address", '<blockquote cite=" java&#10;script:x">文</blockquote>', "<blockquote>文</blockquote>")


def test_style_sheets_go_whole() -> None:
    meets("sheet", "<style>p{color:red}</style><p>文</p><link rel=stylesheet href=x>", "<p>文</p>", 2)


def test_embeds_go_whole() -> None:
    meets("embed", "<p>文</p><iframe src=x><p>a</p></iframe><video><source src=x>看不了</video>尾", "<p>文</p>尾", 2)
    meets("embed", "<mp-common-profile>名片</mp-common-profile>尾", "尾")
    meets("embed", "<object><object>里</object>外</object>尾", "尾")


def test_fields_go_whole() -> None:
    meets("field", "<p>名<input value=x>字<select><option>一</select></p>", "<p>名字</p>", 2)


def test_forms_leave_their_words() -> None:
    meets("form", "<form><label>姓名</label><button>提交</button></form>", "姓名提交", 3)


def test_a_picture_from_elsewhere_goes() -> None:
    kept = '<img src="http://mmbiz.qpic.cn/a/0?wx_fmt=png" alt="图"><img src="\x02pic-1\x03" alt="图">'
    meets("picture", f'{kept}<img src="https://e.cn/mmbiz.qpic.cn/a.png">', kept)
    meets("picture", "<p>文<img></p>", "<p>文</p>")


def test_anchors_leave_their_words() -> None:
    meets("anchor", '<p><a href="#n1">注</a><a>空</a></p>', "<p>注空</p>", 2)


def test_outside_links_leave_their_words() -> None:
    kept = '<a href="https://mp.weixin.qq.com/s/abc">往期</a><a href="https://mp.weixin.qq.com/s?__biz=1">旧</a>'
    meets("link", f'{kept}<a href="https://e.cn/"><strong>外</strong></a>', f"{kept}<strong>外</strong>")
    meets("link", '<a href="https://mp.weixin.qq.com.e.cn/s/a">像</a>', "像")
    meets("link", '<a href="https://mp.weixin.qq.com/mp/profile">主页</a>', "主页")


def test_ids_go() -> None:
    meets("id", '<section id="a"><p id=b>文</p></section>', "<section><p>文</p></section>", 2)


def test_classes_go() -> None:
    meets("class", '<p class="lead" style="margin:0">文</p>', '<p style="margin:0">文</p>')


def test_data_attributes_go() -> None:
    meets("data", '<p data-tools="x" contenteditable="false">文</p>', "<p>文</p>", 2)


def test_positions_go() -> None:
    styled("position", "position:absolute", "position: fixed", "POSITION:sticky")


def test_a_grid_goes() -> None:
    styled("grid", "display:grid", "display:inline-grid")


def test_variables_go() -> None:
    styled("variable", "color:var(--ink)", "--ink:#111111")


def test_effects_go() -> None:
    styled("effect", "transition:color 1s", "animation-name:a", "filter:blur(1px)", "clip-path:circle(1px)")
    styled("effect", "mask:none", "mix-blend-mode:multiply", "-webkit-backdrop-filter:blur(1px)")


def test_at_rules_go() -> None:
    styled("at_rule", "@media print{color:#222222}", "a::before{color:#222222}")


def test_remarks_and_broken_tags_go() -> None:
    meets("remark", "<p>前</p><!-- 批注 --><!DOCTYPE html><?xml ?><![CDATA[x]]><p>后</p>", "<p>前</p><p>后</p>", 4)
    meets("remark", '<p>前</p><p style="没有完', "<p>前</p>")
    meets("remark", "<p>前</p><!-- 没有完", "<p>前</p>")


def test_divisions_become_sections() -> None:
    kept = '<section style="margin:0"><section>文</section></section>'
    meets("division", '<div style="margin:0"><div>文</div></div>', kept, 2)


def test_nested_lists_move_behind_their_entry() -> None:
    inner = "<ol><li>里<ul><li>最里</li></ul></li></ol>"
    meets(
        "nested",
        f"<ul><li>外{inner}</li><li>末</li></ul>",
        "<ul><li>外</li><ol><li>里</li><ul><li>最里</li></ul></ol><li>末</li></ul>",
        2,
    )
    meets("nested", "<ul><li>外<ul><li>里", "<ul><li>外</li><ul><li>里</ul>")


def test_placing_goes() -> None:
    styled("placed", "position:relative", "z-index:2", "top:1em", "left:0")


def test_flex_goes() -> None:
    styled("flex", "display:flex", "display:inline-flex", "display:contents")


def test_floats_go() -> None:
    styled("float", "float:left", "clear:both")


def test_transforms_go() -> None:
    styled("transform", "transform:translateY(2px)", "-webkit-transform:rotate(1deg)", "rotate:3deg")


def test_colours_other_than_hex_go() -> None:
    styled("colour", "background-color:rgba(0,0,0,.5)", "color:hsl(1 2% 3%)", "border:1px solid oklch(1 0 0)")


def test_important_goes() -> None:
    styled("important", "padding:0 !important", "padding:0 ! IMPORTANT")


def test_grounds_from_elsewhere_go() -> None:
    own = '<section><p style="background-image:url(http://mmbiz.qpic.cn/a)">文</p></section>'
    assert CLEANINGS["console"](own).html is own
    for address in ("https://e.cn/a.png", "'http://mmbiz.qpic.cn/a'"):
        meets(
            "ground", f'<section><p style="background:url({address})">文</p></section>', "<section><p>文</p></section>"
        )


def test_the_outermost_ground_goes() -> None:
    meets(
        "outer_ground",
        '<section style="background-image:url(http://mmbiz.qpic.cn/a)">文</section>',
        "<section>文</section>",
    )


def test_viewport_units_go() -> None:
    styled("viewport", "width:100vw", "height:50vh", "margin:2dvh 0")


def test_picture_sizes_go() -> None:
    meets("picture_size", '<img src="\x02p\x03" width="9" height=9 alt="图">', '<img src="\x02p\x03" alt="图">', 2)


def test_drawings_without_a_size_go() -> None:
    kept = f'<svg {NS}><path d="M0 0"/></svg>'
    meets("drawing", f'<p>{kept}<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1"/></svg></p>', f"<p>{kept}</p>")
    meets("drawing", '<p>文<svg viewBox="0 0 1 1"><svg/></svg></p>', "<p>文</p>")


def test_definitions_in_drawings_go() -> None:
    inside = '<defs><linearGradient/></defs><use/><clipPath><path d="M1 1"/></clipPath>'
    meets("definition", f'<svg {NS}>{inside}<path d="M0 0"/></svg>', f'<svg {NS}><path d="M0 0"/></svg>', 3)


def test_references_in_drawings_go() -> None:
    meets("reference", f'<svg {NS}><rect fill="url(#g)" xlink:href="#a"/></svg>', f"<svg {NS}><rect/></svg>", 2)


def test_strange_motions_go() -> None:
    for bad in (
        '<animate attributeName="stroke" to="#111111"/>',
        '<set attributeName="opacity" to="0"></set>',
        '<animateTransform attributeName="transform" type="matrix"/>',
    ):
        meets("motion", f"<svg {NS}>{bad}</svg>", f"<svg {NS}></svg>")
    fine = '<animate attributeName="opacity" dur="1s"/><animateTransform attributeName="transform" type="skewX"/>'
    kept = f'<svg {NS}>{fine}<set attributeName="visibility" to="hidden"/><animateMotion path="M0 0"/></svg>'
    assert CLEANINGS["console"](kept).html is kept


def test_foreign_content_needs_a_section() -> None:
    kept = f'<svg {NS}><foreignObject><section xmlns="http://www.w3.org/1999/xhtml">文</section></foreignObject></svg>'
    assert CLEANINGS["console"](kept).html is kept
    meets("foreign", f"<svg {NS}><foreignObject><p>文</p></foreignObject></svg>", f"<svg {NS}></svg>")


def test_line_ends_in_listings_go() -> None:
    meets("break", "<pre>一\n二<span>三\n四</span></pre>", "<pre>一 二<span>三 四</span></pre>", 2)


def test_gaps_between_blocks_go() -> None:
    meets(
        "gap", "<section>\n  <p>一</p>\n<p>二 \n 三</p></section>\n", "<section><p>一</p><p>二 \n 三</p></section>", 3
    )


def test_strange_tags_leave_their_words() -> None:
    meets("tag", "<article><ruby>汉<rt>hàn</rt></ruby><x-card>卡</x-card></article>", "汉hàn卡", 4)


def test_strange_attributes_go() -> None:
    meets("attribute", '<p lang="bo" align=right>文</p><table border=1><td colspan="2">格</table>',
          '<p>文</p><table><td colspan="2">格</table>', 3)  # fmt: skip


def test_strange_properties_go() -> None:
    styled("property", "text-autospace:normal", "object-fit:cover", "writing-mode:vertical-rl", "c\\6flor:#222222")


@pytest.mark.parametrize("step", CLEANINGS)
def test_the_excerpt_shows_the_words_of_the_place(step: str) -> None:
    (change,) = CLEANINGS[step]('<p>前</p><p class="a"><strong>这里</strong>&amp;那里\x02k\x03</p>').changes
    assert (change.met, change.excerpt) == ("p[class]", "前 这里 &那里"[2:])


def test_words_that_only_look_like_tags_stay_words() -> None:
    html = "<p>a < b，1<2，</p><p>&lt;script&gt; &amp; 文</p>"
    assert CLEANINGS["console"](html).html is html
    assert CLEANINGS["console"]("<p>a<<b id=x>c</p>").html == "<p>a&lt;<b>c</p>"
    assert CLEANINGS["console"]("<xmp><script>x</script></xmp>").html == "&lt;script&gt;x&lt;/script&gt;"


def test_the_console_takes_all_the_draft_takes() -> None:
    assert set(CLEANINGS["draft"].rules) < set(CLEANINGS["console"].rules)
    assert list(CLEANINGS) == ["draft", "console"]
