"""One question as an ``assessmentItem`` of QTI 2.1.

What is scored is the mapping, and conditions only choose the feedback: Canvas takes every condition
that sets a score for a right answer. It also reads what a feedback is for from its identifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, fromstring, indent

from bottlecalc.handout.lms.question import Question, Quiz, Response
from bottlecalc.handout.lms.words import WORDS
from bottlecalc.handout.marking.points import decimal
from bottlecalc.version import __version__

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
ANSWER, SCORE, FEEDBACK, SOLUTION = "RESPONSE", "SCORE", "FEEDBACK", "SOLUTION"
RIGHT, WRONG, WORK = "correct", "incorrect", "general_work"


def item(question: Question, quiz: Quiz) -> Element:
    """The item of a question: the right answer scores 1, which the test multiplies."""
    root = Element(
        "assessmentItem", xmlns=NAMESPACE, identifier=question.identifier, title=question.name,
        adaptive="false", timeDependent="false", toolName="bottlecalc", toolVersion=__version__,
    )  # fmt: skip
    root.set("xml:lang", "zh-Hans" if quiz.language == "zh" else "en")
    root.append(_declaration(question))
    root.extend(list(_outcomes()))
    body = SubElement(root, "itemBody")
    root.append(_processing(question))
    feedbacks = {name: _modal(root, name) for name in _said(question, quiz)}
    indent(root)  # while nothing is in it whose spaces count
    _fill(body, question)
    for name, html in _said(question, quiz).items():
        feedbacks[name].extend(_nodes(html))
    return root


def _declaration(question: Question) -> Element:
    root = Element(
        "responseDeclaration", identifier=ANSWER, cardinality="single", baseType=_kind(question)
    )
    _leaf(SubElement(root, "correctResponse"), "value", question.right.value)
    mapping = SubElement(root, "mapping", defaultValue="0")
    for one in question.responses:
        entry = {"mapKey": one.value, "mappedValue": str(decimal(one.share))}
        SubElement(mapping, "mapEntry", entry)
    return root


def _outcomes() -> Iterator[Element]:
    score = Element(
        "outcomeDeclaration", identifier=SCORE, cardinality="single", baseType="float",
        normalMaximum="1",
    )  # fmt: skip
    _leaf(SubElement(score, "defaultValue"), "value", "0")
    yield score
    for name, number in ((FEEDBACK, "multiple"), (SOLUTION, "single")):
        yield Element(
            "outcomeDeclaration", identifier=name, cardinality=number, baseType="identifier"
        )


def _fill(body: Element, question: Question) -> None:
    """What is asked, and where it is answered."""
    asked = SubElement(body, "div")
    asked.extend(_nodes(question.text))
    if not question.alternatives:
        place = SubElement(asked, "p")
        SubElement(place, "textEntryInteraction", responseIdentifier=ANSWER, expectedLength="12")
        return
    choice = SubElement(
        body, "choiceInteraction", responseIdentifier=ANSWER, shuffle="false", maxChoices="1"
    )
    for letter in question.alternatives:
        _leaf(choice, "simpleChoice", letter, identifier=letter)


def _processing(question: Question) -> Element:
    root = Element("responseProcessing")
    score = SubElement(root, "setOutcomeValue", identifier=SCORE)
    SubElement(score, "mapResponse", identifier=ANSWER)
    condition = SubElement(root, "responseCondition")
    for name, response in zip(_names(question), question.responses, strict=True):
        branch = SubElement(condition, "responseIf" if name == RIGHT else "responseElseIf")
        branch.append(_is(response, question))
        branch.append(_say(name))
    SubElement(condition, "responseElse").append(_say(WRONG))
    solution = SubElement(root, "setOutcomeValue", identifier=SOLUTION)
    _leaf(solution, "baseValue", WORK, baseType="identifier")
    return root


def _is(response: Response, question: Question) -> Element:
    """Whether this was answered."""
    test = Element("match") if question.alternatives else Element("equal", toleranceMode="exact")
    SubElement(test, "variable", identifier=ANSWER)
    _leaf(test, "baseValue", response.value, baseType=_kind(question))
    return test


def _kind(question: Question) -> str:
    return "identifier" if question.alternatives else "integer"


def _say(name: str) -> Element:
    """A feedback is shown, in the way that Canvas finds it."""
    root = Element("setOutcomeValue", identifier=FEEDBACK)
    both = SubElement(root, "multiple")
    SubElement(both, "variable", identifier=FEEDBACK)
    _leaf(both, "baseValue", name, baseType="identifier")
    return root


def _names(question: Question) -> tuple[str, ...]:
    return (RIGHT, *(f"slip{number}" for number in range(1, len(question.slips) + 1)))


def _said(question: Question, quiz: Quiz) -> dict[str, str]:
    """Every feedback by its identifier, as HTML."""
    slips = dict(zip(_names(question)[1:], (one.feedback for one in question.slips), strict=True))
    words = WORDS[quiz.language]
    wrong = f"<p>{words.wrong}</p>" + "".join(slips.values())
    return {RIGHT: f"<p>{words.right}</p>", **slips, WRONG: wrong, WORK: question.work}


def _modal(root: Element, name: str) -> Element:
    outcome = SOLUTION if name == WORK else FEEDBACK
    return SubElement(
        root, "modalFeedback", outcomeIdentifier=outcome, identifier=name, showHide="show"
    )


def _nodes(html: str) -> list[Element]:
    return list(fromstring(f"<div>{html}</div>"))


def _leaf(parent: Element, tag: str, content: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = content
