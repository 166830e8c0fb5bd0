"""The splitting of a documentation text, on texts invented here: no text of the documentation."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmap_spec_tests.document import fingerprint, plain, sentences


def texts(document: str, kind: str = "prose") -> list[str]:
    return [item.text for item in sentences(dedent(document)) if item.kind == kind]


def flattened(document: str) -> str:
    """What a scraped page leaves of a text: line numbers, then lines without indentation."""
    kept = [line.strip() for line in dedent(document).splitlines() if line.strip()]
    numbers = [str(number) for number in range(1, len(kept) + 1)]
    return "\n".join([*numbers, "|", *kept, "|"])


KETTLE = """\
    :mod:`kettle` --- Boiling water
    ===============================

    .. module:: kettle
       :synopsis: Water gets hot.

    A kettle boils :class:`Water`. Pour it
    from *above*; never shake it.

    .. class:: Kettle(volume, colour=None[, lid])
       :noindex:

       **(Gas version)** Burns gas. It whistles.

       A short demonstration::

          import kettle

          # fill it
          with kettle.Kettle(3) as k:
              k.heat(limit=99)  # warm

       Tea comes second. Its example follows::

          pot = kettle.pour()

       The lid has a method.

       .. method:: open([wide])

          Opens the lid.
    """


@pytest.mark.parametrize("shape", [dedent, flattened])
def test_both_shapes_of_a_text_give_the_same_items(shape):
    items = sentences(shape(KETTLE))
    assert [item.text for item in items if item.kind == "prose"] == [
        "A kettle boils Water.",
        "Pour it from above; never shake it.",
        "(Gas version) Burns gas.",
        "It whistles.",
        "A short demonstration:",
        "Tea comes second.",
        "Its example follows:",
        "The lid has a method.",
        "Opens the lid.",
    ]
    assert [item.text for item in items if item.kind == "signature"] == [
        "class Kettle(volume, colour=None[, lid])",
        "method open([wide])",
    ]
    first, second = [item.text for item in items if item.kind == "example"]
    assert first.startswith("import kettle\n")
    assert first.endswith("k.heat(limit=99)  # warm")
    assert second == "pot = kettle.pour()"


def test_both_shapes_of_a_text_give_the_same_fingerprints():
    indented, flat = sentences(dedent(KETTLE)), sentences(flattened(KETTLE))
    assert [item.fingerprint for item in indented] == [item.fingerprint for item in flat]


@pytest.mark.parametrize("shape", [dedent, flattened])
def test_lines_are_those_where_the_items_begin(shape):
    document = shape(KETTLE)
    lines = ["", *document.split("\n")]
    for item in sentences(document):
        words = item.text.removeprefix("(Gas version)").split()
        assert words[-1 if item.kind == "signature" else 0].strip("()") in lines[item.line]
    assert lines[sentences(document)[1].line].endswith("Pour it")


def test_a_sentence_may_begin_with_a_small_letter():
    assert texts("It is hot. lids help.") == ["It is hot.", "lids help."]


def test_tabs_indent():
    assert texts("Try::\n\n\tpot = 1\n\nIt works.", "example") == ["pot = 1"]


def test_a_comment_ends_where_its_indentation_does():
    assert texts("One.\n\n.. hidden\n   too\nTwo.\n\n..\n   hidden\n\nThree.") == [
        "One.",
        "Two.",
        "Three.",
    ]


def test_repeated_sentence_comes_each_time_with_its_line():
    first, _, again = sentences("It drips.\nIt leaks.\nIt drips.\n")
    assert (first.line, again.line) == (1, 3)
    assert first.fingerprint == again.fingerprint


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_of_every_platform(newline):
    items = sentences(newline.join(["One cup.", "", ".. data:: \\", "   CUP", "", "Two", "cups."]))
    assert [(item.line, item.text) for item in items] == [
        (1, "One cup."),
        (3, "data CUP"),
        (6, "Two cups."),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Use a spoon, e.g. a wooden one.",
        "Use a spoon, i.e. stir.",
        "Cups, pots, etc. are washed.",
        "It waits ... then whistles.",
        "Version 3.8 is hot.",
        "Call ``k.stop. now`` first.",
        "See :ref:`the lid. <lid-part>` there.",
    ],
)
def test_what_does_not_end_a_sentence(sentence):
    assert texts(f"{sentence} Then rest.") == [plain(sentence), "Then rest."]


@pytest.mark.parametrize(
    "first",
    [
        "Stir it (twice).",
        'He said "stop."',
        "Is it hot?",
        "Turn *left.*",
        "Set ``a.b``.",
        "Wash cups, etc.",
    ],
)
@pytest.mark.parametrize("second", ["Then rest.", "*lid* rests.", "``x`` rests."])
def test_what_ends_a_sentence(first, second):
    assert texts(f"{first} {second}") == [plain(first), plain(second)]
    assert texts(f"{first}\n{second}") == [plain(first), plain(second)]


@pytest.mark.parametrize(
    ("marked", "unmarked"),
    [
        (":meth:`pour`", "pour"),
        (":meth:`~kettle.Kettle.pour`", "pour"),
        (":meth:`kettle.pour`", "kettle.pour"),
        (":data:`!CUP`", "CUP"),
        (":py:class:`Cup`", "Cup"),
        (":term:`hot cups <hot cup>`", "hot cups"),
        ("`a page <https://example.org>`_", "a page"),
        ("*cup* and **lid**", "cup and lid"),
        ("[*low*, *high*]", "[low, high]"),
        ("``cups[0] = '*'``", "cups[0] = '*'"),
        ("``*cups`` and ``**lids``", "*cups and **lids"),
        ("CUP_* and LID_*", "CUP_* and LID_*"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("cup*lid*, *cup*lid", "cup*lid*, *cup*lid"),
        ("\ufb01lter", "filter"),
        (":const:`HOT \\| COLD`", "HOT | COLD"),
        ("one\n  cup", "one cup"),
        ("\u201chot\u201d \u2013 it\u2019s \u2014 or", '"hot" - it\'s - or'),
        ("``cup``\\ s and *lid*\\ s", "cups and lids"),
        ("``b'a\\ b'``", "b'a\\ b'"),
        ("hot --- or ``--cold``", "hot - or --cold"),
    ],
)
def test_mark_up_is_taken_off(marked, unmarked):
    assert plain(marked) == unmarked
    assert fingerprint(marked) == fingerprint(unmarked)


def test_fingerprint_is_ten_hex_digits_that_never_change():
    assert fingerprint("The Kettle boils.") == "6bcbdc45b4"


@pytest.mark.parametrize(
    "same",
    ["the kettle  boils", "The\nkettle boils!", "The *kettle* ``boils``.", "The-kettle boils"],
)
def test_fingerprint_keeps(same):
    assert fingerprint(same) == fingerprint("The kettle boils.")


@pytest.mark.parametrize("other", ["The kettles boil.", "Kettle boils.", "The kettle boils 2."])
def test_fingerprint_changes(other):
    assert fingerprint(other) != fingerprint("The kettle boils.")


@given(st.text(st.sampled_from("ab \n`*:\\~!<>_.[]-|(=#'\t1"), max_size=60))
def test_every_text_splits_into_items_that_name_themselves(text):
    lines = text.split("\n")
    for item in sentences(text):
        assert item.fingerprint == fingerprint(item.text)
        assert 1 <= item.line <= len(lines)


@given(st.text(st.sampled_from("ab *:\\~!<>_.[]-(='1\n"), min_size=1, max_size=40))
def test_fingerprint_of_a_literal_is_that_of_its_text(text):
    literal = f"``{text}``"
    assert fingerprint(literal) == fingerprint(plain(literal))


def test_version_notes_begin_with_their_version():
    document = """\
        .. method:: pour()

           Pours.

           .. versionadded:: 3.2

           .. versionchanged:: 3.8
              Pours more
              slowly. It may spill.

           .. py:versionchanged:: 3.9: Pours at once.

           .. deprecated-removed:: 3.9 3.11
              Use a jug.

           Drips.
        """
    assert texts(document) == [
        "Pours.",
        "3.8: Pours more slowly.",
        "3.8: It may spill.",
        "3.9: Pours at once.",
        "3.9-3.11: Use a jug.",
        "Drips.",
    ]
    assert [item.line for item in sentences(dedent(document))] == [1, 3, 8, 9, 11, 14, 16]


def test_version_note_without_indentation_ends_with_its_short_line():
    document = """\
        .. versionchanged:: 3.8
        Pours more slowly, for the sake of those who hold the cup and
        wait. It may spill.
        Any cup will do.
        .. method:: drip()
        Drips.
        """
    assert texts(document) == [
        "3.8: Pours more slowly, for the sake of those who hold the cup and wait.",
        "3.8: It may spill.",
        "Any cup will do.",
        "Drips.",
    ]


def test_notes_are_prose():
    assert texts(
        """\
        .. note::
           Mind the steam.

        .. warning:: Hot. Very
           hot.

        .. availability:: Kitchens, not gardens.

        .. audit-event:: kettle.pour cup,volume kettle.Kettle
        """
    ) == [
        "Mind the steam.",
        "Hot.",
        "Very hot.",
        "Availability: Kitchens, not gardens.",
        "Audit event kettle.pour with cup, volume.",
    ]


@pytest.mark.parametrize("shape", [dedent, flattened])
def test_names_and_continued_signatures_are_one_item_each(shape):
    items = sentences(
        shape(
            """\
            .. data:: HOT
                      COLD

               Temperatures.

            .. class:: Kettle(volume, \\
                              colour=None, \\
                              *, lid=True)
               :noindex:

               Boils.
            """
        )
    )
    assert [item.text for item in items] == [
        "data HOT",
        "data COLD",
        "Temperatures.",
        "class Kettle(volume, colour=None, *, lid=True)",
        "Boils.",
    ]


def test_list_items_are_apart():
    assert texts(
        """\
        Kinds of heat:

        * :data:`!HOT` - for tea: it
          steams
        * cold - for
          nobody. Avoid it.

        1. Numbered
        2. too

        #. automatic

        *lid* is no bullet, nor is a dash
        - here
        """
    ) == [
        "Kinds of heat:",
        "HOT - for tea: it steams",
        "cold - for nobody.",
        "Avoid it.",
        "Numbered",
        "too",
        "automatic",
        "lid is no bullet, nor is a dash - here",
    ]


def test_what_is_no_sentence():
    assert not sentences(
        dedent(
            """\
            1
            2
            |
            =======
            Kettles
            =======

            .. module:: kettle
               :synopsis: Hot water.
            .. include:: steam.rst
            .. index::
               single: kettle
            .. _kettle-label:
            .. A comment. On two
               lines.

            Constants of CUP_*
            ++++++++++++++++++

            --------------

            .. versionadded:: 3.1
            |
            """
        )
    )


@pytest.mark.parametrize("text", ["", "\n\n", "1\n2\n3\n", "...", "|"])
def test_nothing_comes_of_nothing(text):
    assert sentences(text) == []


def test_example_ends_with_its_indentation():
    document = """\
        * An item::

             pot = 1

             lid = 2

          It goes on.

        .. code-block:: python
           :linenos:

           cup()

        Done::

        Not code.
        """
    assert texts(document, "example") == ["pot = 1\n\nlid = 2", "cup()"]
    assert texts(document) == ["An item:", "It goes on.", "Done:", "Not code."]


def test_example_without_indentation_ends_where_prose_resumes():
    code = [
        "import kettle",
        "from kettle import cup",
        "# boil the water; this looks like prose.",
        "@kettle.hot",
        "def pour(k: int = 3) -> None: # slowly",
        "try:",
        "k[0] += 1",
        "k[0]",
        "except (OSError, ValueError) as error:",
        "raise",
        "elif k:",
        "else:",
        ">>> k.volume",
        "... k.lid",
        'print("Hot.\\n", r"\\|")',
    ]
    for prose in [
        "The rest is prose.",
        "It",
        "Note: water",
        "Note: hot water",
        "*lid* is up.",
        "``x`` is.",
        "-1",
    ]:
        lines = ["Try::", *code, prose]
        assert texts("\n".join(lines), "example") == ["\n".join(code)], prose
        assert texts("\n".join(lines)) == ["Try:", plain(prose)]
