"""The floor (docs/editor.md): nothing the newsroom ships asks more of a browser than it says, by syntax and by name."""

import re
import shutil
import subprocess

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cms.people import PeopleDesk
from tests.editor.test_bundle import ROOT, dev
from tests.people.house import login_of, signed_in

STATIC = ROOT / "cms" / "web" / "static"
ESBUILD = dev.FRONT / "node_modules" / "esbuild"
FLOOR = ("chrome92", "firefox98", "safari15.4")
SCRIPTS = sorted(one.name for one in STATIC.glob("*.js"))
MODULES = [one for one in SCRIPTS if one != "floor.js"]
ENTRIES = sorted(
    set(
        re.findall(
            r'type="module" src="\{\{ url_for\(\'static\', filename=\'([\w.]+)\'',
            "".join(one.read_text(encoding="utf-8") for one in ROOT.glob("cms/web/templates/**/*.html")),
        )
    )
)
# What came after the floor, and with which Chromium or Safari: names a script must not use.
YOUNGER = {
    r"\bAbortSignal\.(timeout|any)\b": "Chromium 103",
    r"\.checkVisibility\b": "Chromium 105",
    r"\bstructuredClone\b": "Chromium 98",
    r"\.findLast(Index)?\b": "Chromium 97",
    r"\.to(Sorted|Reversed|Spliced)\b": "Chromium 110",
    r"\bObject\.(hasOwn|groupBy)\b": "Chromium 93",
    r"\bMap\.groupBy\b": "Chromium 117",
    r"\bPromise\.(withResolvers|try)\b": "Chromium 119",
    r"\bArray\.fromAsync\b": "Chromium 121",
    r"\bURL\.(canParse|parse)\b": "Chromium 120",
    r"\.(show|hide|toggle)Popover\b": "Chromium 114",
    r"\.inert\b": "Chromium 102",
    r"\.setHTML(Unsafe)?\b": "Chromium 124",
    r"\bstartViewTransition\b": "Chromium 111",
    r"\bnew (CompressionStream|CloseWatcher|Highlight)\b": "Safari 16.4",
    r"\b(requestIdleCallback|scheduler\.)": "Safari has none",
    r"\(\?<[=!]": "Safari 16.4",
}


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, login_of("编辑", "chengdu"))


def younger(source: str) -> list[str]:
    """The names in ``source`` that came after the floor, and when."""
    return [f"{found[0]} ({since})" for name, since in YOUNGER.items() if (found := re.search(name, source))]


def lowered(source: str, *targets: str) -> str:
    """``source`` as esbuild writes it for these browsers; for the newest there are without ``targets``."""
    node = shutil.which("node")
    assert node
    said = subprocess.run(
        [node, str(ESBUILD / "bin" / "esbuild"), f"--target={','.join(targets or ('esnext',))}", "--charset=utf8"],
        input=source, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return said.stdout if said.returncode == 0 else f"not possible: {said.stderr}"


@pytest.mark.parametrize("name", MODULES)
def test_no_script_uses_a_name_younger_than_the_floor(name: str) -> None:
    assert younger((STATIC / name).read_text(encoding="utf-8")) == []


def test_a_younger_name_is_found() -> None:
    assert younger("const own = structuredClone(front)") == ["structuredClone (Chromium 98)"]
    assert younger("[1, 2].at(-1)") == []


@pytest.mark.skipif(not ESBUILD.is_dir(), reason="NOT TESTED: python3 dev.py web")
@pytest.mark.parametrize("name", MODULES)
def test_no_script_is_written_in_younger_words_than_the_floor(name: str) -> None:
    """A real parser writes the file for the floor: nothing had to be written in older words."""
    source = (STATIC / name).read_text(encoding="utf-8")
    assert lowered(source, *FLOOR) == lowered(source)


@pytest.mark.skipif(not ESBUILD.is_dir(), reason="NOT TESTED: python3 dev.py web")
def test_younger_words_are_found_and_the_gate_is_in_the_oldest() -> None:
    assert lowered("class A { static { a() } }", *FLOOR) != lowered("class A { static { a() } }")
    gate = (STATIC / "floor.js").read_text(encoding="utf-8")
    assert lowered(gate, "es5") == lowered(gate)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_script_of_a_page_stops_below_the_floor(name: str) -> None:
    lines = (STATIC / name).read_text(encoding="utf-8").splitlines()
    assert next(one for one in lines if one.startswith("import ")) == 'import "./modern.js";'


def test_the_bundle_is_made_for_the_floor() -> None:
    said = (dev.FRONT / "build.mjs").read_text(encoding="utf-8")
    assert "target: [" + ", ".join(f'"{one}"' for one in FLOOR) + "]" in said


def test_the_page_and_the_handbook_say_the_floor(client: FlaskClient) -> None:
    page, book = client.get("/new").text, (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    for words in ("92", "98", "15.4"):
        assert words in page.partition("plain-save")[2][:900] and words in book.partition("## The floor")[2]


def test_what_the_plain_page_needs_is_old(client: FlaskClient) -> None:
    """Where no script runs, no selector of its style stands in a list with one an old browser does not know."""
    style = (STATIC / "floor.css").read_text(encoding="utf-8")
    assert re.findall(r":(?:is|has|where)\(|\binset:|color-mix|dvh|@layer|@container", style) == []
    assert "floor.css" in client.get("/new").text
