"""Addresses that are no longer what they were: old ones that lead to new pages, and those of retracted stories. The
maps our front and nginx read, and the pages plain buckets show.

Every path is from the site's own root, decoded, with its query where the old site told pages apart by one.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from html import escape
from pathlib import PurePosixPath

from channels.site.frame import Frame, Head, page

_PAGES = (".html", ".htm")
_OURS = re.compile(
    r"/(?:(?:index|archive|subscribe|404)\.html|robots\.txt|(?:feed|atom)\.xml|feed\.json|sitemap[^/]*\.xml|yigao\.[^/]*|mode\.css)?"
)
_ROW = re.compile(r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)";')
_NGINX = """\
# Old addresses of this site and where they lead now, for nginx. Written anew with every publication.
#   http {{
#     map_hash_bucket_size 1024; map_hash_max_size {size};
#     map $uri$is_args$args $yigao_exact {{ include {name}; }}
#     map $uri $yigao_moved {{ include {name}; }}
#     server {{ if ($yigao_exact) {{ return 301 $yigao_exact; }} if ($yigao_moved) {{ return 301 $yigao_moved; }} }}
#   }}
"""
_GONE = """\
# Addresses of this site whose stories were retracted, for nginx: 410 with the notice that stands there.
#   http {{
#     map_hash_bucket_size 1024; map_hash_max_size {size};
#     map $uri $yigao_gone {{ include {name}; }}
#     server {{
#       location / {{ if ($yigao_gone) {{ return 410; }} error_page 410 @yigao_gone; }}
#       location @yigao_gone {{ try_files $uri =404; }}
#     }}
#   }}
"""


def is_ours(path: str) -> bool:
    """Whether an old path is one of the site's own pages, which no old address may take over."""
    return bool(_OURS.fullmatch(path.split("?")[0]))


def moves(found: Iterable[tuple[str, str]], taken: Collection[str]) -> dict[str, str]:
    """Old path → new path for these (old, new) pairs, in every form a reader may ask for; the first one counts.

    ``taken`` are the paths of the site's files (no leading slash): what stands there is never sent away."""
    table: dict[str, str] = {}
    for old, new in found:
        for form in _forms(old):
            if not is_ours(form) and form.lstrip("/") not in taken and form != f"/{new}":
                table.setdefault(form, f"/{new}")
    return table


def _forms(old: str) -> list[str]:
    """A folder is asked for with its slash, without, and by its index."""
    if "?" in old or not old.endswith("/"):
        return [old] if "?" in old or PurePosixPath(old).suffix else [old, f"{old}/"]
    return [old, old.rstrip("/"), f"{old}index.html"]


def nginx_map(table: Mapping[str, str], name: str) -> str:
    """The table as a file nginx includes into a ``map``; ``name`` is the file's own."""
    return _NGINX.format(name=name, size=_hash_size(table)) + _rows(table)


def gone_map(paths: Iterable[str], name: str) -> str:
    """The addresses (relative to the root) that answer 410 with their notice, as a file like ``nginx_map``'s."""
    table = {f"/{path}": "410" for path in paths}
    return _GONE.format(name=name, size=_hash_size(table)) + _rows(table)


def _hash_size(table: Mapping[str, str]) -> int:
    return max(2048, 1 << (2 * len(table)).bit_length())


def _rows(table: Mapping[str, str]) -> str:
    return "".join(f'"{_quoted(old)}" "{_quoted(new)}";\n' for old, new in sorted(table.items()))


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')


def read_map(text: str) -> dict[str, str]:
    """The table in a file that ``nginx_map`` or ``gone_map`` wrote."""
    rows = (_ROW.fullmatch(line) for line in text.splitlines() if not line.startswith("#"))
    return {re.sub(r"\\(.)", r"\1", row[1]): re.sub(r"\\(.)", r"\1", row[2]) for row in rows if row}


def file_for(old: str) -> str:
    """The file a plain folder or bucket would answer the old path with; "" when no HTML file can stand there."""
    path = old.strip("/")
    suffix = PurePosixPath(path).suffix.lower()
    parts = path.split("/")
    is_named = all(part and not part.startswith(".") and len(part.encode()) <= 200 for part in parts)
    if "?" in old or not is_named or not (old.endswith("/") or suffix in ("", *_PAGES)):
        return ""
    return path if suffix in _PAGES and not old.endswith("/") else f"{path}/index.html"


def moved_page(old: str, new: str, headline: str, frame: Frame) -> str:
    """What stands at an old address in a bucket: it leads on by itself, and by a link where that is switched off."""
    root = "../" * file_for(old).count("/") or "./"
    head = Head(title=f"已迁移：{headline}", path=new, metas={})
    main = (
        '<article class="notice">\n<p class="tag">已迁移</p>\n'
        f"<h1>{escape(headline)}</h1>\n<p>这篇文章换了新网址，正在转过去。</p>\n"
        f'<p><a class="button" href="{root}{escape(new)}">现在就去</a></p>\n</article>\n'
    )
    refresh = f'<meta http-equiv="refresh" content="0; url={root}{escape(new)}">\n'
    html = page(frame, head, main, kind="notice-page", root=root)
    return html.replace("<head>\n", f"<head>\n{refresh}", 1)
