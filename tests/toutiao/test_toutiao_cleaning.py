"""Every rule of Toutiao's clean-up has an article that trips it."""

from channels.toutiao.cleaning import CLEANINGS

clean = CLEANINGS["draft"]


def meets(rule: str, html: str, kept: str, times: int = 1) -> None:
    cleaned = clean(html)
    assert [one.rule for one in cleaned.changes] == [f"toutiao.clean.{rule}"] * times
    assert cleaned.html == kept and clean(kept).html is kept


def test_active_elements_go_whole() -> None:
    meets("active", "<script>x</script><style>p{}</style><p>文<svg><path/></svg></p><video>看</video>", "<p>文</p>", 4)


def test_a_picture_from_elsewhere_goes() -> None:
    kept = '<img src="\x02pic-1\x03" alt="图"><img src="https://p3.toutiaoimg.com/a" web_uri="a" img_width="9">'
    meets("picture", kept + '<img src="https://e.cn/a.png">', kept)
    meets("picture", '<img src="https://p3.toutiaoimg.com/a" alt="没有 web_uri">', "")


def test_links_leave_their_words() -> None:
    meets("link", '<p><a href="https://e.cn">外<strong>粗</strong></a></p>', "<p>外<strong>粗</strong></p>")


def test_boxes_become_paragraphs() -> None:
    meets("box", "<div>一</div><h4>二</h4><pre>三</pre>", "<p>一</p><p>二</p><p>三</p>", 3)


def test_strange_tags_leave_their_words() -> None:
    meets("tag", "<p>10<sup>2</sup><u>下</u></p>", "<p>102下</p>", 2)


def test_styles_go() -> None:
    meets("style", '<p style="color:#111111">文</p>', "<p>文</p>")


def test_strange_attributes_go() -> None:
    meets("attribute", '<p class="a" onclick=x>文</p><img src="\x02p\x03" alt="" width=9>',
          '<p>文</p><img src="\x02p\x03" alt="">', 3)  # fmt: skip


def test_nested_lists_move_behind_their_entry() -> None:
    meets("nested", "<ul><li>外<ul><li>里</li></ul></li></ul>", "<ul><li>外</li><ul><li>里</li></ul></ul>")


def test_remarks_and_broken_tags_go() -> None:
    meets("remark", "<p>文</p><!-- 批注 --><p 没有完", "<p>文</p>", 2)
