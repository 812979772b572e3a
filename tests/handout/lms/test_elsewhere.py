"""Questions as programs of others read and ask them.

None of them is needed to write questions; CONTRIBUTING.md says how each is installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import xmlschema

from bottlecalc.handout import text
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.lms.worth import Worth
from bottlecalc.handout.worksheet import draw
from tests.handout.lms.readers import plain, qti
from tests.handout.lms.test_questions import HINTS, told, typed, written
from tests.handout.sheets import browser

pytestmark = pytest.mark.slow
LANGUAGES = ("en", "zh")


def node(*arguments: str) -> str:
    """What node prints; the test is skipped where a package is missing, but for where all must be
    tested.
    """
    program = shutil.which("node")
    done = program and subprocess.run([program, *arguments], capture_output=True)
    if done and not done.returncode:
        return done.stdout.decode()
    why = done.stderr.decode() if done else "node is not installed"
    if "MODULE_NOT_FOUND" not in why and done:
        pytest.fail(why)
    (pytest.fail if os.environ.get("CI") and os.environ.get("NODE_PATH") else pytest.skip)(why)


PARSE_GIFT = """
const {parse} = require("gift-pegjs");
console.log(JSON.stringify(parse(require("fs").readFileSync(process.argv[1], "utf8"))));
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_gift_as_its_published_grammar_reads_it(language: Any, tmp_path: Path) -> None:
    exercises = draw(2 * len(BANK), 11)
    path = tmp_path / "q.gift"
    path.write_bytes(written(exercises, language, "gift"))
    category, *questions = json.loads(node("-e", PARSE_GIFT, str(path)))
    assert category["type"] == "Category"
    for question, exercise in zip(questions, exercises, strict=True):
        assert question["type"] == ("MC" if isinstance(exercise.answer, str) else "Numerical")
        assert question["stem"]["format"] == "html"
        asked = plain(question["stem"]["text"]).partition("\n")[0]
        assert numbers(asked) == numbers(text.question(exercise, language))
        worked = plain(question["globalFeedback"]["text"])
        assert numbers(worked) == numbers(text.work(exercise, language))
        check_choices(question, exercise, language)


def check_choices(question: Any, exercise: Exercise, language: Any) -> None:
    right = (str(exercise.answer), None, None)
    slips = {
        (str(wrong), 50, told(text.remark(slip, wrong, language)))
        for slip, wrong in exercise.slips.items()
    }
    found = set()
    for one in question["choices"]:
        value = one["text"].get("number", one["text"].get("text"))
        feedback = one["feedback"] and typed(plain(one["feedback"]["text"]))
        found.add((str(value), one["weight"], feedback))
    assert found == {right, *slips}


def numbers(shown: str) -> list[str]:
    return "".join(one if one.isdigit() else " " for one in shown).split()


FIND_PLAYER = 'console.log(require.resolve("@citolab/qti-components/cdn/index.global.js"))'
OUTCOME = """async item => {
    item.processResponse();
    const feedbacks = [...item.querySelectorAll("qti-modal-feedback")];
    await Promise.all(feedbacks.map(one => one.updateComplete));
    const said = feedbacks.filter(one => one.shadowRoot.querySelector("dialog[open]"));
    return [item.getOutcome("SCORE").value, ...said.map(one => one.textContent)];
}"""
LOADED = """name => document.querySelector("item-container").shadowRoot
    .querySelector("qti-assessment-item")?.identifier === name"""


@contextmanager
def player() -> Iterator[Any]:
    """Citolab's QTI player on an empty page."""
    script = node("-e", FIND_PLAYER).strip()
    with browser() as chromium:
        page = chromium.new_page()
        page.set_content("<!doctype html><qti-item><item-container></item-container></qti-item>")
        page.add_script_tag(path=script)
        yield page


def ask(page: Any, item: bytes, identifier: str) -> Callable[[str], list[str]]:
    """Show an item, and return what answers it: the score, and what is said."""
    from qti_convert import upgrade_qti2_to_qti3

    page.evaluate(
        "xml => { document.querySelector('item-container').itemXML = xml; }",
        upgrade_qti2_to_qti3(item),
    )
    page.wait_for_function(LOADED, arg=identifier)
    shown = page.locator("qti-assessment-item")

    def answer(value: str) -> list[str]:
        if value in ("A", "B", "C", "D"):
            page.locator(f"qti-simple-choice[identifier={value}]").dispatch_event("click")
        else:
            box = page.locator("qti-text-entry-interaction input")
            box.fill(value)
            box.dispatch_event("change")
        result: list[str] = shown.evaluate(OUTCOME)
        return [typed(one) for one in result]

    return answer


PLAYED = ("batch_norm", "budget", "macs", "reason", "which")
"""Numbers, a choice of two and one of four: the same is written for all kinds."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_qti_as_a_player_asks_it(language: Any) -> None:
    """Right, every slip and a wrong answer give the score and the words that they should."""
    exercises = [one for one in draw(len(BANK), 11) if one.kind in PLAYED]
    content = written(exercises, language, "qti")
    package = ZipFile(BytesIO(content))
    with player() as page:
        for asked, exercise in zip(qti(content), exercises, strict=True):
            item = package.read(f"items/{asked.identifier}.xml")
            answer, work = ask(page, item, asked.identifier), typed(asked.work)
            for slip, wrong in exercise.slips.items():
                remark = told(text.remark(slip, wrong, language))
                assert answer(str(wrong)) == ["0.5", remark, work]
            if isinstance(exercise.answer, int):
                score, all_slips, worked = answer("17")
                assert (score, worked) == ("0", work)
                assert remark in all_slips
                assert HINTS[language] in page.locator("qti-item-body").inner_text()
            right = {"en": "Right.", "zh": "正确。"}[language]
            assert answer(str(exercise.answer)) == ["1", right, work]


@pytest.fixture(scope="module")
def schemas() -> dict[str, xmlschema.XMLSchema]:
    """The published schemas of QTI 2.1 and of content packages."""
    path = os.environ.get("QTI_SCHEMA")
    if not path:
        pytest.skip("QTI_SCHEMA is not set: imsqti_v2p1.xsd, and imscp_v1p1.xsd a folder above it")
    packages = Path(path).parent.parent / "imscp_v1p1.xsd"
    return {"item": xmlschema.XMLSchema(path), "manifest": xmlschema.XMLSchema(packages)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_qti_is_valid_by_its_published_schemas(
    language: Any, schemas: dict[str, xmlschema.XMLSchema]
) -> None:
    package = ZipFile(BytesIO(written(draw(len(BANK), 11), language, "qti")))
    for name in package.namelist():
        schema = schemas["manifest" if name == "imsmanifest.xml" else "item"]
        schema.validate(BytesIO(package.read(name)))
        broken = package.read(name).replace(b" identifier=", b" id=", 1)
        assert not schema.is_valid(BytesIO(broken))


READ_MOODLE = """
suppressMessages(library(exams))
files <- moodle2exams(commandArgs(TRUE)[1], dir = commandArgs(TRUE)[2])
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle_xml_as_r_exams_reads_it(language: Any, tmp_path: Path) -> None:
    """It keeps of each question the right answer, its tolerance and the worked answer."""
    program = shutil.which("Rscript")
    if (
        not program
        or subprocess.run([program, "-e", "library(exams)"], capture_output=True).returncode
    ):
        pytest.skip("R's package exams is not installed")
    exercises = draw(len(BANK), 11)
    path = tmp_path / "q.xml"
    path.write_bytes(written(exercises, language, "moodle", Worth(Fraction(1), Fraction(0))))
    script = tmp_path / "read.R"
    script.write_text(READ_MOODLE, "utf-8")
    subprocess.run([program, str(script), str(path), str(tmp_path)], check=True)
    for number, exercise in enumerate(exercises, 1):
        read = (tmp_path / f"{number:02}_{exercise.kind}.Rmd").read_text("utf-8")
        if isinstance(exercise.answer, str):
            letters = sorted((exercise.answer, *map(str, exercise.slips.values())))
            marks = "".join(str(int(one == exercise.answer)) for one in letters)
            assert f"extype: schoice\nexsolution: {marks}\n" in read
        else:
            assert f"extype: num\nexsolution: {exercise.answer}\nextol: 0\n" in read
            assert f"{exercise.answer:,}" in read
