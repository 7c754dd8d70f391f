"""Static charts by pygal as images that a page can hold: no script, no date, and colours that follow the reader's theme."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

_STYLE = """
.background {fill: none}
.axis text, .axis text.major {fill: #566072; font-family: system-ui, sans-serif; font-size: 13px}
.axis.x text {text-anchor: middle}
.axis.y text {text-anchor: end}
.guide, .axis > path.line {stroke: #dde2ea; stroke-width: 1; fill: none}
.x .guide, .x .guides path {stroke: none}
.tooltip, .text-overlay, desc {display: none}
.series .line, .series .dot {stroke: #2350be; fill: #2350be}
path.line.nofill, .series path.line {fill: none; stroke-width: 2.5}
@media (prefers-color-scheme: dark) {
.axis text, .axis text.major {fill: #a6b0bf}
.guide, .axis > path.line {stroke: #323b4a}
.series .line, .series .dot {stroke: #9ab8ff; fill: #9ab8ff}
}
"""


def line(points: Sequence[tuple[str, float, str]]) -> str:
    """Scores from 0 to 100 over dates, as the address of an image; no line joins scores of different rubrics."""
    rubrics = dict.fromkeys(rubric for _, _, rubric in points)
    return _chart(
        [date for date, _, _ in points],
        [(rubric, [score if of == rubric else None for _, score, of in points]) for rubric in rubrics],
        height=280, show_legend=False, css=["inline:" + _STYLE],
        dots_size=3.5 if len(points) <= 60 else 1.5, show_dots=len(points) <= 200,
    )  # fmt: skip


def lines(dates: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> str:
    """Scores from 0 to 100 over dates, a line for each name with a legend, as the address of an image."""
    return _chart(
        dates, series,
        height=420, show_legend=True, legend_at_bottom=True, legend_at_bottom_columns=7, truncate_legend=-1,
        css=["inline:" + _STYLE + _colours(len(series))], dots_size=2, show_dots=len(dates) <= 60,
    )  # fmt: skip


def _chart(dates: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], **options: Any) -> str:
    """A chart of scores over dates, of which about nine are written out, the last among them."""
    chart = _pygal().Line(
        width=1040, explicit_size=True, range=(0, 100), margin=12, margin_right=48, show_y_guides=True,
        y_labels=[0, 25, 50, 75, 100], show_minor_x_labels=False, truncate_label=-1, no_prefix=True, **options,
    )  # fmt: skip
    step = -(-len(dates) // 9)
    chart.x_labels = dates
    chart.x_labels_major = list(dates)[::-1][::step]
    for name, scores in series:
        chart.add(name, list(scores))
    return _address(chart.render_tree())


def _colours(count: int) -> str:
    """Hues around the circle, of a lightness that stands out on light and on dark."""
    rules = [
        ".legend text {fill: #566072; font-family: system-ui, sans-serif; font-size: 12px}",
        "@media (prefers-color-scheme: dark) {.legend text {fill: #a6b0bf}}",
    ]
    for number in range(count):
        hue = f"hsl({number * 360 // count} 60% 45%)"
        rules.append(f".color-{number} {{stroke: {hue}; fill: {hue}}}")
        rules.append(f".series.serie-{number} .dot {{stroke: {hue}; fill: {hue}}}")
        rules.append(f".series.serie-{number} path.line {{stroke: {hue}; fill: none; stroke-width: 2}}")
    return "\n".join(rules)


def _pygal() -> Any:
    import sys

    import pygal

    # it puts a finder of old plug-ins into the way of every later import, which newer Pythons warn of
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _address(root: ElementTree.Element) -> str:
    """The picture without what pygal adds for scripts and the day it was made on."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in ("script", "title", "desc"):
                parent.remove(child)
    data: bytes = ElementTree.tostring(root, encoding="utf-8")
    return "data:image/svg+xml;base64," + base64.b64encode(data).decode("ascii")
