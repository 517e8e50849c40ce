"""The one permission table: every route and method, which roles it takes and how far each reaches. What is not in it is
answered as if it were not there; a test walks the app and fails the build for a route that is missing here.

``gate``: open (anybody), step (the password was right, the second step may still be to come), enrol (the same, where a
role asks for a second step that is not set up yet), self (signed in: one's own affairs), roles.
``once``: how a replayed POST is known: form (a hidden token), key (a header), and pure where it changes nothing.
``fresh``: a code is asked for again, if the last one is older than five minutes. ``largest``: a body may have so many
bytes where that is not what the app allows elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cms.people.roles import (
    AUDITOR,
    CITY,
    EDITOR,
    PROVINCE,
    REPORTER,
    REVIEWER,
    SIGNER,
    Reach,
)

PICTURE_LIMIT = 20 * 1024 * 1024
Gate = Literal["open", "step", "enrol", "self", "roles"]
Once = Literal["", "form", "key", "pure"]


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may use one route with one method."""

    gate: Gate = "roles"
    roles: Mapping[str, Reach] = field(default_factory=dict)
    once: Once = ""
    fresh: bool = False
    largest: int = 0


WRITERS: Mapping[str, Reach] = {REPORTER: "own", EDITOR: "below"}
STAFF: Mapping[str, Reach] = {
    **WRITERS,
    REVIEWER: "below",
    SIGNER: "below",
    CITY: "below",
    PROVINCE: "below",
    AUDITOR: "below",
}
ADMINISTRATORS: Mapping[str, Reach] = {CITY: "below", PROVINCE: "below"}
WATCHERS: Mapping[str, Reach] = {**ADMINISTRATORS, AUDITOR: "below"}

_OPEN = Permit("open")
_SELF, _OWN_FORM = Permit("self"), Permit("self", once="form")
_READ, _WRITE = Permit(roles=STAFF), Permit(roles=WRITERS)
_RULE = Permit(roles=ADMINISTRATORS, once="form", fresh=True)

PERMITS: Mapping[tuple[str, str], Permit] = {
    # 今天
    ("today.page", "GET"): _READ,
    # the desk
    ("pages.stories", "GET"): _READ,
    ("pages.new", "GET"): _WRITE,
    ("pages.write", "GET"): _READ,
    ("pages.save", "POST"): Permit(roles=WRITERS, once="key"),
    ("pages.preview", "POST"): Permit(roles=STAFF, once="pure"),
    ("pages.frame", "GET"): _READ,
    ("hands.copy", "POST"): Permit(roles=STAFF, once="pure"),
    ("hands.clip", "POST"): Permit(roles=WRITERS, once="pure"),
    ("shelf.show", "GET"): _READ,
    ("shelf.upload", "POST"): Permit(roles=WRITERS, once="key", largest=PICTURE_LIMIT + 64 * 1024),
    # the door
    ("static", "GET"): _OPEN,
    ("door.sign_in", "GET"): _OPEN,
    ("door.let_in", "POST"): Permit("open", once="form"),
    ("door.second", "GET"): Permit("step"),
    ("door.prove", "POST"): Permit("step", once="form"),
    ("door.sign_out", "POST"): Permit("step", once="form"),
    ("door.invited", "GET"): _OPEN,
    ("door.accept", "POST"): Permit("open", once="form"),
    ("door.enter", "GET"): _OPEN,
    # one's own
    ("mine.page", "GET"): _SELF,
    ("mine.password", "POST"): _OWN_FORM,
    ("mine.enrol", "GET"): Permit("enrol"),
    ("mine.keep_code", "POST"): Permit("enrol", once="form"),
    ("mine.drop_code", "POST"): Permit("self", once="form", fresh=True),
    ("mine.recovery", "POST"): Permit("self", once="form", fresh=True),
    ("mine.others_out", "POST"): _OWN_FORM,
    ("mine.contacts", "POST"): _OWN_FORM,
    ("mine.notices", "GET"): _SELF,
    ("mine.seen", "POST"): _OWN_FORM,
    # people
    ("staff.page", "GET"): Permit(roles=WATCHERS),
    ("staff.invite", "POST"): _RULE,
    ("staff.link", "POST"): _RULE,
    ("staff.grant", "POST"): _RULE,
    ("staff.take", "POST"): _RULE,
    ("staff.disable", "POST"): _RULE,
    ("staff.enable", "POST"): _RULE,
}
