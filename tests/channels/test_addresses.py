"""An address pasted for a copy: what is evidently somewhere else is refused in words, what nobody knows is not."""

import pytest

from channels.addresses import why_not


@pytest.mark.parametrize(
    ("address", "channel", "said"),
    [
        ("https://mp.weixin.qq.com/s/a", "toutiao", "微信公众号的地址，这一份发在今日头条"),
        ("https://m.weibo.cn/status/1", "wechat", "微博的地址，这一份发在微信公众号"),
        ("https://www.toutiao.com/article/1/", "weibo", "今日头条的地址"),
        ("https://TOUTIAO.com/1", "douyin", "今日头条的地址"),
        ("javascript:alert(1)", "wechat", "不是网址"),
        ("https://[::1", "wechat", "不是网址"),
        ("mp.weixin.qq.com/s/a", "wechat", "不是网址"),
    ],
)
def test_a_slip_is_seen(address: str, channel: str, said: str) -> None:
    assert said in why_not(address, channel)


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        ("https://mp.weixin.qq.com/s/a", "wechat"),
        ("http://t.cn/a", "weibo"),
        ("https://m.toutiao.com/i1/", "toutiao"),
        ("https://nottoutiao.com/i1/", "weibo"),
        ("https://v.example/a", "douyin"),
    ],
)
def test_what_may_be_right_is_taken(address: str, channel: str) -> None:
    assert not why_not(address, channel)
