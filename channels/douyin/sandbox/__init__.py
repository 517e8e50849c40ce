"""抖音开放平台的沙箱: tokens, uploads, works under review, webhooks, as douyin.md tells them."""

from channels.douyin.sandbox.platform import DouyinSandbox

__all__ = ["DouyinSandbox"]
