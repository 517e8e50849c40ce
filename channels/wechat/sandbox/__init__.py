"""The 公众号 sandbox: the wire of the publish interfaces as the documents and clients describe it.

    base         accounts, settings, refusals, quotas, work that falls due by itself
    tokens       token and stable_token            media        uploadimg, add_material
    drafts       draft/* and the console's save    jobs         what a publication and a push have in common
    freepublish  发布                               mass         群发
    callbacks    signed events over HTTP           comments     留言
    datacube     statistics

Each part stands on the one before; the rules and their confidence are in platforms/wechat.md, by section.
"""

from functools import partial

from channels.making.sandbox.wire import Action
from channels.wechat.sandbox.datacube import DataCube


class WeChatSandbox(DataCube):
    """公众号: every part together."""

    def actions(self) -> list[Action]:
        """What a person could do in the platform's own console: save or publish a draft by hand, confirm a push."""
        found: list[Action] = []
        for appid, name in self.book.things(self.platform, "name").items():
            for media, held in self.book.things(self.platform, f"draft:{appid}").items():
                titled = f"“{held['articles'][0]['title']}”"
                save, publish = partial(self.console_save, name, media), partial(self.publish_by_hand, appid, media)
                found.append(Action(f"save {media}", f"{name}：在后台重新保存草稿{titled}", save))
                found.append(Action(f"publish {media}", f"{name}：在后台手工发布草稿{titled}", publish))
        return found + super().actions()


__all__ = ["WeChatSandbox"]
