"""Formulas are paths only, the same every time, and bad TeX is refused in Chinese."""

import io
import re
import subprocess
import sys

import pytest
from PIL import Image

from channels.contract import StoryError
from channels.making import formula

EULER = r"\frac{\partial u}{\partial t} = \sqrt{x^2 + 1} \le \sum_{i=1}^n a_i"


def test_the_drawing_is_one_svg_of_paths_in_the_colour_of_the_text() -> None:
    drawn = formula.svg(EULER)
    assert set(re.findall(r"<(\w+)", drawn)) == {"svg", "path"}
    assert not re.search(r"\b(id|class|href)=|url\(|<defs|<use", drawn)
    assert 'fill="currentColor"' in drawn and "display:block" in drawn
    assert re.search(r'width="[\d.]+" height="[\d.]+" viewBox="0 0 [\d. ]+"', drawn)


def test_a_formula_in_a_line_sits_on_the_base_line() -> None:
    assert re.search(r"inline-block;vertical-align:-[\d.]+px", formula.svg("y_i", inline=True))


def test_an_outer_fraction_on_its_own_line_is_set_full_size() -> None:
    def height(drawn: str) -> float:
        return float(re.findall(r'height="([\d.]+)"', drawn)[0])

    assert height(formula.svg(r"\frac{a}{b}")) > 1.3 * height(formula.svg(r"\frac{a}{b}", inline=True))


def test_size_scales_the_drawing() -> None:
    assert formula.width_px("E=mc^2", 34) == pytest.approx(2 * formula.width_px("E=mc^2", 17), rel=0.01)


def test_no_part_of_the_outline_leaves_the_box() -> None:
    drawn = formula.svg(r"\hat{H}\int_0^\infty \vec{F}")
    width, height = map(int, re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)[0])
    moves = [tuple(map(int, one)) for one in re.findall(r"M(-?\d+)[ ]?(-?\d+)", drawn)]
    assert len(moves) > 5
    assert all(0 <= x <= width and 0 <= y <= height for x, y in moves)


def test_a_short_formula_costs_little_of_an_article() -> None:
    assert len(formula.svg("E=mc^2")) < 2500


def test_the_label_reads_it_aloud() -> None:
    assert 'aria-label="a &lt; b"' in formula.svg("a < b", label="a < b")


def test_the_picture_is_a_png_with_the_same_bytes_in_another_process() -> None:
    first = formula.png(EULER)
    code = f"import sys; from channels.making import formula; sys.stdout.buffer.write(formula.png({EULER!r}))"
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert first == again
    assert Image.open(io.BytesIO(first)).format == "PNG"


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        ("", "公式是空的"),
        (r"\foo", r"\foo 不认识"),
        (r"x^{", "写法有误"),
        (r"\begin{matrix}a\end{matrix}", "环境"),
        ("x^中", "汉字"),
        ("a$b", "美元"),
    ],
)
def test_bad_tex_is_refused_with_a_remedy(tex: str, words: str) -> None:
    with pytest.raises(StoryError) as refused:
        formula.svg(tex)
    assert words in refused.value.sentence and refused.value.sentence.endswith("。")


@pytest.mark.parametrize(
    "tex",
    [
        r"\tfrac12",
        r"\bm{F}",
        r"\bigl(x\bigr)",
        r"a \implies b",
        r"5\%",
        r"\$5",
        r"a \dotsb b",
        r"\mathbf u^T",
        r"1 - \frac n p",
    ],
)
def test_common_spellings_mathtext_does_not_know_are_translated(tex: str) -> None:
    assert "<path" in formula.svg(tex)


def test_the_spoken_form_is_the_reading_or_the_tex() -> None:
    assert formula.spoken("E = mc^2") == "E = mc^2"
    assert formula.spoken("E=mc^2", "能量等于质量乘光速平方") == "能量等于质量乘光速平方"
