"""Did it help: what each training changed in how its rule is kept, with n, comparison and, where due, a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, draw, table
from dashboards.charts.event_study import event_study
from dashboards.marts import training
from dashboards.marts.training import Effect

MEASURES = {"broken_share": "broken cases", "satisfied_share": "people who satisfy the rule"}
DESIGNS = {
    "hold_out": "people left out by lot",
    "matched": "people of the same level before who were not trained yet",
}
Colour = Literal["green", "red", "gray"]


def show(filters: Filters) -> None:
    """The card of the page; says what is missing where nothing can be told."""
    with st.container(border=True):
        st.header("Did training help")
        effects = training.effects(filters.path, filters.tool.tool_id)
        if not effects:
            st.markdown("No training of this tool has been completed and measured yet.")
            st.markdown(
                "**What to do:** drop completions into `inbox/training/` (`person_id`, `module`, `completed_at`)"
                " and run `takeup run`."
            )
            return
        told = [effect for effect in effects if effect.refusal is None]
        for effect in _chosen(told):
            _told(filters, effect)
        _refused([effect for effect in effects if effect.refusal is not None])


def _chosen(effects: Sequence[Effect]) -> list[Effect]:
    """One training at a time; a choice appears where there are several."""
    if len(effects) < 2:
        return list(effects)
    names = {effect.effect_id: _name(effect) for effect in effects}
    chosen = st.selectbox("Training", list(names), format_func=names.__getitem__, key="effect", width=720)
    return [effect for effect in effects if effect.effect_id == chosen]


def _name(effect: Effect) -> str:
    return f"{effect.module} · {MEASURES.get(effect.measure, effect.measure)} · against {DESIGNS[effect.design]}"


def _told(filters: Filters, effect: Effect) -> None:
    st.badge(wording.FINDINGS[effect.finding], color=_colour(effect.finding))
    st.markdown(_sentence(effect))
    weeks = training.effect_weeks(filters.path, effect.effect_id)
    if any(week.trained_level is not None for week in weeks):
        draw(event_study(weeks), f"{MEASURES[effect.measure]} before and after training, trained and not trained")
    placebo = (
        "Placebo test, measured as if training had come six weeks earlier, which should give about 0:"
        f" {_points(effect.placebo_estimate)} ({_points(effect.placebo_low)} to {_points(effect.placebo_high)})"
        if effect.placebo_refusal is None
        else f"No placebo test: {wording.plain(effect.placebo_refusal)}"
    )
    st.caption(
        f"Solid: the {effect.trained_people or 0:,} trained. Dashed: {effect.comparison_people or 0:,}"
        f" {DESIGNS[effect.design]}."
        f" Left out for too few cases: {effect.left_out_people or 0:,}. {placebo}."
        " This is a comparison: it proves a cause only where a lot decided who was trained."
    )


def _sentence(effect: Effect) -> str:
    what = MEASURES.get(effect.measure, effect.measure)
    interval = f"{_points(effect.low)} to {_points(effect.high)}"
    return (
        f"**{_points(effect.estimate)} {what}** among the trained, against the comparison (95% interval {interval}),"
        f" from {wording.share(effect.trained_before)} before."
    )


def _colour(finding: str) -> Colour:
    colours: dict[str, Colour] = {"improved": "green", "worsened": "red"}
    return colours.get(finding, "gray")


def _points(value: float | None) -> str:
    return wording.points(value)


def _refused(effects: Sequence[Effect]) -> None:
    if not effects:
        return
    with st.expander(f"{wording.counted(len(effects), 'question')} that cannot be answered, and why"):
        table(
            [
                {
                    "Module": effect.module,
                    "Of": MEASURES.get(effect.measure, effect.measure),
                    "Why not": effect.refusal or "",
                }
                for effect in effects
            ],
            "Effects that cannot be told",
        )
