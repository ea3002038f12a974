"""config/privacy.yml: what may be shown of people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from orchestration.registry.values import NOT_TRUTH, Model


class Privacy(Model):
    """config/privacy.yml"""

    small_group: Annotated[int, Field(ge=5, le=1_000), NOT_TRUTH] = Field(
        10, description="figures of fewer people are merged into others", examples=[10]
    )
    publish_names: bool = Field(False, description="publish names instead of keys", examples=["false"])
    person_pages: Literal["never", "sign_in", "local"] = Field(
        "sign_in",
        description="whom the dashboard shows rows of single people: nobody (never), those signed in whose groups may"
        " (sign_in), or also whoever sits at this machine (local)",
        examples=["sign_in"],
    )
