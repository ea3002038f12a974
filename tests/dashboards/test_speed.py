"""What a click costs the server: CPU, against a page of as many plain words in the same process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.dashboards.publication import TOOLS, Company
from tests.dashboards.test_app import APP

# Measured: 2.7 on an idle and on a busy machine. The overview sends some 70 messages. benchmarks/dashboard.py finds
# 12 ms a rerun with 6.5 million person-tool-weeks.
WORDS = "import streamlit as st\nfor number in range(70):\n    st.markdown(str(number))\n"
MOST_AGAINST_WORDS = 4.0
WARM_UP, RERUNS = 10, 31


def test_a_rerun_of_the_overview_stays_within_its_cpu(workspace_of: Callable[[Company], Path], monkeypatch):
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace_of(Company(people=400))))
    words = AppTest.from_string(WORDS, default_timeout=60).run()
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    ratios = []
    for number in range(WARM_UP + RERUNS):
        app.selectbox(key="tool").set_value(TOOLS[number % 5].tool_id)
        ratios.append(_cpu_s_of(app) / _cpu_s_of(words))
    assert statistics.median(ratios[WARM_UP:]) <= MOST_AGAINST_WORDS


def _cpu_s_of(app: AppTest) -> float:
    begin = time.process_time()
    app.run()
    return time.process_time() - begin
