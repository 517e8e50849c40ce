"""The 公众号 sandbox: the wire of the publish interfaces as the documents and clients describe it.

    base         accounts, settings, refusals, quotas, work that falls due by itself
    tokens       token and stable_token            media        uploadimg, add_material
    drafts       draft/* and the console's save    jobs         what a publication and a push have in common
    freepublish  发布                               mass         群发
    callbacks    signed events over HTTP           comments     留言
    datacube     statistics

Each part stands on the one before; the rules and their confidence are in platforms/wechat.md, by section.
"""

from channels.wechat.sandbox.datacube import DataCube


class WeChatSandbox(DataCube):
    """公众号: every part together."""


__all__ = ["WeChatSandbox"]
