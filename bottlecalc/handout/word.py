"""What Word is told of pages and letters: pandoc's own reference document, changed."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable, Mapping
from functools import lru_cache
from zipfile import ZIP_DEFLATED, ZipFile

from bottlecalc.handout.paper import INCH, Print

TWIPS = 1440 / INCH
"""A millimetre, in Word's unit of length."""
PANDOC = 12
"""Height of letters in pandoc's reference document [points]."""
TABLES = 0.85
"""Height of letters in tables, in those of the text."""
CELL = 70
"""Left and right of what is in a cell [twips]."""
LATIN, CHINESE = "Times New Roman", "SimSun"
TABLE = '<w:name w:val="Table" />'
ROWS = re.compile(r"(<w:tbl>.*?)(<w:tr>(?:(?!<w:tr>).)*?</w:tbl>)", re.DOTALL)
"""A table up to its last row, and that."""


def reference(print_: Print) -> bytes:
    """A document whose paper and styles pandoc takes for those of a handout."""
    return _changed(
        _default(),
        {
            "word/document.xml": lambda xml: _paged(xml, print_),
            "word/styles.xml": lambda xml: _styled(xml, print_),
            "word/theme/theme1.xml": _themed,
        },
    )


def _changed(document: bytes, changes: Mapping[str, Callable[[str], str]]) -> bytes:
    """A document some of whose parts are others."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(document)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            change = changes.get(part.filename)
            new.writestr(part, change(data.decode()).encode() if change else data)
    return made.getvalue()


@lru_cache
def _default() -> bytes:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _paged(xml: str, print_: Print) -> str:
    """The size of the paper, and its margins."""
    sides = (f'w:{side}="{_twips(print_.margin)}"' for side in ("top", "right", "bottom", "left"))
    size = f'<w:pgSz w:w="{_twips(print_.width)}" w:h="{_twips(print_.height)}"/>'
    rest = 'w:header="720" w:footer="720" w:gutter="0"'
    return xml.replace("</w:sectPr>", f"{size}<w:pgMar {' '.join(sides)} {rest}/></w:sectPr>")


def _twips(length: float) -> int:
    return round(length * TWIPS)


def _styled(xml: str, print_: Print) -> str:
    """All letters higher or lower by as much."""
    scaled = re.sub(
        r'(<w:szC?s? w:val=")(\d+)"',
        lambda size: f'{size[1]}{round(int(size[2]) * print_.letters / PANDOC)}"',
        xml,
    )
    before, table, after = scaled.partition(TABLE)
    return before + table + _ruled(after, print_)


def _ruled(table: str, print_: Print) -> str:
    """The style of tables: letters a little lower than the text's, and a line above and below."""
    letters = round(2 * TABLES * print_.letters)
    size = f'<w:rPr><w:sz w:val="{letters}"/><w:szCs w:val="{letters}"/></w:rPr>'
    lines = "".join(f'<w:{side} w:val="single" w:sz="8"/>' for side in ("top", "bottom"))
    cells = f"<w:tblBorders>{lines}</w:tblBorders><w:tblCellMar>"
    table = table.replace('w:w="108"', f'w:w="{CELL}"')
    sized = table.replace("<w:tblPr>", f"{size}<w:tblPr>", 1)
    return sized.replace("<w:tblCellMar>", cells, 1)


def _themed(xml: str) -> str:
    """The fonts that are on every machine; Chinese ones have Chinese quotation marks."""
    latin = re.sub(r'<a:latin typeface="[^"]*"[^>]*>', f'<a:latin typeface="{LATIN}"/>', xml)
    return re.sub(r'<a:ea typeface="[^"]*"[^>]*>', f'<a:ea typeface="{CHINESE}"/>', latin)


def whole_tables(document: bytes) -> bytes:
    """A document whose tables keep together, row by row, so that none begins on one page and ends
    on another unless it is longer than a page.
    """
    return _changed(document, {"word/document.xml": lambda xml: ROWS.sub(_kept, xml)})


def _kept(rows: re.Match[str]) -> str:
    """All rows of a table but the last stay with the next."""
    kept = rows[1].replace(
        '<w:pStyle w:val="Compact" />', '<w:pStyle w:val="Compact" /><w:keepNext />'
    )
    return kept + rows[2]
