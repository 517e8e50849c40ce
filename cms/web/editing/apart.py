"""单独编辑 at the desk: a channel cut loose, its own text written, brought level with the main one, tied again."""

from collections.abc import Mapping
from typing import Any

from flask import abort

from channels import registry
from channels.rendering import text_of
from cms.db import read_scope
from cms.stories import OwnText, own_texts, story_named
from cms.web.desk import Desk
from cms.web.entrance import scope
from cms.web.preview import Written


def own_of(desk: Desk, slug: str) -> Mapping[str, OwnText]:
    """The channels of a story that do not follow its main text, for whoever may see it."""
    if not slug or not desk.is_theirs(slug, scope()):
        return {}
    with read_scope(desk.people.engine) as session:
        story = story_named(session, slug)
        return own_texts(session, story) if story else {}


def can_be_cut(channel: str) -> bool:
    """Whether this channel may have a text of its own."""
    return channel in registry.all_channels() and text_of(channel) == channel


def written_of(desk: Desk, asked: Mapping[str, Any]) -> Written:
    """What the page sent, among the story's texts as they are kept; 404 for a channel that follows the main one."""
    slug, channel = asked.get("slug", ""), asked.get("channel", "")
    held = own_of(desk, slug)
    own = {name: one.text for name, one in held.items()}
    if not channel:
        return Written(asked["text"], own)
    if channel not in own:
        abort(404)
    return Written(held[channel].main, {**own, channel: asked["text"]}, channel)
