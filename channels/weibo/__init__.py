"""新浪微博: one short post with a link and a picture, by its interface or handed over to a person."""

from channels.weibo.channel import Weibo, channel

__all__ = ["Weibo", "channel"]
