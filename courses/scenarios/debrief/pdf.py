"""The debrief on paper: A4, with its fonts inside, so that it prints alike everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace
from pylopdf_fonts_zh_cn import sans_path

FONT = "Noto Sans SC"
INK, MUTED, LINE, SOFT = (31, 29, 26), (93, 88, 79), (220, 215, 206), (238, 235, 229)
ACCENT, ALARM, AMBER = (11, 102, 102), (178, 60, 38), (150, 96, 10)
TONES = {"good": ACCENT, "warn": AMBER, "bad": ALARM}
MARGIN = 18.0
CHART_HEIGHT = 34.0


@dataclass(frozen=True)
class Print:
    """What is printed: `debrief` with its texts in one language; people's names; rows as the page shows them."""

    debrief: dict[str, Any]
    names: Sequence[str]
    mode: str
    at: datetime
    skills: Sequence[dict[str, Any]]
    advice: dict[str, Any] | None
    signed: Sequence[dict[str, Any]]


class _Paper(FPDF):
    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(FONT, size=8)
        self.set_text_color(*MUTED)
        self.cell(0, 5, _("A training score, not a certificate."), new_x=XPos.LMARGIN)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")


def render_pdf(printed: Print) -> bytes:
    """The PDF file, in the active language."""
    paper = _Paper(format="A4")
    paper.set_lang("en" if get_language() == "en" else "zh-CN")
    paper.set_title(printed.debrief["title"])
    paper.add_font(FONT, fname=str(sans_path()))
    paper.set_margins(MARGIN, MARGIN, MARGIN)
    paper.set_auto_page_break(auto=True, margin=20)
    paper.add_page()
    _head(paper, printed)
    _sentences(paper, printed.debrief)
    _chart(paper, printed.debrief)
    _objectives(paper, printed.debrief["objectives"])
    _minutes(paper, printed.debrief)
    _skills(paper, printed)
    _signatures(paper, printed)
    return bytes(paper.output())


def _head(paper: FPDF, printed: Print) -> None:
    d = printed.debrief
    _line(paper, _("Debrief"), 9, MUTED)
    _line(paper, d["title"], 18, INK)
    when = date_format(printed.at, "Y-m-d H:i")
    facts = [*printed.names, when, printed.mode, d["profile"]["name"]]
    _line(paper, " · ".join(fact for fact in facts if fact), 9, MUTED)
    paper.ln(2)
    passed = pgettext("scenario run", "passed") if d["passed"] else pgettext("scenario run", "not passed")
    words = _("%(score)s of 100, %(verdict)s (pass mark %(mark)s). %(outcome)s.") % {
        "score": f"{d['score']:.0f}",
        "verdict": passed,
        "mark": f"{d['pass_mark']:.0f}",
        "outcome": d["outcome"]["text"],
    }
    _line(paper, words, 12, ACCENT if d["passed"] else ALARM)
    paper.ln(2)


def _sentences(paper: FPDF, d: dict[str, Any]) -> None:
    _labelled(paper, _("What went well"), d["went_well"])
    _labelled(paper, _("Next time"), d["next_time"])
    for cap in d["caps"]:
        told = _("The score is capped at %(cap)s: %(what)s.") % {"cap": f"{cap['cap']:.0f}", "what": cap["title"]}
        _line(paper, told, 10, ALARM)
    paper.ln(2)


def _chart(paper: FPDF, d: dict[str, Any]) -> None:
    """Compressions by time: each a stroke in the colour of its credit; pauses as bands; steps as ticks above."""
    _heading(paper, _("Time line"))
    left, top, width = MARGIN, paper.get_y() + 2, paper.w - 2 * MARGIN
    length = max(1.0, d["ended_s"])
    bottom = top + CHART_HEIGHT

    def x(t_s: float) -> float:
        return float(left + width * min(1.0, t_s / length))

    paper.set_fill_color(*SOFT)
    for pause in d["pauses"]:
        paper.rect(x(pause["from_s"]), top + 8, max(0.3, x(pause["to_s"]) - x(pause["from_s"])), CHART_HEIGHT - 8, "F")
    for t_s, _depth, _rate, _recoil, credit in d["compressions"]:
        paper.set_draw_color(*(ACCENT if credit >= 0.8 else AMBER if credit >= 0.4 else ALARM))
        paper.set_line_width(0.2)
        paper.line(x(t_s), bottom, x(t_s), bottom - (CHART_HEIGHT - 10) * max(0.12, credit))
    for mark in d["marks"]:
        if mark["lane"] in {"steps", "aed", "patient"} and mark["kind"] != "aed":
            paper.set_fill_color(*TONES.get(mark["tone"], MUTED))
            paper.circle(x(mark["t_s"]), top + 3, 0.9, "F")
    paper.set_draw_color(*LINE)
    paper.line(left, bottom, left + width, bottom)
    paper.set_font(FONT, size=7)
    paper.set_text_color(*MUTED)
    for minute in range(int(length // 60) + 1):
        paper.set_xy(x(minute * 60) - 4, bottom + 0.5)
        paper.cell(8, 4, f"{minute}:00", align="C")
    paper.set_xy(left, bottom + 6)
    hands = d["hands"]
    if hands["count"]:
        called = ", ".join(hands["sources"])
        _line(paper, _("Measured: %(what)s.") % {"what": called}, 8, MUTED)
    if not hands["certifies_depth"]:
        _line(
            paper, _("Depth is not certified by this run: that needs a calibrated sensor and an instructor."), 8, MUTED
        )
    paper.ln(2)


def _objectives(paper: FPDF, objectives: Sequence[dict[str, Any]]) -> None:
    _heading(paper, _("Objectives"))
    rows = [
        (
            o["title"],
            f"{o['points']:.1f} / {o['possible']:.1f}",
            f"{o['reason']}\n{o['guideline']}",
        )
        for o in objectives
    ]
    _table(paper, (_("Objective"), _("Points"), _("Why, and what the guideline says")), rows, (34, 20, 100))


def _minutes(paper: FPDF, d: dict[str, Any]) -> None:
    if not d["hands"]["count"]:
        return
    _heading(paper, _("Minute by minute"))
    rows = [
        (
            str(m["minute"]),
            str(m["compressions"]),
            _number(m["rate_cpm"]),
            _number(m["depth_mm"]),
            "–" if m["recoil_share"] is None else f"{100 * m['recoil_share']:.0f} %",
            f"{m['paused_s']:.0f}",
        )
        for m in d["minutes"]
    ]
    travel = _("Depth (mm)") if d["hands"]["certifies_depth"] else _("Travel (mm)")
    head = (_("Minute"), _("Compressions"), _("Rate (/min)"), travel, _("Released"), _("Pauses (s)"))
    _table(paper, head, rows, (16, 26, 26, 26, 26, 26))


def _skills(paper: FPDF, printed: Print) -> None:
    if printed.advice:
        _heading(paper, _("Next exercise"))
        _line(paper, f"{printed.advice['title']} · {printed.advice['mode_name']}", 11, INK)
        _line(paper, printed.advice["why"], 9, MUTED)
        paper.ln(2)
    if printed.skills:
        _heading(paper, _("Your skills"))
        rows = [
            (
                row["name"],
                f"{100 * row['credit']:.0f} %",
                f"{100 * row['likely']:.0f} %",
                f"{row['fades_at']:%Y-%m-%d}" if row["is_kept"] else pgettext("practise", "now"),
            )
            for row in printed.skills
        ]
        _table(paper, (_("Skill"), _("Last shown"), _("Likely today"), _("Practise by")), rows, (60, 30, 30, 34))


def _signatures(paper: FPDF, printed: Print) -> None:
    _heading(paper, _("Sign-off"))
    if not printed.signed:
        _line(paper, _("Not signed off. Instructor and date:"), 9, MUTED)
        paper.ln(8)
        paper.set_draw_color(*LINE)
        paper.line(MARGIN, paper.get_y(), MARGIN + 80, paper.get_y())
    for row in printed.signed:
        sign = row["sign"]
        depth = _("depth seen on a manikin with a sensor") if sign.saw_depth else _("depth not certified")
        by = sign.instructor or "–"
        words = f"{row['name']}: {sign.get_verdict_display()} · {depth} · {by} · {date_format(sign.signed_at, 'Y-m-d')}"
        _line(paper, words, 10, INK)
        if sign.note:
            _line(paper, sign.note, 9, MUTED)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _heading(paper: FPDF, words: str) -> None:
    if paper.get_y() > paper.h - 50:
        paper.add_page()
    paper.ln(2)
    _line(paper, words, 12, INK)
    paper.ln(0.5)


def _line(paper: FPDF, words: str, size: float, colour: tuple[int, int, int]) -> None:
    paper.set_font(FONT, size=size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.52, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _labelled(paper: FPDF, label: str, words: str) -> None:
    _line(paper, label, 8, MUTED)
    _line(paper, words, 11, INK)
    paper.ln(1)


def _table(paper: FPDF, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    paper.set_font(FONT, size=8.5)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.2)
    paper.set_fill_color(255, 255, 255)
    style = FontFace(color=MUTED, emphasis="")
    with paper.table(
        col_widths=tuple(widths),
        headings_style=style,
        line_height=4.6,
        padding=1.2,
        borders_layout="HORIZONTAL_LINES",
        text_align="LEFT",
    ) as table:
        for cells in (head, *rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    paper.ln(2)
