"""The people of the house, how they come in, what they may do, what they are told; and the house itself."""

from cms.people.desk import PeopleDesk
from cms.people.naming import name_of
from cms.people.notices import Notice, NoticeSend, notify, see, see_about, take_note, unseen
from cms.people.roles import EVERYWHERE, NOWHERE, ROLES, PeopleError, Scope, appoint
from cms.people.rows import Appointment, Person, Workspace

__all__ = [
    "EVERYWHERE",
    "NOWHERE",
    "ROLES",
    "Appointment",
    "Notice",
    "NoticeSend",
    "PeopleDesk",
    "PeopleError",
    "Person",
    "Scope",
    "Workspace",
    "appoint",
    "name_of",
    "notify",
    "see",
    "see_about",
    "take_note",
    "unseen",
]
