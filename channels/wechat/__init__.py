"""微信公众号: articles in inline HTML, checked by dated limits, handed over as a package to post by hand."""

from channels.wechat.channel import WeChat, channel

__all__ = ["WeChat", "channel"]
