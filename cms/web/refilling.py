"""A page with one of its forms as it was filled in: what was refused is not lost, and nobody has to write it again.
Only the form that was sent is touched, the rest of the page stays to the letter."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

Pairs = list[tuple[str, str]]
TICKS = ("checkbox", "radio")
NEVER = ("password", "file", "submit", "button", "image", "reset")  # not shown again, or nobody's words
SAID = "refused"  # the id and class of the sentence


@dataclass
class _Control:
    """A field: its start tag from ``start`` to ``end``, what it holds up to ``inner``."""

    tag: str
    attrs: dict[str, str]
    start: int
    end: int
    inner: int = 0
    options: list["_Control"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.attrs.get("type", "text").lower() if self.tag == "input" else self.tag


@dataclass
class _Form:
    attrs: dict[str, str]
    end: int
    folded: list[tuple[int, int]]  # the start tags of the closed <details> it stands in
    controls: list[_Control] = field(default_factory=list)


class _Reader(HTMLParser):
    """Where the forms of a page stand and what they hold, by place in the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Form] = []
        self.body = -1  # behind <main>, or <body> where there is none
        self._strays: list[tuple[str, _Control]] = []
        self._page, self._lines = page, [0]
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._details: list[tuple[int, int, bool]] = []
        self._open: _Form | None = None
        self._held: _Control | None = None  # the textarea or select that is open
        self.feed(page)
        self.close()
        for name, control in self._strays:
            for form in self.forms:
                if form.attrs.get("id") == name:
                    form.controls.append(control)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._place()
        end = start + len(self.get_starttag_text() or "")
        said = {name: value or "" for name, value in attrs}
        if tag == "main" or (tag == "body" and self.body < 0):
            self.body = end
        elif tag == "details":
            self._details.append((start, end, "open" in said))
        elif tag == "form":
            folded = [(start, end) for start, end, is_open in self._details if not is_open]
            self._open = _Form(said, end, folded)
            if said.get("method", "").lower() == "post":
                self.forms.append(self._open)
        elif tag == "option" and self._held is not None and self._held.tag == "select":
            self._held.options.append(_Control(tag, said, start, end))
        elif tag in ("input", "textarea", "select", "button"):
            control = _Control(tag, said, start, end, end)
            if tag in ("textarea", "select"):
                self._held = control
            if "form" in said:
                self._strays.append((said["form"], control))
            elif self._open is not None:
                self._open.controls.append(control)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._details:
            self._details.pop()
        elif tag == "form":
            self._open = None
        elif tag == "option" and self._held is not None and self._held.options:
            self._held.options[-1].inner = self._place()
        elif self._held is not None and tag == self._held.tag:
            self._held.inner = self._place()
            self._held = None


def refilled(page: str, path: str, sent: Pairs, secret: dict[str, str], sentence: str) -> str | None:
    """``page`` with its form to ``path`` holding what was ``sent``, and above its fields ``sentence``; None where no
    such form stands there. ``secret``: hidden fields by name that take another value than what was sent (fresh tokens).
    What stands in no field any more is sent along unseen, so that handing it in again says the same. A password is
    never shown again, a file cannot be: the page says which are to be given anew."""
    reader = _Reader(page)
    form = _likeliest(reader.forms, path, [name for name, _ in sent], dict(sent), secret)
    if form is None:
        return None
    left, edits, anew = [(name, value) for name, value in sent], [], []
    typed = False
    for control in sorted(form.controls, key=lambda one: one.start):
        name = control.attrs.get("name", "")
        if not name or "disabled" in control.attrs:
            continue
        if name in secret:
            edits.append((control.start, control.end, _tag(control, {**control.attrs, "value": secret[name]})))
        elif control.kind in NEVER or control.tag == "button":
            if control.kind in ("password", "file"):
                anew.append(control.kind)
            left = [one for one in left if one[0] != name]
        else:
            typed = typed or control.kind != "hidden"
            edits.extend(_filled(control, name, left, page))
    lost = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in left
        if name not in secret
    )
    told = _told(sentence, typed, anew)
    if typed:
        edits.append((form.end, form.end, told + lost))
    else:  # a mere button, perhaps in a row of a table: there is no room for a sentence beside it
        edits.append((form.end, form.end, lost))
        edits.append((reader.body, reader.body, told))
    edits.extend((start, end, f"{page[start : end - 1]} open>") for start, end in form.folded)
    for start, end, words in sorted(edits, key=lambda one: one[0], reverse=True):
        page = page[:start] + words + page[end:]
    return page


def _told(sentence: str, typed: bool, anew: list[str]) -> str:
    words = sentence
    if typed:
        words += "刚才填的都还在下面。"
    if "file" in anew:
        words += "文件要再选一次。"
    if "password" in anew:
        words += "密码要再输一次。"
    return f'<p class="{SAID}" id="{SAID}" role="alert">{escape(words)}</p>'


def _likeliest(
    forms: list[_Form], path: str, names: list[str], sent: dict[str, str], secret: dict[str, str]
) -> _Form | None:
    """Of the forms to ``path`` the one whose own words (hidden fields) and fields agree best with what was sent: a page
    may hold one for each row."""

    def agrees(form: _Form) -> int:
        said = {one.attrs.get("name", ""): one.attrs.get("value", "") for one in form.controls if one.kind == "hidden"}
        held = {one.attrs.get("name", "") for one in form.controls}
        marks = sum(
            3 if sent.get(name) == value else -3 for name, value in said.items() if name not in secret and value
        )
        return marks - sum(1 for name in set(names) if name not in held and name not in secret)

    found = [form for form in forms if urlsplit(form.attrs.get("action", "")).path in (path, "")]
    return max(found, key=agrees, default=None)


def _filled(control: _Control, name: str, left: Pairs, page: str) -> Iterator[tuple[int, int, str]]:
    """The edits that make ``control`` hold what was sent under its name; that is taken out of ``left``."""
    attrs = control.attrs
    if control.kind in TICKS:
        is_on = _take(left, name, attrs.get("value", "on"))
        kept = {key: value for key, value in attrs.items() if key != "checked"}
        yield control.start, control.end, _tag(control, {**kept, **({"checked": ""} if is_on else {})})
    elif control.tag == "select":
        for one in control.options:
            value = one.attrs.get("value", unescape(page[one.end : one.inner or one.end]).strip())
            kept = {key: said for key, said in one.attrs.items() if key != "selected"}
            is_on = _take(left, name, value)
            yield one.start, one.end, _tag(one, {**kept, **({"selected": ""} if is_on else {})})
    else:
        place = next((n for n, one in enumerate(left) if one[0] == name), None)
        said = left.pop(place)[1] if place is not None else ""
        if control.tag == "textarea":
            yield control.end, control.inner, "\n" + escape(said)  # the first line break of a textarea is no word of it
        else:
            yield control.start, control.end, _tag(control, {**attrs, "value": said})


def _take(left: Pairs, name: str, value: str) -> bool:
    if (name, value) not in left:
        return False
    left.remove((name, value))
    return True


def _tag(control: _Control, attrs: dict[str, str]) -> str:
    said = "".join(
        f' {name}="{escape(value)}"' if value or name == "value" else f" {name}" for name, value in attrs.items()
    )
    return f"<{control.tag}{said}>"
