"""Text from outside is decoded, compared and shown without surprises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_loupe.engine.text import decode, folded, printable, storable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str) -> None:
    assert decode("glück = 1\n".encode(encoding)) == "glück = 1\n"


def test_what_is_in_no_known_encoding_is_not_guessed() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode("glück".encode("latin-1"))


@given(st.text())
def test_nothing_that_is_shown_controls_a_terminal(text: str) -> None:
    shown = printable(text)
    assert all(c.isprintable() or c in "\u200c\u200d" for c in shown)
    shown.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u00a0\u3000")))
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text or not text.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r", r"a\nb\r"),
        ("\udce9", r"\xe9"),
        ("\u202egnp", r"\u202egnp"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_controls_show_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "same", [("hot dog", "Hot_Dog"), ("a-b", " a  b "), ("café", "cafe\u0301"), ("STRASSE", "straße")]
)
def test_names_are_the_same_but_for_case_spaces_and_composition(same: tuple[str, str]) -> None:
    assert folded(same[0]) == folded(same[1])


def test_what_can_be_stored() -> None:
    assert storable("猫 und Käfer 👩\u200d🔬")
    assert not storable("caf\udce9")
    assert not storable("a\x1b[31m")
