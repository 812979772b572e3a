"""A page in a real browser, opened anew for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import write_page
from tests.handout.sheets import browser

Open = Callable[..., Any]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    with browser() as one:
        yield one


@pytest.fixture(scope="package")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as it is written where nothing is said."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    write_page(path)
    return path


@pytest.fixture
def open_page(chromium: Any, file: Path) -> Iterator[Open]:
    """Open a page at a fragment, offline; whatever it complains of fails the test."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    asked: list[str] = []

    def open_(fragment: str = "", path: Path = file, width: int = 1280) -> Any:
        tab = context.new_page()
        tab.set_viewport_size({"width": width, "height": 900})
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("request", lambda one: asked.append(one.url))
        tab.goto(f"{path.as_uri()}{fragment}")
        return tab

    yield open_
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith("file:")] == []
