"""今日头条: a plain article handed over to be published in the console; there is no open interface."""

from channels.toutiao.channel import Toutiao, channel

__all__ = ["Toutiao", "channel"]
