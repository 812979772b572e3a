"""A package of QTI 2.1: a manifest, a test, and an item for every question."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from bottlecalc.handout.lms.qti_item import NAMESPACE, SCORE, item
from bottlecalc.handout.lms.question import Question, Quiz
from bottlecalc.handout.marking.points import decimal
from bottlecalc.version import __version__

PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
MANIFEST, TEST, POINTS = "imsmanifest.xml", "test.xml", "POINTS"
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The date of all files, so that the same questions are the same bytes."""


def write(quiz: Quiz) -> bytes:
    """The package, as a zip file."""
    items = {_place(one): item(one, quiz) for slot in quiz.slots for one in slot}
    files = {MANIFEST: _manifest(items), TEST: _test(quiz), **items}
    return _zipped({name: _bytes(root) for name, root in files.items()})


def _place(question: Question) -> str:
    return f"items/{question.identifier}.xml"


def _manifest(items: Mapping[str, Element]) -> Element:
    """What is in the package. Items say themselves how they are answered: Canvas would look no
    further where the manifest did.
    """
    root = Element("manifest", xmlns=PACKAGING, identifier="bottlecalc")
    about = SubElement(root, "metadata")
    SubElement(about, "schema").text = "QTIv2.1 Package"
    SubElement(about, "schemaversion").text = "1.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    test = _resource(resources, "test", "imsqti_test_xmlv2p1", TEST)
    for place, one in items.items():
        name = one.attrib["identifier"]
        SubElement(test, "dependency", identifierref=name)
        _resource(resources, name, "imsqti_item_xmlv2p1", place)
    indent(root)
    return root


def _resource(resources: Element, name: str, kind: str, place: str) -> Element:
    resource = SubElement(resources, "resource", identifier=name, type=kind, href=place)
    SubElement(resource, "file", href=place)
    return resource


def _test(quiz: Quiz) -> Element:
    """A section for each exercise, of whose variants one is drawn."""
    root = Element(
        "assessmentTest", xmlns=NAMESPACE, identifier="test", title=quiz.title,
        toolName="bottlecalc", toolVersion=__version__,
    )  # fmt: skip
    total = SubElement(
        root, "outcomeDeclaration", identifier=SCORE, cardinality="single", baseType="float"
    )
    SubElement(SubElement(total, "defaultValue"), "value").text = "0"
    part = SubElement(
        root, "testPart", identifier="part", navigationMode="nonlinear",
        submissionMode="individual",
    )  # fmt: skip
    for number, (title, slot) in enumerate(zip(quiz.slot_titles(), quiz.slots, strict=True), 1):
        part.append(_section(f"exercise{number}", title, slot, quiz))
    outcome = SubElement(SubElement(root, "outcomeProcessing"), "setOutcomeValue", identifier=SCORE)
    SubElement(
        SubElement(outcome, "sum"), "testVariables", variableIdentifier=SCORE,
        weightIdentifier=POINTS,
    )  # fmt: skip
    indent(root)
    return root


def _section(name: str, title: str, slot: tuple[Question, ...], quiz: Quiz) -> Element:
    """Invisible, for of one that is seen Canvas makes a question of its own."""
    section = Element("assessmentSection", identifier=name, title=title, visible="false")
    if quiz.varied:
        SubElement(section, "selection", select="1")
    for question in slot:
        reference = SubElement(
            section, "assessmentItemRef", identifier=question.identifier, href=_place(question)
        )
        SubElement(reference, "weight", identifier=POINTS, value=str(decimal(quiz.points)))
    return section


def _bytes(root: Element) -> bytes:
    content: bytes = tostring(root, "utf-8", xml_declaration=True)
    return content + b"\n"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Stored, not compressed: what zlib makes of it differs by version."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_STORED) as package:
        for name, content in files.items():
            entry = ZipInfo(name, BEGINNING)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            package.writestr(entry, content)
    return held.getvalue()
