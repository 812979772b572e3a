"""Nothing is downloaded by counting; and all is as it was afterwards."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from bottlecalc import count_model
from bottlecalc.models.failure import TargetError
from bottlecalc.models.offline import RefusedError, offline
from tests.conftest import Run

CODE = """
import socket, time, urllib.request
import torch
from torch import nn

URL = "http://weights.invalid/resnet.pth"

class Detector(nn.Linear):
    def __init__(self, weights_backbone="DEFAULT", weights=None):
        super().__init__(3, 2)
        if weights_backbone is not None:
            torch.hub.load_state_dict_from_url(URL, model_dir="cache")

def pretrained(pretrained=True, width=3):
    if pretrained:
        socket.create_connection(("192.0.2.7", 80), timeout=1)
    return nn.Linear(width, 2)

def encoder(name):
    for _ in range(9):
        try:
            urllib.request.urlopen(URL)
        except OSError:
            time.sleep(3600)  # and then once more
    raise RuntimeError(f"{name} is not there")

def cached():
    try:
        urllib.request.urlopen(URL)
    except OSError:
        return nn.Linear(5, 2)

def untried(pretrained=True):
    raise RuntimeError("of another reason")
"""
REFUSED = [
    (
        ("Detector",),
        "net.py:Detector tries to download from weights.invalid, and counting downloads nothing;"
        " give --arg weights_backbone=null\n",
    ),
    (
        ("pretrained",),
        "net.py:pretrained tries to download from 192.0.2.7, and counting downloads nothing; give"
        " --arg pretrained=false\n",
    ),
    (
        ("encoder", "--arg", 'name="vgg"'),
        "net.py:encoder tries to download from weights.invalid, and counting downloads nothing;"
        " give whatever has it built without weights, such as --arg weights=null or",
    ),
    (("untried",), "net.py:untried cannot be built: net.py, line 34, in untried: RuntimeError"),
]
FINE = [
    (("Detector", "--arg", "weights_backbone=null"), 8),
    (("pretrained", "--arg", "pretrained=false"), 8),
    (("cached",), 12),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.py").write_text(CODE, "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_a_constructor_that_downloads(arguments: tuple[str, ...], sentence: str, run: Run) -> None:
    result = run("count", f"net.py:{arguments[0]}", *arguments[1:])
    assert (result.code, result.out) == (2, "")
    assert f"Error: {sentence}" in result.err


@pytest.mark.parametrize(("arguments", "params"), FINE)
def test_one_that_does_without(arguments: tuple[str, ...], params: int, run: Run) -> None:
    result = run("count", f"net.py:{arguments[0]}", *arguments[1:], "--format", "json")
    assert json.loads(result.out)["params"]["total"] == params


class Forward(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        socket.create_connection(("192.0.2.7", 80), timeout=1)
        return super().forward(x)


def test_a_forward_that_downloads() -> None:
    with pytest.raises(TargetError, match=r"Forward tries to download from 192\.0\.2\.7, and"):
        count_model(Forward(3, 2), (1, 3))


def test_all_is_as_before() -> None:
    before = (socket.getaddrinfo, time.sleep, socket.socket.connect, socket.socket.connect_ex)
    own = {"connect", "connect_ex"} & {*vars(socket.socket)}
    with offline():
        assert socket.getaddrinfo is not before[0]
    with pytest.raises(ZeroDivisionError), offline():
        raise ZeroDivisionError
    assert before == (
        socket.getaddrinfo, time.sleep, socket.socket.connect, socket.socket.connect_ex,
    )  # fmt: skip
    assert own == {"connect", "connect_ex"} & {*vars(socket.socket)}


ADDRESSES = ["192.0.2.7", "2001:db8::1", "10.0.0.1", "weights.invalid"]


@pytest.mark.parametrize("host", ADDRESSES)
@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_other_machines_are_refused(name: str, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as one, offline() as attempts:
        with pytest.raises(
            RefusedError, match=f"counting downloads nothing, and this needs {host}"
        ):
            getattr(one, name)((host, 80))
        with pytest.raises(RefusedError):
            socket.getaddrinfo(host, 80)
    assert attempts.hosts == [host, host]


def test_this_machine_is_not() -> None:
    first, second = socket.socketpair()
    with first, second, offline() as attempts, socket.create_server(("127.0.0.1", 0)) as server:
        first.sendall(b"x")
        assert second.recv(1) == b"x"
        socket.create_connection(server.getsockname()).close()
        socket.getaddrinfo("localhost", 80)
    assert attempts.hosts == []


def test_what_it_starts_is_refused_and_what_ran_before_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found: list[str] = []

    def ask(name: str) -> None:
        try:
            urllib.request.urlopen("http://weights.invalid/")
        except urllib.error.URLError as error:
            found.append(f"{name}: {type(error.reason).__name__}")

    gate = threading.Event()

    def wait() -> None:
        gate.wait()
        ask("older")

    older = threading.Thread(target=wait)
    older.start()
    with offline():
        _joined(lambda: ask("younger"))
        gate.set()
        older.join()
    assert found == ["younger: RefusedError", "older: gaierror"]


def _joined(function: Callable[[], object]) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
