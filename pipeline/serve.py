"""`yigao serve`: the sites, the feeds and the newsroom on one port; clock and workers beside them.

Readers' pages are files and never reach the newsroom's app.
"""

import gc
import multiprocessing
import os
import re
import secrets
import sys
import threading
import unicodedata
import webbrowser
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from rich.console import Console
from sqlmodel import col, select
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import safe_join
from werkzeug.test import EnvironBuilder
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from assets.fetch import Fetcher, is_online
from channels.making.entries import GONE_NOTICE
from channels.site.pages import MODE
from channels.site.redirects import read_map
from cms import library
from cms.checks import links
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Scope, Workspace, beginning
from cms.people.roles import Tree, tree
from cms.stories import Revision, Story, newest, story_named
from cms.web import Desk, Writer, create_app
from pipeline import grey, log, settings
from pipeline.clock import TimeSource, wall_clock
from pipeline.desk_press import HousePress
from pipeline.engine import ThreadEngine
from pipeline.galley import HouseGalley
from pipeline.hooks import PATH as HOOKS
from pipeline.hooks import Hooks
from pipeline.house import House, open_house
from pipeline.intake import take_in_text
from pipeline.portal import portal
from pipeline.roll import Roll
from pipeline.wake import open_issues, start_clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TYPES = {
    "feed.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
}
PAGE_AGE_S, FOREVER_S = 60, 31_536_000
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"}
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class Front:
    """The small front: files below ``/sites/`` from disk, ``/hooks/`` to ``hooks``, everything else to ``app``."""

    def __init__(
        self, sites: Path, app: "WSGIApplication", index: Callable[[], str], hooks: "WSGIApplication | None" = None
    ) -> None:
        self.sites, self.app, self.index, self.hooks = sites, app, index, hooks
        self._tables: dict[Path, tuple[int, Mapping[str, str]]] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if self.hooks is not None and path.startswith(HOOKS):
            return self.hooks(environ, start_response)
        if path != "/sites" and not path.startswith("/sites/"):
            return self.app(environ, start_response)
        return self.answer(Request(environ), path)(environ, start_response)

    def answer(self, request: Request, path: str) -> Response:
        """The file at ``path``; a folder shows its index, a missing page the site's own 404, a retracted story's
        address its notice under 410."""
        parts = path.removeprefix("/sites").strip("/")
        if request.method not in ("GET", "HEAD"):
            return Response("这里只能阅读。", 405, mimetype="text/plain")
        if not parts:
            return Response(self.index(), mimetype="text/html", headers=HEADERS)
        if (self.sites / parts.split("/")[0]).is_dir() and "/" not in parts and not path.endswith("/"):
            return Response(status=301, headers={"Location": f"/sites/{parts}/"})
        if to := self.moved(request, *path.removeprefix("/sites/").split("/", 1)):
            return Response(status=301, headers={"Location": to, "Cache-Control": f"max-age={PAGE_AGE_S}", **HEADERS})
        if self.is_gone(*path.removeprefix("/sites/").split("/", 1)):
            return self.gone(request, parts)
        found = safe_join(str(self.sites), parts)
        file = Path(found) if found else self.sites
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file() or any(name.startswith(".") for name in file.relative_to(self.sites).parts):
            return self.missing(parts.split("/")[0])
        return self.send(request, file)

    def send(self, request: Request, file: Path) -> Response:
        """A file with validators; names that carry a hash may be kept for ever."""
        hashed = file.parent.name == "pictures" or (file.name.startswith("yigao.") and file.suffix == ".css")
        column_feed = file.suffix == ".xml" and file.parent.name == "c"
        mimetype = TYPES["feed.xml"] if column_feed else TYPES.get(file.name)
        age = FOREVER_S if hashed else 0 if file.name == MODE else PAGE_AGE_S
        try:
            answer = send_file(file, request.environ, mimetype=mimetype, max_age=age)
        except NotFound:
            return self.missing(file.relative_to(self.sites).parts[0])
        answer.headers.update(HEADERS)
        return answer

    def moved(self, request: Request, unit: str, rest: str = "") -> str:
        """Where an old address of the unit's site leads now: asked with its query first, then without; "" nowhere."""
        table = self._table("redirects", unit)
        if not table or not rest:
            return ""
        path = f"/{_decoded(rest)}"
        query = request.query_string.decode("utf-8", "replace")
        to = (table.get(f"{path}?{query}") if query else None) or table.get(path)
        return f"/sites/{unit}{quote(to)}" if to else ""

    def is_gone(self, unit: str, rest: str = "") -> bool:
        """Whether the story at this address of the unit's site was retracted."""
        return f"/{_decoded(rest)}" in self._table("gone", unit)

    def gone(self, request: Request, parts: str) -> Response:
        """410 with the notice that stands at the address."""
        found = safe_join(str(self.sites), parts)
        file = Path(found) if found else self.sites
        body = file.read_bytes() if file.is_file() else GONE_NOTICE.encode()
        headers = {"Cache-Control": f"max-age={PAGE_AGE_S}", "X-Robots-Tag": "noindex", **HEADERS}
        return Response(b"" if request.method == "HEAD" else body, 410, mimetype="text/html", headers=headers)

    def _table(self, kind: str, unit: str) -> Mapping[str, str]:
        """The unit's map of old or of retracted addresses, read again when it was written anew."""
        file = self.sites.parent / kind / f"{unit}.map"
        if not SLUG.fullmatch(unit):
            return {}
        try:
            written = file.stat().st_mtime_ns
        except OSError:
            return {}
        if self._tables.get(file, (0, {}))[0] != written:
            self._tables[file] = (written, read_map(file.read_text(encoding="utf-8")))
        return self._tables[file][1]

    def missing(self, unit: str) -> Response:
        """404 in the unit's own dress."""
        page = self.sites / unit / "404.html"
        body = page.read_bytes() if page.is_file() else "没有这个微站。".encode()
        return Response(body, 404, mimetype="text/html", headers=HEADERS)


def status_of(sites: Path, path: str) -> int:
    """What our server answers whoever asks for ``path``."""
    environ = EnvironBuilder(path=path).get_environ()
    return Front(sites, NotFound(), str).answer(Request(environ), path).status_code


def _decoded(path: str) -> str:
    """A path as WSGI gives it (bytes as Latin-1), as the words it is."""
    return unicodedata.normalize("NFC", path.encode("latin-1", "replace").decode("utf-8", "replace"))


def desk_of(house: House, now: TimeSource = wall_clock) -> Desk:
    """The newsroom over this house."""
    return Desk(
        pictures=house.pictures,
        profiles=Roll(house),
        folder=partial(_folder, house),
        saved_at=partial(_saved_at, house),
        load=partial(_load, house),
        save=partial(_save, house),
        is_theirs=partial(_is_theirs, house),
        holds=partial(_holds, house),
        people=PeopleDesk(house.engine, house.wires.vault),
        secret=_secret(house.root),
        press=HousePress(house, now),
        galley=HouseGalley(house, now),
        library=house.library,
        links=links.Answers(Fetcher().get, is_online).why,
        fetch=Fetcher().get,
        home=lambda: settings.load(house.root, house.wires.vault).ways.link,
        now=now,
    )


def _saved_at(house: House, slug: str, scope: Scope) -> datetime | None:
    mine = (Story.slug == slug, scope.over(Story.unit_id), col(Story.binned_at).is_(None))
    query = select(Revision.saved_at).where(Revision.story_id == Story.id, *mine)
    with read_scope(house.engine) as session:
        return session.exec(query.order_by(col(Revision.number).desc()).limit(1)).first()


def _load(house: House, slug: str, scope: Scope) -> str:
    with read_scope(house.engine) as session:
        story = session.exec(select(Story).where(Story.slug == slug, scope.over(Story.unit_id))).one_or_none()
        revision: Revision | None = newest(session, story) if story else None
    if revision is None:
        raise KeyError(slug)
    return revision.text


def _save(house: House, slug: str, text: str, writer: Writer, upon: str | None) -> int:
    if not _is_theirs(house, slug, writer.scope):
        raise KeyError(slug)
    folder = house.drafts / slug
    return take_in_text(
        house, text, f"{slug}.md", folder, writer.login, wall_clock(), slug=slug, unit_id=writer.unit_id, upon=upon
    ).number


def _is_theirs(house: House, slug: str, scope: Scope) -> bool:
    """Whether the story is in ``scope``, or a new one of this name could be: names begin with their unit's own, except
    the province's, so that a name taken elsewhere and one that is free are answered alike. What is no name is nobody's:
    what was laid beside it would be everybody's."""
    if not SLUG.fullmatch(slug):
        return False
    with read_scope(house.engine) as session:
        story, units = story_named(session, slug), tree(session)
    if story is not None:
        return scope.holds(story.unit_id)
    return scope.holds(_owner(units, slug))


def _owner(units: Tree, slug: str) -> int | None:
    """The unit a new story of this name would be of."""
    own = [(len(name), one) for one, name, _ in units.rows if slug.startswith(f"{name}-")]
    return max(own)[1] if own else units.top


def _holds(house: House, slug: str, digest: str) -> bool:
    """Whether the story may name these bytes of the store by their hash."""
    with read_scope(house.engine) as session:
        story = story_named(session, slug)
        unit_id = story.unit_id if story is not None else _owner(tree(session), slug)
        return library.may_name(session, unit_id, digest)


def _folder(house: House, slug: str) -> Path:
    """Where a story's pictures lie; a name that is no story's gets a folder of its own, never a way out."""
    return house.drafts / (slug if SLUG.fullmatch(slug) else "nameless")


def _secret(root: Path) -> str:
    """The key that signs sessions: made once, readable by us alone."""
    file = root / "session.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


class Opening:
    """The whole, put together once more when the first run has made the units: the pages are made from them."""

    def __init__(self, house: House) -> None:
        self.house, self._turn = house, threading.Lock()
        self._is_whole, self._front = self._made()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with self._turn:
            if not self._is_whole and self._has_units():
                self._is_whole, self._front = self._made()
        return self._front(environ, start_response)

    def _made(self) -> "tuple[bool, WSGIApplication]":
        return self._has_units(), _front(self.house)

    def _has_units(self) -> bool:
        with read_scope(self.house.engine) as session:
            return beginning.has_units(session)


def application() -> "WSGIApplication":
    """The whole as one WSGI application, for the embedded server or any other; YIGAO_WORKSPACE says where."""
    found = Opening(open_house(Path(os.environ["YIGAO_WORKSPACE"])))
    unswept()
    return found


def unswept() -> None:
    """What stands by now (modules, tables, templates) stays: the collector need not walk through all of it again every
    so often, a quarter of a second in the middle of somebody's page."""
    gc.collect()
    gc.freeze()


def _front(house: House) -> "WSGIApplication":
    grey.show(house, *grey.folders(house))
    chosen = settings.load(house.root, house.wires.vault)
    desk = replace(desk_of(house), https=chosen.https)
    front = Front(house.sites, create_app(desk), partial(_index, house, desk), Hooks(house))
    return behind(front, chosen.proxies)


def _index(house: House, desk: Desk) -> str:
    """The page above the sites, under the name the house has now."""
    with read_scope(house.engine) as session:
        name = session.get_one(Workspace, 1).name or "一稿"
    return portal(name, [one for one in desk.profiles if one.channel == "site"])


def behind(front: "WSGIApplication", proxies: int) -> "WSGIApplication":
    """Who asks, and by which scheme, as the house's own reverse proxies tell it; without any nobody is believed: an
    address anybody could write would let a guesser of passwords start anew at each attempt."""
    return ProxyFix(front, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else front


def first_address(house: House, address: str) -> str:
    """Where the first run of an empty house begins, under a new key; "" where there is somebody already."""
    with session_scope(house.engine) as session:
        key = beginning.make_key(session, wall_clock())
    return f"{address}/first/{key}" if key else ""


def _words(address: str, entrance: str, first: str) -> str:
    """What the terminal says about where to go."""
    if first:
        return (
            f"第一次运行　{first}\n　　　　　　（用浏览器打开，三步设好；地址里有一次性的钥匙，只给来设置的人。"
            "设好之前没有别的入口）"
        )
    if entrance:
        return f"写与看　{entrance}\n　　　　（打开就已登录，只能用一次；再要一个：yigao person enter 登录名）"
    return f"写与看　{address}/"


def _show(address: str) -> None:
    """Open the browser of whoever sits at this machine; on a server nobody does."""
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.stdout.isatty() and has_screen:
        webbrowser.open(address)


def serve_house(house: House, host: str, port: int, entrance: str = "") -> None:
    """Serve until interrupted. ``entrance``: a link that lets whoever opens it in, once (demo). An empty house is set
    up in the browser first."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["YIGAO_WORKSPACE"] = str(house.root.resolve())
    # The server's process starts afresh: a copy of ours would keep every lock held for ever that one of the clock's or
    # the engine's threads held at that moment, and go on with our connections to the database.
    multiprocessing.set_start_method("spawn", force=True)
    log.to_stream()
    engine = ThreadEngine(house)
    open_issues(house, wall_clock)
    clock = start_clock(house, engine, wall_clock)
    console = Console()
    address = f"http://{host}:{port}"
    first = first_address(house, address)
    desk = _words(address, entrance, first)
    console.print(f"\n{desk}\n微站　　{address}/sites/\n按 Ctrl+C 停止。", highlight=False, soft_wrap=True)
    server = Granian(
        target="pipeline.serve:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=8,
        log_enabled=False,
        websockets=False,
    )
    if first:
        server.on_startup(lambda: _show(first))
    try:
        server.serve()
    finally:
        clock.shutdown(wait=False)
        engine.close()
