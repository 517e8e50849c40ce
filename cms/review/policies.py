"""Sign-off policies as data: which steps, and who may take them."""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST, SECOND, FINAL, ISSUE = "初审", "复审", "终审", "签发"
SECRECY, PROVINCIAL = "保密审查", "省级签发"
"""What a unit, or a grade, may ask for beside the four: the first on a manuscript (R14), the other on the set (R3)."""
APPROVE = "归档核准"
COMPOSE = "组稿"
ADOPT = "确认采用"
LATER = "补审"
"""Not a step of any policy: given afterwards, on what a flash was sent with."""
MANUSCRIPT_STEPS = frozenset({FIRST, SECOND, SECRECY})
ORDER = (FIRST, SECOND, SECRECY, FINAL, ISSUE, PROVINCIAL, APPROVE, COMPOSE, ADOPT)
"""In which order steps are taken, whichever of them are asked for."""


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
# What the unit published long ago comes into its own site's archive by one named person's word. It is no way round
# 三审: the database completes such a set only for stories with an archive entry dated before it, and only on the
# unit's own site (cms/migrations/walls.py).
ARCHIVE = Policy(
    name="archive",
    title="旧档归档",
    steps=(APPROVE,),
    distinct_people=False,
    demo_only=False,
    signer_may_be_author=True,
)
# A correction is short: somebody else than its author compares, and one who may issue signs the very bytes. A flash
# (预警、快讯) goes out by one signature and is reviewed after. Both only where the database sees a recall, or a flash
# (cms/migrations/walls.py).
CORRECTION = Policy(
    name="correction",
    title="更正",
    steps=(SECOND, ISSUE),
    distinct_people=True,
    demo_only=False,
    signer_may_be_author=False,
)
FLASH = Policy(
    name="flash",
    title="快讯",
    steps=(ISSUE,),
    distinct_people=False,
    demo_only=False,
    signer_may_be_author=False,
)
# A push (组稿) says only in which order what is signed already goes out together: one named person's word. The database
# completes such a set only where each article is another complete set's (cms/migrations/walls.py).
COMPOSED = Policy(
    name="compose",
    title="组稿",
    steps=(COMPOSE,),
    distinct_people=False,
    demo_only=False,
    signer_may_be_author=True,
)
# A unit below publishes, unchanged, what a unit above it has signed whole: one of its own confirms. The database
# completes such a set only where every manuscript is in another release's complete 三审 set, and every account is of a
# unit below the story's own (cms/migrations/walls.py).
ADOPTED = Policy(
    name="adopt",
    title="采用省级来稿",
    steps=(ADOPT,),
    distinct_people=False,
    demo_only=False,
    signer_may_be_author=False,
)
POLICIES: Mapping[str, Policy] = {
    policy.name: policy for policy in (LAWFUL, REHEARSAL, ARCHIVE, CORRECTION, FLASH, COMPOSED, ADOPTED)
}
