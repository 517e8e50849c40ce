"""Words a new story or block began with that nobody wrote over: they would go out as they stand."""

from collections.abc import Iterator

from channels.values import Finding
from cms.checks.passages import Passage, Reading
from cms.manuscript.skeletons import DIGEST, HEADLINE, PHRASES, START

RULE = "checks.text.skeleton"


def check(reading: Reading) -> Iterator[Finding]:
    """Each place where such words are left: what is unmistakable anywhere in a text, the others where they stand
    alone."""
    for passage in reading.passages:
        for words in _left(passage):
            at = passage.text.index(words)
            message = f"“{words}”是新稿或模板里的提示语，还没有换掉，请写上自己的话，或删去它。"
            yield passage.say("block", RULE, message, at, at + len(words))


def _left(passage: Passage) -> Iterator[str]:
    alone = passage.text.strip()
    yield from (one for one in (START, DIGEST) if one in passage.text)
    if alone == HEADLINE and passage.kind == "title":
        yield HEADLINE
    yield from (one for one in PHRASES if alone == one or (one == PHRASES[-1] and alone.startswith(one)))
