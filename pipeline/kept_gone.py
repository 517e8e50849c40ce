"""What the sites of a house that was lost show of its retractions: read from their folder, where it is still there."""

import html
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from channels.contract import AdministratorError
from channels.site import redirects
from channels.slots import story_path
from cms.matrix import Account, Unit
from cms.releases import Advisory, Item
from cms.releases.kept_gone import Notice410, keep_gone
from cms.stories import Story
from pipeline.advised import OURS
from pipeline.house import GONE, SITES

Gone = Mapping[str, Mapping[str, Notice410]]
"""By unit and by the page's path in its site."""
SENTENCE = "本稿已撤回。"
LONGEST = 1000
_WHY = re.compile(r'<p class="why">([^<]*)</p>')
_WHEN = re.compile(r'<dt>撤稿时间</dt><dd><time datetime="([^"]+)">')


def read_gone(old: Path, now: datetime) -> Gone:
    """The retracted pages of each site in the workspace that lay in ``old``, as readers had them; of a notice that
    cannot be read the plain words, as of ``now``. AdministratorError where there are no sites, or a list is broken."""
    if not (old / SITES).is_dir() and not (old / GONE).is_dir():
        raise AdministratorError(f"{old} 里没有 {SITES} 也没有 {GONE}，请写原来工作区的文件夹；没有了就不写 --old。")
    found = {}
    for file in sorted((old / GONE).glob("*.map")):
        try:
            table = redirects.read_map(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            words = f"{file} 读不出来，看不到备份以后撤过哪些稿：请修好或换一份；只好不看就先移走这个文件。"
            raise AdministratorError(words, repr(error)) from error
        paths = [path.strip("/") for path, answer in table.items() if answer == "410"]
        found[file.stem] = {path: _notice(old / SITES / file.stem / path, now) for path in paths}
    return found


def _notice(page: Path, now: datetime) -> Notice410:
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    why, when = _WHY.search(text), _WHEN.search(text)
    sentence = html.unescape(why[1]).strip()[:LONGEST] if why else ""
    return Notice410(sentence or SENTENCE, _moment(when[1], now) if when else now)


def _moment(said: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return now
    return at if at.tzinfo is not None else now


def keep(session: Session, gone: Gone, by: str, now: datetime) -> int:
    """Each of them stays gone on the pages and in the feeds of its unit, where the rows do not say so themselves; how
    many stories these are."""
    stories: set[int] = set()
    for unit, pages in gone.items():
        query = select(Account).where(Account.unit_id == Unit.id, Unit.slug == unit, Account.transport == "files")
        accounts = list(session.exec(query.where(col(Account.channel).in_(OURS)).order_by(col(Account.id))))
        said = select(Item.origin_id, Story.slug).where(Item.story_id == Story.id)
        mine = said.where(col(Item.account_id).in_([one.id for one in accounts])).distinct()
        known = {origin: pages[path] for origin, slug in session.exec(mine) if (path := story_path(slug)) in pages}
        for account in accounts:
            given = select(Advisory.origin_id).where(Advisory.account_id == account.id, Advisory.kind == "retracted")
            new = {origin: known[origin] for origin in sorted(known.keys() - set(session.exec(given)))}
            if new:
                keep_gone(session, account, new, by, now)
                stories |= new.keys()
    return len(stories)
