"""A source's path stays inside the workspace, whatever is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.registry.paths import exists, path_fault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    (folder / "inbox" / "a" / "deep").mkdir(parents=True)
    (folder / "inbox" / "a" / "one.jsonl").write_text("1")
    (folder / "inbox" / "a" / "deep" / "two.jsonl").write_text("2")
    (folder / "inbox" / "b.jsonl").write_text("3")
    (folder / "vault").mkdir()
    (folder / "vault" / "key").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.jsonl").write_text("4")
    return folder


@pytest.mark.parametrize(
    "path",
    [
        "inbox/a",
        "inbox/a/",
        "inbox/a/*.jsonl",
        "inbox/**/*.jsonl",
        "inbox",
        "landing/none",
        "inbox/b.jsonl",
        "./inbox/a",
    ],
)
def test_paths_inside_the_workspace_are_fine(root: Path, path: str) -> None:
    assert path_fault(root, path) is None
    assert path_fault(root, str(root / path)) is None


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("../outside", "leaves the workspace"),
        ("inbox/../../outside/x.jsonl", "leaves the workspace"),
        ("inbox/a/../../vault/key", "leaves the workspace"),
        ("~/logs", "leaves the workspace"),
        ("/etc/passwd", "outside the workspace"),
        ("//etc/passwd", "outside the workspace"),
        ("inbox\\a", "characters that no path has"),
        ("inbox/\0", "characters that no path has"),
        (".", "covers the whole workspace"),
        ("*", "covers the whole workspace"),
        ("**/*.jsonl", "covers the whole workspace"),
        ("[v]ault/key", "covers the whole workspace"),
        ("vault/key", "takeup's own"),
        ("Vault/*", "takeup's own"),
        ("config/tools.yml", "takeup's own"),
        (".takeup", "takeup's own"),
        ("warehouse.duckdb", "takeup's own"),
    ],
)
def test_paths_that_lead_out_or_into_secrets_are_refused(root: Path, path: str, what: str) -> None:
    fault = path_fault(root, path)
    assert fault is not None
    assert what in fault[0]


def test_an_absolute_path_to_another_folder_with_the_same_beginning_is_outside(root: Path) -> None:
    (root.parent / "ws-copy").mkdir()
    assert path_fault(root, str(root.parent / "ws-copy")) is not None


def test_links_that_lead_out_are_refused_wherever_they_stand(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "inbox" / "linked").symlink_to(outside)
    (root / "inbox" / "a" / "sly.jsonl").symlink_to(outside / "x.jsonl")
    for path, link in {
        "inbox/linked": "inbox/linked",
        "inbox/linked/x.jsonl": "inbox/linked",
        "inbox/linked/*.jsonl": "inbox/linked",
        "inbox/a": "inbox/a/sly.jsonl",
        "inbox/a/*.jsonl": "inbox/a/sly.jsonl",
    }.items():
        fault = path_fault(root, path)
        assert fault == (f"{link} is a link that leads out of the workspace", "put the files themselves there"), path


def test_links_within_the_workspace_are_fine(root: Path) -> None:
    (root / "inbox" / "linked").symlink_to(root / "inbox" / "a")
    assert path_fault(root, "inbox/linked") is None


def test_a_loop_of_links_ends(root: Path) -> None:
    (root / "inbox" / "a" / "loop").symlink_to(root / "inbox")
    assert path_fault(root, "inbox/a") is None


def test_a_link_to_itself_a_broken_pattern_and_an_endless_name_are_faults_and_no_traceback(root: Path) -> None:
    (root / "inbox" / "self").symlink_to(root / "inbox" / "self")
    for path, what in {
        "inbox/self": "inbox/self is a link that leads out",
        "inbox/**x": "is not a pattern",
        f"inbox/{'a' * 300}": "cannot be looked at",
    }.items():
        fault = path_fault(root, path)
        assert fault is not None
        assert what in fault[0]
    assert not exists(root, f"inbox/{'a' * 300}")


def test_a_place_exists_when_the_folder_of_its_pattern_does(root: Path) -> None:
    assert exists(root, "inbox/a/*.csv")
    assert not exists(root, "inbox/none/*.csv")
    assert not exists(root, "/etc")
