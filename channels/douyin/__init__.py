"""抖音: a clip with its words, sent by the open platform's interface, or handed to a person who posts it."""

from channels.douyin.channel import channel

__all__ = ["channel"]
