"""Weibo's counter, row by row of the table it is written after."""

import pytest

from channels.weibo.count import count


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Test", 2),
        ("成都黑科技abc", 7),
        ("a", 1),
        ("汉", 1),
        ("汉a", 2),
        ("a\nb", 2),
        ("😀", 2),
        ("“”", 2),
        ("http://e.cn/a", 10),
        ("http://e.cn/" + "x" * 128, 10),
        ("http://e.cn/" + "x" * 129, 11),
        ("http://t.cn/abcdefg", 10),
        ("http://t.cn/a", 7),
        ("http://weibo.com/1/abc", 11),
        ("http://weibo.com/" + "x" * 24, 21),
        ("http://weibo.com/" + "x" * 25, 10),
        ("http://www.weibo.cn/" + "x" * 30, 10),
        ("http://notweibo.com/" + "x" * 4, 10),
        ("https://e.cn/", 10),
        ("https://e.cn/" + "x" * 27, 20),
        ("https://e.cn/" + "x" * 187, 100),
        ("http://e.cn/" + "x" * 148, 20),  # over 140 units each one more counts
        ("http://weibo.com/" + "x" * 124, 11),
        ("https://t.cn/a", 10),  # the table's counter knows http alone: the larger reading
        ("https://weibo.com/1", 10),
        ("https://weibo.com/" + "x" * 22, 20),
        ("http://t.cn/" + "x" * 188, 100),
        ("👩🏽‍🔬", 7),
        ("，。！", 3),
        ("　", 1),
        ("a b", 2),
        ("\n\n", 1),
        ("ftp://e.cn/aa", 7),
        ("看http://e.cn/a 吧", 13),
        ("http://e.cn/a，后面", 13),
    ],
)
def test_the_table(text: str, length: int) -> None:
    assert count(text) == length
