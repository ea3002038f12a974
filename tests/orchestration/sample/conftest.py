"""One company for all tests of the sample, with its truth and the events of its logs."""

from __future__ import annotations

import pytest

from orchestration.sample import CompanyReport, read_truth, write_company
from orchestration.sources.records import EventRecord
from tests.orchestration.sample.logs import EVENT_TOOLS, parsed

# Of so few people only some seeds show every way of being careless.
PEOPLE, WEEKS, SEED = 600, 16, 18


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> CompanyReport:
    return write_company(tmp_path_factory.mktemp("company"), people=PEOPLE, weeks=WEEKS, seed=SEED)


@pytest.fixture(scope="session")
def truth(company: CompanyReport) -> dict[tuple[str, str], dict[str, str]]:
    return read_truth(company.truth)


@pytest.fixture(scope="session")
def events(company: CompanyReport) -> dict[str, list[EventRecord]]:
    """The distinct sound events of each decision tool in the order of time."""
    found = {}
    for tool_id in EVENT_TOOLS:
        distinct = {one.key: one for one in parsed(company, tool_id) if isinstance(one, EventRecord)}
        found[tool_id] = sorted(distinct.values(), key=lambda one: one.occurred_at)
    return found
