"""视频号: a clip handed to a person who posts it; the platform has no interface for publishing videos."""

from channels.shipinhao.channel import channel

__all__ = ["channel"]
