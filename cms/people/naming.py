"""People by their name: what is kept under a login is shown under the name its person goes by."""

from sqlmodel import Session, select

from cms.people.rows import Person


def name_of(session: Session, login: str) -> str:
    """The name of the person with this login; the login itself where there is nobody (any more), or a machine."""
    return session.exec(select(Person.name).where(Person.login == login)).first() or login
