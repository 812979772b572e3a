"""Tables as people make them: which column is what, which row is nothing, what is wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.handout.marking.encoding import DecodedText
from bottlecalc.handout.marking.headings import exercise_number, read_headings
from bottlecalc.handout.marking.responses import AnswersError, read_responses


def answers(text: str, exercises: int = 3) -> dict[str, dict[int, str]]:
    read = read_responses(DecodedText(text), exercises, lambda _: None)
    return {student.name: theirs for student, theirs in read.answers.items()}


def faults(text: str, exercises: int = 3) -> list[str]:
    with pytest.raises(AnswersError) as error:
        answers(text, exercises)
    return str(error.value).split("\n")


LONG = {"Ada": {1: "23,040", 3: "b"}, "王小明": {2: "8"}}
ROWS = [("Ada", "1", '"23,040"'), ("Ada", "3", "b"), ("王小明", "2", "8")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "heading",
    [
        ("student", "exercise", "answer"), ("Name", "Question", "Response"),
        (" STUDENT ", '"Exercise"', "Answer:"), ("学生", "题号", "答案"), ("姓名", "题目", "回答"),
        ("Student_Name", "Exercise Number", "Student Answer"),
    ],
)  # fmt: skip
def test_long_tables(delimiter: str, end: str, heading: tuple[str, ...]) -> None:
    text = end.join(delimiter.join(row) for row in [heading, *ROWS])
    assert answers(text) == LONG
    assert answers(f"sep={delimiter}{end}{text}{end}") == LONG


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "heading",
    [
        ("student", "1", "2", "3"), ("name", "Q1", "Q2", "Q3"),
        ("姓名", "第1题", "第2题", "第３题"),
        ("学生", "题1", "题2", "题3"), ("Full name", "Exercise 1", "Exercise 2", "Exercise 03"),
        ("Student", "Response 1", "Response 2", "Response 3"), ("学生", "1、", "2、", "3、"),
        ("student", "1.0", "2.0", "3.0"),
    ],
)  # fmt: skip
def test_wide_tables(delimiter: str, heading: tuple[str, ...]) -> None:
    rows = [heading, ("Ada", '"23,040"', "", "b"), ("", "", "", ""), ("王小明", "", "8", "")]
    text = "\n".join(delimiter.join(row) for row in rows)
    assert answers(text) == {
        "Ada": {1: "23,040", 2: "", 3: "b"},
        "王小明": {1: "", 2: "8", 3: ""},
    }


NAMES_OF_ONE = (
    *("1", "01", "１", "Q1", "q 1", "Q.1", "1.", "1)", "1、", "第1题", "第 １ 题", "题1", "#1"),
    *("Exercise 1", "No. 1", "1.0", "习题1", "①", "Response 1", "Task-1"),
)


@pytest.mark.parametrize("text", NAMES_OF_ONE)
def test_an_exercise_by_any_name(text: str) -> None:
    assert exercise_number(text) == 1
    assert answers(f"student,exercise,answer\nAda,{text},5\n") == {"Ada": {1: "5"}}


@pytest.mark.parametrize(
    "text", ["one", "1a", "1 2", "-1", "1.5", "", "Grade/8.00", "Right answer 1"]
)
def test_what_is_no_number_of_an_exercise(text: str) -> None:
    assert exercise_number(text) is None


def test_rows_of_nothing_are_nothing() -> None:
    text = '\n\n,,\nstudent,exercise,answer,\n ,"", \nAda,1,5,,,\n\t,,\nBert,,\nCleo,-,-\n\n'
    assert answers(text) == {"Ada": {1: "5"}, "Bert": {}, "Cleo": {}}


def test_thousands_that_a_comma_tore_apart_are_put_together() -> None:
    text = "student,exercise,answer\nAda,1,23,040\nBert,2,1,638,400\n"
    assert answers(text) == {"Ada": {1: "23,040"}, "Bert": {2: "1,638,400"}}


@pytest.mark.parametrize("row", ["Ada,1,23,04", "Ada,1,5,x", "Ada,1,1234,567", "Ada,1,,5"])
def test_a_cell_too_many_is_not_cut_off(row: str) -> None:
    assert faults(f"student,exercise,answer\n{row}\n") == [
        "line 2 of the answers has 4 cells for 3 columns; put an answer with separators in"
        ' quotation marks: "23,040"'
    ]


def test_nor_where_the_answer_does_not_stand_last_or_the_table_is_wide() -> None:
    assert "has 4 cells for 3 columns" in faults("student,answer,exercise\nAda,23,040,1\n")[1]
    assert "has 3 cells for 2 columns" in faults("student,1\nAda,23,040\n")[0]


def test_one_name_however_it_is_typed_is_one_student() -> None:
    text = "student,exercise,answer\nMüller  A,1,5\n Mu\u0308ller\u00a0A ,2,6\n'=x,1,1\n=x,2,2\n"
    assert answers(text) == {"Müller A": {1: "5", 2: "6"}, "=x": {1: "1", 2: "2"}}


def test_a_student_with_two_rows_of_answers_is_told_once() -> None:
    text = "Last name,First name,Response 1,Response 2\nWang,Wei,5,6\nWang,Wei,7,8\n"
    assert faults(text) == [
        "line 3 of the answers names Wei Wang again; give one row a student, or a column that tells"
        " them apart, such as email or 学号"
    ]
    told = read_responses(DecodedText("name,email,1\nWei,a@b,5\nWei,c@d,6\n"), 3, lambda _: None)
    assert [(student.identity, theirs) for student, theirs in told.answers.items()] == [
        ("a@b", {1: "5"}),
        ("c@d", {1: "6"}),
    ]


def test_names_in_two_columns() -> None:
    assert answers("First name,Last name,1\nAda,Lovelace,5\n") == {"Ada Lovelace": {1: "5"}}
    assert answers("姓,名,1\n王,小明,5\n") == {"王小明": {1: "5"}}
    assert answers("Surname,1\nLovelace,5\n") == {"Lovelace": {1: "5"}}


@pytest.mark.parametrize("heading", ["学号", "Student ID", "Email address", "id", "Username"])
def test_a_class_without_names(heading: str) -> None:
    assert answers(f"{heading},1\n2026001,5\n") == {"2026001": {1: "5"}}


def test_answers_beside_the_questions_and_their_key() -> None:
    """As Moodle exports them where all is asked for."""
    heading = "Student,Question 1,Response 1,Right answer 1"
    assert answers(f"{heading}\nAda,How many?,5,6\n") == {"Ada": {1: "5"}}
    unread = read_headings(heading.split(","), 3).unread
    assert unread == ("Question 1", "Right answer 1")


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = 'student,exercise,answer\nAda,9,1\n,1,5\nAda,1,1\nAda,１,2\nBert,x,5,6\nCleo,1,"5'
    assert faults(text) == [
        "the answers have 6 faults; nothing was marked",
        "line 2 of the answers has the exercise '9'; give a number from 1 to 3",
        "line 3 of the answers names no student; give a name",
        "line 5 of the answers has exercise 1 of Ada again; give it once",
        "line 6 of the answers has 4 cells for 3 columns; put an answer with separators in"
        ' quotation marks: "23,040"',
        "line 6 of the answers has the exercise 'x'; give a number from 1 to 3",
        "line 7 of the answers is no CSV (unexpected end of data); save them as CSV",
    ]


def test_of_very_many_faults_the_first_are_told() -> None:
    told = faults("student,exercise,answer\n" + "Ada,x,1\n" * 500)
    assert told[0] == "the answers have 500 faults; nothing was marked"
    assert len(told) == 32
    assert told[-1] == "and 470 more faults like these"


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("a,b", "the answers have no column student, exercise, answer; their first line must name"),
        ("", "the answers have no column student; their first line must name student, exercise,"),
        ("exercise,answer", "no column student;"),
        ("student,answer", "no column exercise;"),
        ("1,2,3", "no column student;"),
        ("student,exercise,answer,answer", "two columns of the answers are called 'answer'; leave"),
        ("student,student,exercise,answer", "two columns of the answers are called 'student'"),
        ("student,1,Q1", "two columns of the answers are of exercise 1; leave one out"),
        ("student,1,Q9", "the answers have the column 'q9'; give numbers from 1 to 3"),
        ("name,101: a,1.0,n correct", "the answers have 1 questions and the worksheet 3;"),
    ],
)
def test_headings_that_say_too_little_or_too_much(heading: str, sentence: str) -> None:
    told = faults(f"{heading}\nAda,1,5,6\n")
    assert len(told) == 1
    assert sentence in told[0]


CELLS = st.text(max_size=8) | st.sampled_from(
    ["student", "exercise", "answer", "1", "Q2", "姓名", "题号", "答案", "Ada", '"', "n correct",
     "101: x", "sep=;", "-", "23,040"]
)  # fmt: skip


@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=6),
    st.sampled_from([",", ";", "\t", "\0"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_no_table_is_beyond_it(rows: list[list[str]], delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in rows)
    with suppress(AnswersError):
        read = read_responses(DecodedText(text), 3, lambda _: None)
        assert all(1 <= n <= 3 for theirs in read.answers.values() for n in theirs)
