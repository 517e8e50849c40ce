"""Sign-off policies as data: which steps, and who may take them."""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST, SECOND, FINAL, ISSUE = "初审", "复审", "终审", "签发"
MANUSCRIPT_STEPS = frozenset({FIRST, SECOND})


@dataclass(frozen=True, slots=True)
class Policy:
    """The steps in order (those of MANUSCRIPT_STEPS sign a manuscript, the others the sealed set).

    ``distinct_people``: no two steps by one person, except a pair named in ``same_hand``.
    """

    name: str
    title: str
    steps: tuple[str, ...]
    distinct_people: bool
    demo_only: bool
    signer_may_be_author: bool
    same_hand: tuple[frozenset[str], ...] = ()


LAWFUL = Policy(
    name="lawful",
    title="三审三校",
    steps=(FIRST, SECOND, FINAL, ISSUE),
    distinct_people=True,
    demo_only=False,
    signer_may_be_author=False,
    same_hand=(frozenset({FINAL, ISSUE}),),
)
REHEARSAL = Policy(
    name="rehearsal",
    title="演练",
    steps=(FIRST, SECOND, FINAL, ISSUE),
    distinct_people=False,
    demo_only=True,
    signer_may_be_author=True,
)
POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in (LAWFUL, REHEARSAL)}
