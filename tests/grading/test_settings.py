"""Marks, weights and limits from TOML; each mistake is one sentence that says what is valid."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pytest_lazyinit.grading.settings import Limits, Settings, SettingsError, limited, read


def settings(tmp_path, text):
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    return read(str(tmp_path / "s.toml"), Settings())


def test_what_a_file_says_replaces_the_defaults_and_nothing_else(tmp_path):
    found = settings(tmp_path, '[limits]\ntime = 5\n[weights]\n3 = 2.5\n[marks.1]\nstructure = 0.1\nclaim = 0.9\n[marks.3]\nwidths = 1\ntied = 0\npersistent = 0\n')
    assert (found.limits.time, found.limits.memory) == (5, Limits().memory)
    assert found.weights == {"1": 1, "2": 1, "3": Fraction(5, 2)}
    assert found.marks["1"] == {"structure": Fraction(1, 10), "claim": Fraction(9, 10)} and found.marks["2"] == Settings().marks["2"]


def test_thirds_are_thirds():
    assert sum(Settings().marks["3"].values()) == 1 and Settings().marks["3"]["tied"] == Fraction(1, 3)


@pytest.mark.parametrize("text, words", [
    ("[limit]\n", "'limit' is no table of the settings; there are [limits]"),
    ("limits = 3\n", "limits is a table"),
    ("[limits]\ntime = 'long'\n", "limits.time is a number from 0.1 to 3600, not 'long'"),
    ("[limits]\ntime = 0\n", "limits.time is a number"),
    ("[limits]\nseconds = 3\n", "limits.seconds is unknown; there are time, memory"),
    ("[weights]\n4 = 1\n", "weights.4 is unknown; there are 1, 2, 3"),
    ("[weights]\n1 = -1\n", "weights.1 is a number from 0"),
    ("[weights]\n1 = 'x'\n", "weights.1 is a number from 0"),
    ("[weights]\n1 = true\n", "weights.1 is a number from 0"),
    ("[marks.3]\nwidths = 0.33\ntied = 0.33\npersistent = 0.33\n", 'thirds are written "1/3"'),
    ("[marks.7]\n", "marks.7 is unknown"),
    ("[marks.1]\nform = 1\n", "marks.1.form is unknown; there are structure, claim"),
    ("[limits\n", "is not TOML"),
])
def test_a_mistake_is_a_sentence(tmp_path, text, words):
    with pytest.raises(SettingsError) as error:
        settings(tmp_path, text)
    assert words in str(error.value), error.value


def test_all_mistakes_are_said_at_once(tmp_path):
    with pytest.raises(SettingsError) as error:
        settings(tmp_path, "[limits]\ntime = 0\nx = 1\n[weights]\n9 = 1\n")
    assert len(str(error.value).splitlines()) == 3


def test_the_command_line_wins_over_the_file():
    assert limited(Limits(time=5, memory=100), time=2.5, memory=None) == Limits(time=2.5, memory=100)
    with pytest.raises(SettingsError, match="limits.memory is a number from 64"):
        limited(Limits(), memory=1)
