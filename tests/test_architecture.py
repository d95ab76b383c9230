"""What import contracts cannot say about the shape of the code; the reasons are in docs/decisions and .importlinter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGE = _ROOT / "distributor"

_MODULE_LINES = 300
_FUNCTION_STATEMENTS = 30

#: Each library with the only places that may know it, so that replacing it touches these and nothing else. The sandbox
#: plays the providers: it is another program that happens to lie in this tree, and may use what it likes.
_HOMES = {
    "argon2": ("store",),
    "jinja2": ("render",),
    "css_inline": ("render",),
    "sendgrid": ("channels",),
    "python_http_client": ("channels",),
    "dkim": ("channels",),
    "dns": ("channels",),
    "smtplib": ("channels",),
    "tweepy": ("channels",),
    "requests": ("channels",),
    "requests_oauthlib": ("channels",),
    "urllib3": ("channels", "remote"),
    "mammoth": ("intake",),
    "openpyxl": ("intake",),
    "twitter_text": ("core",),
    "redis": ("store", "bootstrap_stores"),
    "celery": ("worker", "bootstrap"),
    "kombu": ("worker", "bootstrap"),
    "fastapi": ("web",),
    "starlette": ("web",),
    "uvicorn": ("web",),
    "click": ("cli",),
    "rich": ("cli", "render"),
    "pydantic": ("settings", "store", "bootstrap", "web", "intake"),
}

#: What a pure function cannot call: each would make its answer depend on more than its arguments.
_IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "time.sleep",
    "uuid.uuid1",
    "uuid.uuid4",
    "Path.read_text",
}
_IMPURE_MODULES = {"random", "secrets", "uuid", "time", "os", "io", "socket", "subprocess", "threading", "logging", "pathlib"}

_NAMES_WITHOUT_A_SUBJECT = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}


def modules(*, under: Path = _PACKAGE) -> list[Path]:
    return sorted(path for path in under.rglob("*.py") if "_resources" not in path.parts)


def shown(path: Path) -> str:
    return str(path.relative_to(_ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the dotted name of everything that a module imports, also inside functions, with its line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each call as the last two words of its name ("datetime.now"), with its line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:]), node.lineno


def layer_of(path: Path) -> str:
    return path.relative_to(_PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("library", sorted(_HOMES))
def test_each_library_is_known_in_its_home_only(library: str) -> None:
    strangers = [
        f"{shown(path)}:{line}"
        for path in modules()
        if layer_of(path) not in (*_HOMES[library], "sandbox")
        for name, line in imported(path)
        if name == library or name.startswith(f"{library}.")
    ]

    assert strangers == []


def test_core_reads_no_clock_no_file_and_throws_no_dice() -> None:
    """`now` is an argument: a lift that core computed must come out the same in a test, a rehearsal and a court."""
    core = modules(under=_PACKAGE / "core")
    impure = [f"{shown(path)}:{line} {name}" for path in core for name, line in calls(path) if name in _IMPURE_CALLS]
    impure += [
        f"{shown(path)}:{line} import {name}"
        for path in core
        for name, line in imported(path)
        if name.split(".")[0] in _IMPURE_MODULES
    ]

    assert core
    assert impure == []


def test_only_the_dispatch_step_calls_send() -> None:
    """One caller means one gate: whoever sends has asked it (ADR 0003)."""
    senders = {
        shown(path)
        for path in modules()
        if layer_of(path) != "sandbox"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "send"
        # A channel's own client may have a `send` too; what counts is who calls the channel.
        and layer_of(path) != "channels"
    }

    assert senders <= {"distributor/flow/lift/dispatch.py"}


def test_only_the_embargo_makes_a_clearance() -> None:
    makers = {shown(path) for path in modules() for name, _ in calls(path) if name.split(".")[-1] == "Clearance"}

    assert makers == {"distributor/core/embargo.py"}


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_no_module_is_longer_than_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _MODULE_LINES


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1 > _FUNCTION_STATEMENTS
    ]

    assert long == []


def test_every_module_is_named_after_what_it_is_about() -> None:
    tree = modules() + modules(under=_ROOT / "tests")

    assert [shown(path) for path in tree if path.stem in _NAMES_WITHOUT_A_SUBJECT] == []


def test_packages_do_no_work_at_import() -> None:
    """A package's `__init__` with code in it makes every import of a neighbour pay for all of them."""
    busy = [
        shown(path) for path in modules() if path.name == "__init__.py" and path.parent != _PACKAGE and path.read_text().strip()
    ]

    assert busy == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in modules()
        if path.name not in {"__init__.py", "__main__.py"} and not ast.get_docstring(parsed(path))
    ]

    assert silent == []


def test_no_test_imitates_what_it_tests() -> None:
    """A mock agrees with whoever wrote it; a real Redis and a loopback server do not."""
    mocks = [
        f"{shown(path)}:{line}"
        for path in modules(under=_ROOT / "tests") + modules()
        for name, line in imported(path)
        if name.split(".")[0] in {"mock", "pytest_mock", "responses", "fakeredis"} or name.startswith("unittest.mock")
    ]

    assert mocks == []


def test_every_script_says_its_keys_arguments_and_returns() -> None:
    headless = [
        shown(path)
        for path in sorted((_PACKAGE / "store" / "lua").glob("*.lua"))
        # A prelude is read in front of others and is no script by itself.
        if not path.stem.endswith("_prelude")
        and not all(word in path.read_text(encoding="utf-8")[:2500].upper() for word in ("KEYS", "ARGV", "RETURN"))
    ]

    assert headless == []
