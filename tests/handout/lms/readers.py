"""Questions read back, by parsers that know nothing of what wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from html.parser import HTMLParser
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
CP = "{http://www.imsglobal.org/xsd/imscp_v1p1}"


class Asked(NamedTuple):
    """A question as a system would show it, without markup.

    ``answers`` are what is known of them: the share they give, and what is said.
    """

    name: str
    identifier: str
    text: str
    work: str
    answers: dict[str, tuple[Fraction, str]]
    choices: tuple[str, ...] = ()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.parts.append("\n")


def plain(html: str) -> str:
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts).strip()


def moodle(content: bytes) -> list[Asked]:
    root = ElementTree.fromstring(content)
    kinds = {"numerical", "multichoice"}
    return [_moodle(one) for one in root.iter("question") if one.get("type") in kinds]


def _moodle(question: Element) -> Asked:
    def text(path: str) -> str:
        return plain(question.findtext(f"{path}/text") or "")

    answers = {
        one.findtext("text") or "": (
            Fraction(one.attrib["fraction"]) / 100,
            plain(one.findtext("feedback/text") or ""),
        )
        for one in question.iter("answer")
    }
    if question.get("type") == "numerical":
        assert all(one.findtext("tolerance") == "0" for one in question.iter("answer"))
        choices: tuple[str, ...] = ()
    else:
        assert question.findtext("single") == "true"
        choices = tuple(answers)
    return Asked(
        text("name"), question.findtext("idnumber") or "",
        text("questiontext"), text("generalfeedback"), answers, choices,
    )  # fmt: skip


def gift(content: bytes) -> list[Asked]:
    blocks = content.decode().split("\n\n")
    return [_gift(block.strip()) for block in blocks if "::" in block]


HIDDEN = {f"\\{sign}": chr(0xE000 + number) for number, sign in enumerate("\\~=#{}:")}


def _gift(block: str) -> Asked:
    """What is escaped is put away first, as in Moodle."""
    for escaped, place in HIDDEN.items():
        block = block.replace(escaped, place)
    found = re.fullmatch(
        r"// \[id:(?P<id>[^\]]*)\]\n::(?P<name>.*?)::\[html\](?P<text>.*?) "
        r"\{(?P<number>#?)\n(?P<answers>.*)\n####(?P<work>.*)\n\}",
        block,
        re.DOTALL,
    )
    assert found, block
    answers = dict(_gift_answer(line) for line in found["answers"].split("\n"))
    name, identifier, text, work = (
        plain(_shown(found[part])) for part in ("name", "id", "text", "work")
    )
    return Asked(
        name,
        identifier,
        text,
        work,
        answers,
        () if found["number"] else tuple(answers),
    )


def _gift_answer(line: str) -> tuple[str, tuple[Fraction, str]]:
    found = re.fullmatch(r"([=~])(?:%([\d.]+)%)?([^:#]*)(?::0)?(?:#(.*))?", line)
    assert found, line
    mark, weight, value, feedback = found.groups()
    worth = Fraction(weight) / 100 if weight else Fraction(mark == "=")
    return _shown(value), (worth, plain(_shown(feedback or "")))


def _shown(text: str) -> str:
    for escaped, place in HIDDEN.items():
        text = text.replace(place, escaped[1])
    return text


def package(content: bytes) -> dict[str, Element]:
    with ZipFile(BytesIO(content)) as files:
        assert files.testzip() is None
        return {name: ElementTree.fromstring(files.read(name)) for name in files.namelist()}


def qti(content: bytes) -> list[Asked]:
    """In the order of the test."""
    files = package(content)
    references = files["test.xml"].iter(f"{QTI}assessmentItemRef")
    return [_qti(files[one.attrib["href"]]) for one in references]


def _qti(item: Element) -> Asked:
    keys = [one.attrib["mapKey"] for one in item.iter(f"{QTI}mapEntry")]
    choices = tuple(one.attrib["identifier"] for one in item.iter(f"{QTI}simpleChoice"))
    right = item.findtext(f".//{QTI}correctResponse/{QTI}value") or ""
    said = {one: answered(item, one) for one in {**dict.fromkeys(keys), **dict.fromkeys(choices)}}
    assert said[right][0] == 1
    body = item.find(f"{QTI}itemBody/{QTI}div")
    assert body is not None
    return Asked(
        item.attrib["title"], item.attrib["identifier"], _text(body),
        answered(item, right)[1]["general_work"],
        {one: (score, _only(texts)) for one, (score, texts) in said.items()},
        choices,
    )  # fmt: skip


def _only(texts: Mapping[str, str]) -> str:
    """What is said to this answer alone."""
    return "".join(text for name, text in texts.items() if name.startswith("slip"))


def answered(item: Element, answer: str) -> tuple[Fraction, dict[str, str]]:
    """The score that an answer gets, and the feedback by its identifier: QTI's rules, as far as
    they are used here, and nothing else.
    """
    scores = {
        one.attrib["mapKey"]: one.attrib["mappedValue"] for one in item.iter(f"{QTI}mapEntry")
    }
    outcomes: dict[str, set[str]] = {}
    processing = item.find(f"{QTI}responseProcessing")
    assert processing is not None
    score = "0"
    for rule in _rules(processing, answer):
        name, value = rule.attrib["identifier"], rule[0]
        if name == "SCORE":
            assert value.tag == f"{QTI}mapResponse"
            score = scores.get(answer, "0")
        else:
            constant = next(value.iter(f"{QTI}baseValue"))
            outcomes.setdefault(name, set()).add(constant.text or "")
    shown = {
        one.attrib["identifier"]: _text(one)
        for one in item.iter(f"{QTI}modalFeedback")
        if one.attrib["identifier"] in outcomes.get(one.attrib["outcomeIdentifier"], ())
    }
    return Fraction(score), shown


def _rules(processing: Element, answer: str) -> Iterator[Element]:
    for rule in processing:
        if rule.tag != f"{QTI}responseCondition":
            yield rule
            continue
        for branch in rule:
            if branch.tag == f"{QTI}responseElse" or branch[0][1].text == answer:
                yield from branch.iter(f"{QTI}setOutcomeValue")
                break


def _text(element: Element) -> str:
    paragraphs = ["".join(one.itertext()) for one in element.iter(f"{QTI}p")]
    return "\n".join(one for one in paragraphs if one)


READERS: Mapping[str, Callable[[bytes], list[Asked]]] = {"moodle": moodle, "gift": gift, "qti": qti}
