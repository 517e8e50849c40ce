"""The 公众号 sandbox: the wire of the publish interfaces as the documents and clients describe it.

    base         accounts, settings, refusals, quotas, work that falls due by itself
    tokens       token and stable_token            media        uploadimg, add_material
    drafts       draft/* and the console's save    jobs         what a publication and a push have in common
    freepublish  发布                               mass         群发
    callbacks    signed events over HTTP           comments     留言
    datacube     statistics

Each part stands on the one before; the rules and their confidence are in platforms/wechat.md, by section.
"""

from difflib import SequenceMatcher
from functools import partial

from channels.making.sandbox.book import Post
from channels.making.sandbox.wire import Action
from channels.wechat.sandbox.datacube import DataCube

SMALL = 20  # characters a person may change, once, in the body alone: what editors tell (channels/wechat/mends.py)


class WeChatSandbox(DataCube):
    """公众号: every part together."""

    def refuses_edit(self, post: Post, title: str, body: str) -> str:
        """The console's 修改 of what is out."""
        if title != post.title:
            return "标题发布后不能修改。"
        if self.edits(post):
            return "每篇只能修改一次。"
        steps = SequenceMatcher(None, post.body, body, autojunk=False).get_opcodes()
        changed = sum(max(upto - at, other - to) for what, at, upto, to, other in steps if what != "equal")
        return f"最多修改 {SMALL} 字，这次改了 {changed} 字。" if changed > SMALL else ""

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
