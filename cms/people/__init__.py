"""The people of the house, and the house itself."""

from cms.people.rows import Person, Workspace

__all__ = ["Person", "Workspace"]
