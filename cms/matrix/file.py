"""Reading the matrix file (YAML): every mistake is told in one sentence, at its line."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

import themes
from cms.matrix.values import Matrix, MatrixError, UnitSpec

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PROVINCE_TAIL = re.compile(r"(维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$")
_TEXTS = ("name", "short", "slug", "code", "kind", "contact", "site_url", "theme", "usual_latin")
_KNOWN = frozenset({*_TEXTS, "accounts", "districts", "divisions"})
_LINE, _LINES = "\0line", "\0lines"  # where a mapping begins, and where each of its keys stands
_OWN = "theme."


class _Loader(yaml.SafeLoader):
    """YAML that remembers the line of every mapping and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, name in enumerate(names):
            if name in names[:place]:
                mark = node.value[place][0].start_mark
                raise yaml.MarkedYAMLError(problem=f"“{name}”写了两次", problem_mark=mark)
        lines = {name: key.start_mark.line + 1 for name, (key, _) in zip(names, node.value, strict=True)}
        return {**super().construct_mapping(node, deep=True), _LINE: node.start_mark.line + 1, _LINES: lines}


def built_in(province: str = "sichuan") -> Path:
    """The matrix file that comes with the package."""
    return Path(str(resources.files("cms.matrix"))) / "data" / f"{province}.yaml"


def load_matrix(path: str | Path, province: str = "sichuan") -> Matrix:
    """The units of ``province`` in the file; MatrixError at file and line for anything wrong."""
    return _Reader(Path(path)).matrix(province)


def known_slugs(path: str | Path) -> list[str]:
    """The units of every province in the file: a story may speak to units of a province that is not rendered."""
    return _Reader(Path(path)).all_slugs()


class _Reader:
    """One file being read: it knows the file's name for the sentences, and the slugs seen so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, int] = {}

    def wrong(self, line: int, sentence: str) -> MatrixError:
        return MatrixError(f"{self.path}:{line}：{sentence}")

    def matrix(self, province: str) -> Matrix:
        found = {self.text(raw, "slug"): raw for raw in self.entries(self.parsed(), "provinces")}
        if province not in found:
            raise self.wrong(1, f"没有省份“{province}”，可用的有：{'、'.join(found)}。")
        return Matrix(tuple(self.units(found[province], ())))

    def all_slugs(self) -> list[str]:
        provinces = self.entries(self.parsed(), "provinces")
        return [unit.slug for raw in provinces for unit in self.units(raw, ())]

    def parsed(self) -> dict[Any, Any]:
        try:
            raw = yaml.load(self.path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  (a SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.wrong(line, f"不是合格的 YAML：{error.problem}。请检查缩进、冒号和引号。") from error
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise self.wrong(1, f"读不了账号矩阵文件，请检查文件是否存在、是否为 UTF-8（{error}）。") from error
        return self.mapping(raw, 1)

    def mapping(self, raw: Any, line: int) -> dict[Any, Any]:
        if not isinstance(raw, dict):
            raise self.wrong(line, "这里应是“键: 值”的形式。")
        return raw

    def entries(self, raw: dict[Any, Any], key: str, needed: bool = True) -> list[dict[Any, Any]]:
        line = raw.get(_LINE, 1)
        found = raw.get(key)
        if found is None and not needed:
            return []
        if not isinstance(found, list) or not found:
            raise self.wrong(line, f"缺少“{key}”，请写上一个列表。")
        return [self.mapping(one, line) for one in found]

    def text(self, raw: dict[Any, Any], key: str, default: str | None = None) -> str:
        value = raw.get(key, default)
        if value is None or value == "":
            if default is None or key in raw:
                raise self.wrong(raw[_LINE], f"缺少“{key}”，请补上。")
            return ""
        if not isinstance(value, str):
            raise self.wrong(raw[_LINE], f"“{key}”应是文字，请给 {value} 加上引号。")
        return value

    def units(self, raw: dict[Any, Any], above: tuple[str, ...]) -> Iterator[UnitSpec]:
        """The unit and everything below it, parents first."""
        children = self.entries(raw, "districts" if above else "divisions", needed=not above)
        yield self.unit(raw, above, is_leaf=not children)
        for child in children:
            yield from self.units(child, (*above, raw["slug"]))

    def unit(self, raw: dict[Any, Any], above: tuple[str, ...], is_leaf: bool) -> UnitSpec:
        slug, name = self.slug(raw), self.text(raw, "name")
        self.check_keys(raw)
        theme = self.theme(raw, _theme((*above, slug)))
        short = _PROVINCE_TAIL.sub("", name)
        return UnitSpec(
            slug=slug,
            name=name,
            short=self.text(raw, "short") if above else self.text(raw, "short", short),
            kind=self.text(raw, "kind") if above else self.text(raw, "kind", "省级"),
            code=self.text(raw, "code"),
            path=(*above, slug),
            contact=self.text(raw, "contact", ""),
            site_url=self.site_url(raw),
            theme=theme,
            accounts=tuple(self.accounts(raw, theme)),
            is_leaf=is_leaf,
        )

    def slug(self, raw: dict[Any, Any]) -> str:
        slug = self.text(raw, "slug")
        if not _SLUG.fullmatch(slug):
            raise self.wrong(raw[_LINE], f"代号“{slug}”不合规：以小写字母开头，只用小写字母、数字和连字符。")
        if slug in self.lines:
            raise self.wrong(raw[_LINE], f"代号“{slug}”与第 {self.lines[slug]} 行重复，请换一个。")
        self.lines[slug] = raw[_LINE]
        return slug

    def check_keys(self, raw: dict[Any, Any]) -> None:
        for key in _keys(raw):
            if key not in _KNOWN:
                raise self.wrong(raw[_LINE], f"不认识“{key}”，可用的有：{'、'.join(sorted(_KNOWN))}。")

    def site_url(self, raw: dict[Any, Any]) -> str:
        url = self.text(raw, "site_url", "")
        if url and not re.fullmatch(r"https?://[^\s/]+\S*", url):
            raise self.wrong(raw[_LINE], f"网址“{url}”不合规，请写成 https:// 开头的完整网址。")
        return url.rstrip("/")

    def theme(self, raw: dict[Any, Any], inherited: str) -> str:
        """The brand written here, which must exist, else the inherited one."""
        name = self.text(raw, "theme", inherited)
        if "theme" in raw and name not in themes.names():
            raise self.wrong(raw[_LINES]["theme"], f"没有主题“{name}”，可用的有：{'、'.join(themes.names())}。")
        return name

    def accounts(self, raw: dict[Any, Any], theme: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
        """The (channel, settings) pairs a unit states for its accounts; tokens over ``theme`` are tried on."""
        stated = self.mapping(raw.get("accounts", {}), raw[_LINE])
        for channel in _keys(stated):
            account = self.mapping(stated[channel], stated[_LINE])
            settings = tuple((key, self.text(account, key)) for key in _keys(account))
            self.try_on(account, settings, self.theme(account, theme))
            yield channel, settings

    def try_on(self, account: dict[Any, Any], settings: tuple[tuple[str, str], ...], theme: str) -> None:
        """The account's tokens over its theme, told at the line of the one that cannot be worn by itself, else
        where the account begins."""
        own = tuple((key, value) for key, value in settings if key.startswith(_OWN))
        tries = [((one,), account[_LINES][one[0]]) for one in own] if _refusal(theme, own) else []
        for tried, line in [*tries, (own, account[_LINE])]:
            if said := _refusal(theme, tried):
                raise self.wrong(line, said)


def _refusal(theme: str, own: tuple[tuple[str, str], ...]) -> str:
    """Why the theme cannot be worn with these settings; empty when it can."""
    try:
        themes.load(theme, tuple((key.removeprefix(_OWN), value) for key, value in own))
    except themes.ThemeError as error:
        return str(error)
    return ""


def _keys(raw: dict[Any, Any]) -> list[Any]:
    """The keys the file states."""
    return [key for key in raw if key not in (_LINE, _LINES)]


def _theme(path: tuple[str, ...]) -> str:
    """The brand of the unit itself, else of the nearest unit above that has one."""
    brands = Path(str(themes.__file__)).parent
    return next((slug for slug in reversed(path) if (brands / slug / "theme.toml").is_file()), "base")
