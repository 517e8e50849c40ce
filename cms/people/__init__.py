"""The people of the house, and the house itself."""

from cms.people.notices import Notice, notify, see, unseen
from cms.people.rows import Person, Workspace

__all__ = ["Notice", "Person", "Workspace", "notify", "see", "unseen"]
