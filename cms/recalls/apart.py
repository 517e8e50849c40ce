"""单独编辑 and corrections: a channel with a text of its own has to be corrected in that text; nobody else does it."""

from sqlmodel import Session

from channels import registry
from channels.rendering import text_of
from channels.values import CorrectionNotice
from cms.manuscript.rewriting import told
from cms.manuscript.variants import OWN, cut
from cms.recalls.drafting import places
from cms.recalls.replacing import choices_of
from cms.releases import Delivery, Recall
from cms.stories import Revision, Story, texts_of


def uncorrected(session: Session, recall: Recall) -> list[str]:
    """The titles of the channels whose copies keep what they said: the main text was corrected, their own was not."""
    if recall.kind != "correction" or recall.revision_id is None:
        return []
    story = session.get_one(Story, recall.origin_id)
    revision = session.get_one(Revision, recall.revision_id)
    own = texts_of(session, story, revision.id)
    found = []
    for _, delivery, account in places(session, recall) if own else ():
        channel = text_of(account.channel)
        if channel in own and channel not in found:
            was = _carried(session, story, delivery)
            if was is not None and _is_left(session, story, was, revision, channel):
                found.append(channel)
    return [registry.get(one).title for one in found]


def apart_words(session: Session, recall: Recall) -> list[str]:
    """What a person should know of them before the decision."""
    return [
        f"{title}用的是单独版本，这次没有改到：同样的错要在它的单独版本里也改好、保存，再下更正；没有这个错就不用管。"
        for title in uncorrected(session, recall)
    ]


def _carried(session: Session, story: Story, delivery: Delivery) -> Revision | None:
    """The revision of the story that a delivery carries."""
    return next((revision for one, revision in choices_of(session, delivery) if one.id == story.id), None)


def _is_left(session: Session, story: Story, was: Revision, now: Revision, channel: str) -> bool:
    """Whether the main text says something else, and the channel's own does not."""
    before = texts_of(session, story, was.id).get(channel)
    old = before.text if before else cut(was.text, channel)
    own = texts_of(session, story, now.id)[channel].text
    return _said(was.text) != _said(now.text) and _said(old) == _said(own)


def _said(text: str) -> tuple[object, ...]:
    """What a text says to readers, but for the mark of a correction."""
    now = told(text)
    front = tuple(getattr(now.front, name) for name in OWN)
    return (front, *(one for one in now.blocks if not isinstance(one, CorrectionNotice)))
