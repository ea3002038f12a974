from pathlib import Path

import pytest

from orchestration.errors import ConfigError
from orchestration.registry.rule_models import KEYS, Catalogue, RuleFile
from orchestration.registry.yaml_file import YamlFile, validate

HEAD = "tool: triage\nrules:\n- id: r-one\n  severity: major\n"
DAY = 86_400_000_000


def read(text):
    return validate(YamlFile.parse(Path("r.yml"), text), RuleFile)


def rule(body):
    return read(HEAD + "".join(f"  {line}\n" for line in body.strip().split("\n"))).rules[0]


def problems(body):
    with pytest.raises(ConfigError) as caught:
        rule(body)
    return [str(problem) for problem in caught.value.problems]


def test_durations_shares_and_lists_are_read_in_every_writing():
    found = rule("kind: followed_by\neach: a\nthen: [b, c where x = 1]\nsame: item_id\nwithin: 3d\ntolerate: 5%")
    assert (found.within, found.tolerate, found.same) == (3 * DAY, 0.05, ("item_id",))
    assert (found.each, found.then) == ("a", ("b", "c where x = 1"))
    assert rule("kind: check\neach: a\nmust: x = 1\ntolerate: none").tolerate == 0
    assert rule("kind: check\neach: a\nmust: x = 1\ntolerate: 0.05").tolerate == 0.05


def test_what_a_rule_does_not_say_has_a_default():
    found = rule("kind: check\neach: a\nmust: x = 1")
    assert (found.version, found.evidence.incorrect, found.evidence.correct) == (1, 5, 10)
    assert (found.title, found.owner, found.why, found.train, found.examples) == (None, None, None, None, ())
    assert rule("kind: check\neach: a\nmust: x = 1\nevidence: {incorrect: 3}").evidence.correct == 10


def test_examples_carry_events_and_what_they_come_to():
    found = rule(
        "kind: check\neach: a\nmust: x = 1\nexamples:\n- name: one\n  events: |\n    D1 09:00 a\n"
        "  expect: {kept: 0, broken: 1, verdict: violated}"
    )
    (example,) = found.examples
    assert (example.name, example.events, example.expect.broken) == ("one", "D1 09:00 a\n", 1)


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_says_which_of_its_keys_are_missing(kind):
    found = problems(f"kind: {kind}")
    for key in KEYS[kind].required:
        assert any(f"a rule of kind {kind!r} needs the key {key!r}" in one for one in found), key
    assert all(one.startswith("r.yml:3:3: ") for one in found)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("kind: check\neach: a\nmust: x = 1\nwithin: 3d", "r.yml:8:3: a rule of kind 'check' has no key 'within'"),
        (
            "kind: preceded_by\neach: a\nfirst: b\nwithin: 1d\nbefore: c",
            "r.yml:9:3: a rule of kind 'preceded_by' has no",
        ),
        ("kind: followed_by\neach: a\nthen: b", "needs the key 'within' - add `within: 3d` (no deadline, no verdict)"),
        ("kind: folowed_by", "r.yml:5:9: 'folowed_by' is not one of the permitted words"),
        ("kind: check\neach: a\nmsut: x = 1\nmust: y = 1", "r.yml:7:3: unknown key 'msut'; did you mean 'must'?"),
        ("kind: followed_by\neach: a\nthen: b\nwithin: 3 days", "r.yml:8:11: '3 days' is not a duration"),
        ("kind: followed_by\neach: a\nthen: b\nwithin: 3", "r.yml:8:11: 3 is not a duration"),
        ("kind: followed_by\neach: a\nthen: b\nwithin: 1d\nwho: anyone", "r.yml:9:8: `who: anyone` needs `same`"),
        ("kind: followed_by\neach: a\nthen: b\nwithin: 1d\nwho: bob", "r.yml:9:8: 'bob' is not one of the permitted"),
        ("kind: check\neach: a\nmust: x = 1\ntolerate: 500%", "r.yml:8:13: the share 500% is out of range"),
        ("kind: check\neach: a\nmust: x = 1\ntolerate: some", "r.yml:8:13: 'some' is not a share"),
        ("kind: check\neach: []\nmust: x = 1", "r.yml:6:9: "),
        ("kind: check\neach: a\nmust: x = 1\nevidence: {incorrect: 0}", "r.yml:8:25: 0 is out of range"),
        ("kind: check\neach: a\nmust: x = 1\nevidence: {correct: 2.5}", "r.yml:8:23: 2.5 is not a whole number"),
        ("kind: share\nof: a\namong: b", "r.yml:3:3: a rule of kind 'share' needs `min`, `max` or both"),
        ("kind: share\nof: a\namong: b\nmin: 40", "r.yml:8:8: 40 is not a share - write 40%"),
        ("kind: share\nof: a\namong: b\nmin: 60%\nmax: 40%", "r.yml:8:8: min is greater than max"),
        (
            "kind: share\nof: a\namong: b\nmin: 40%\ntolerate: 5%",
            "r.yml:9:13: a rule of kind 'share' tolerates nothing",
        ),
        ("kind: count\nper: day\nof: a\nmax: 40%", "r.yml:8:8: 0.4 is not a number of events"),
        ("kind: count\nper: day\nof: a\nmax: -1", "r.yml:8:8: -1 is not a number of events"),
        ("kind: count\nper: day\nof: a\nmax: many", "r.yml:8:8: 'many' is not a number"),
        ("kind: cadence\nof: a\nat_least: 3 days\nreach_back: 13 weeks", "r.yml:8:15: '13 weeks' does not say how far"),
        (
            "kind: cadence\nof: a\nat_least: 3 days\nreach_back: 10 obligations, at most 900 weeks",
            "r.yml:8:15: '10 obligations, at most 900 weeks' is out of range",
        ),
        ("kind: coverage\nitems: any\nby: a\nuse_cases: x", "r.yml:8:14: work items have no use case"),
        ("kind: cadence\nof: a\nat_least: 8 days", "r.yml:7:13: '8 days' is out of range"),
        ("kind: cadence\nof: a\nat_least: 3", "r.yml:7:13: 3 does not say how often"),
        ("kind: cadence\nof: a\nat_least: 3 days\nper: month", "r.yml:8:8: a cadence per month is not kept"),
        (
            "kind: calibrated\neach: a\naccepted: x = 1\nlow: 90%\nhigh: 80%\ngap: 5%",
            "r.yml:8:8: low is greater than high",
        ),
        (
            "kind: check\neach: a\nmust: x = 1\neffective: {from: 2026-02-01, to: 2026-01-01}",
            "would end before it begins",
        ),
        ("kind: check\neach: a\nmust: x = 1\neffective: {from: 2026-02-30}", "r.yml:8:21: '2026-02-30' is not a day"),
        ("kind: check\neach: a\nmust: x = 1\nroles: [a, a]", "r.yml:8:14: 'a' stands twice"),
        (
            "kind: check\neach: a\nmust: x = 1\nexamples:\n- {name: n, events: D1, expect: {}}",
            "the example expects nothing",
        ),
        ("kind: check\neach: a\nmust: x = 1\nseverity_: x", "unknown key 'severity_'; did you mean 'severity'?"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(body, message):
    assert any(message in one for one in problems(body)), problems(body)


def two(first, second):
    body = "  kind: check\n  each: a\n  must: x = 1\n"
    return f"{HEAD}{body}  {first}\n- id: r-one\n{body}  {second}\n"


def test_versions_of_a_rule_may_follow_each_other_but_not_overlap():
    assert len(read(two("effective: {to: 2026-01-31}", "version: 2\n  effective: {from: 2026-02-01}")).rules) == 2
    with pytest.raises(ConfigError, match=r"r\.yml:.* versions 1 and 2 of 'r-one' are in force on the same day"):
        read(two("effective: {to: 2026-02-01}", "version: 2\n  effective: {from: 2026-02-01}"))
    with pytest.raises(ConfigError, match=r"r\.yml:9:7: the rule 'r-one' version 1 stands twice"):
        read(two("version: 1", "version: 1"))


def test_a_period_is_read_as_utc_and_in_order():
    body = HEAD + "  kind: check\n  each: a\n  must: x = 1\n"
    period = read(body + "period: {d0: '2011-06-01 00:00:00', d1: 2011-12-01}\n").period
    assert period is not None
    assert period.d0 is not None and period.d1 is not None and period.watermark is None
    assert (period.d0.isoformat(), period.d1.isoformat()) == ("2011-06-01T00:00:00", "2011-12-01T00:00:00")
    with pytest.raises(ConfigError, match="the period ends before it begins"):
        read(body + "period: {d0: 2011-06-01, d1: 2011-06-01}\n")
    with pytest.raises(ConfigError, match="'soon' is not a time in UTC"):
        read(body + "period: {d0: soon}\n")


def test_a_catalogue_names_events_attributes_and_measures():
    text = (
        "tool: t\nrules: []\ncatalogue:\n  events: [a, b]\n  attributes: {x: double}\n"
        "  measures: {reviews: what it counts}\n"
    )
    catalogue = read(text).catalogue
    assert catalogue is not None
    assert (catalogue.events, dict(catalogue.attributes)) == (("a", "b"), {"x": "double"})
    assert dict(catalogue.measures) == {"reviews": "what it counts"}
    assert read(text.replace("{reviews: what it counts}", "[reviews]")).catalogue.measures == {"reviews": None}
    with pytest.raises(ConfigError, match="'a' stands twice"):
        read(text.replace("[a, b]", "[a, a]"))
    with pytest.raises(ConfigError, match=r"5:19: 'decimal' is not one of the permitted words - .*'double'"):
        read(text.replace("double", "decimal"))


def test_catalogues_of_several_files_are_one():
    one = Catalogue(events=("a", "b"), attributes={"x": "double"})
    other = Catalogue(events=("b", "c"), attributes={"x": "text", "y": "date"}, measures={"m": None})
    merged = Catalogue.merged([one, other])
    assert (merged.events, merged.attributes, merged.measures) == (
        ("a", "b", "c"), {"x": "double", "y": "date"}, {"m": None},
    )  # fmt: skip


def test_editors_are_told_which_keys_a_kind_takes():
    schema = RuleFile.model_json_schema()["$defs"]["Rule"]
    kinds = {one["if"]["properties"]["kind"]["const"]: one["then"] for one in schema["allOf"]}
    assert set(kinds) == set(KEYS)
    assert kinds["check"]["required"] == ["each", "must"]
    assert kinds["check"]["properties"]["within"] is False
    assert "within" not in kinds["followed_by"]["properties"]
