"""The matrix in the database, kept in step with the file."""

from dataclasses import replace

from sqlmodel import Session, select

from cms.matrix import Account, Matrix, Unit, built_in, load_matrix, profiles_of, store_matrix, unit_paths


def test_every_city_has_its_accounts_and_its_province(session: Session) -> None:
    accounts = session.exec(select(Account)).all()
    assert len(accounts) == 63
    assert {(one.channel, one.transport) for one in accounts} == {
        ("site", "files"),
        ("feed", "files"),
        ("wechat", "handover"),
    }
    assert unit_paths(session)[2] == ("sichuan", "chengdu")


def test_rows_read_back_are_the_profiles_of_the_file(session: Session) -> None:
    accounts = session.exec(select(Account)).all()
    read = profiles_of(session, [account.id for account in accounts])
    assert [read[account.id] for account in accounts] == load_matrix(built_in()).profiles(["site", "feed", "wechat"])


def test_storing_again_adds_nothing_and_takes_over_changes(session: Session) -> None:
    matrix = load_matrix(built_in())
    wechat = session.exec(select(Account).where(Account.key == "wechat:aba")).one()
    wechat.transport, wechat.settings = "api", {"kind": "service", "long": "gone"}
    units = tuple(replace(unit, contact="新电话") if unit.slug == "aba" else unit for unit in matrix.units)
    store_matrix(session, Matrix(units), ["site", "feed", "wechat"])
    assert len(session.exec(select(Account)).all()) == 63
    assert len(session.exec(select(Unit)).all()) == 22
    assert (wechat.contact, wechat.transport) == ("新电话", "api")
    assert wechat.settings == {"kind": "service"}  # told when it was connected; the rest is the file's


def test_a_house_that_serves_its_own_pages_keeps_every_site_below_its_address(session: Session) -> None:
    stored = store_matrix(session, load_matrix(built_in()), ["site"], "http://127.0.0.1:8000")
    assert stored[0].site_url == "http://127.0.0.1:8000/chengdu"
