"""新浪微博: one short post with a link and a picture, handed over to be published by hand."""

from channels.weibo.channel import Weibo, channel

__all__ = ["Weibo", "channel"]
