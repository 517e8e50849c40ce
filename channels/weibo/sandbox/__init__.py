"""微博沙箱: a Weibo that keeps its written rules, counts calls, loses answers and shortens links."""

from channels.weibo.sandbox.platform import WeiboSandbox

__all__ = ["WeiboSandbox"]
