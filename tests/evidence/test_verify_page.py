"""The static page answers as the product and the stand-alone file do, on good bundles and on damaged ones."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hengdai.evidence import verify as alone
from hengdai.evidence.bundle import verify_bundle
from hengdai.evidence.keys import MlDsaSigner
from tests.evidence.sample import policy_of, story
from tests.evidence.test_bundles import CHANGES, GOOD, NOTE_CHANGES, changed, flip, lines_of, set_line

PAGE = Path(alone.__file__).parents[1] / "entry/http/static/verify.html"
CHROMIUM = Path("/usr/bin/chromium")
ASK = """async ([data, trusted]) => {
 const found = await verify(Uint8Array.from(atob(data), char => char.charCodeAt(0)), trusted);
 return [found.exit, found.broken.map(([link, where]) => [link, where])];
}"""

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """The page, opened from its file, with every way out closed."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; the page can only be tried in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        opened = browser.new_page()
        opened.goto(PAGE.as_uri())
        yield opened
        browser.close()


def in_page(page: Any, data: bytes, trusted: list[str] | None = None) -> tuple[int, set[tuple[str, str]]]:
    code, broken = page.evaluate(ASK, [base64.b64encode(data).decode(), trusted])
    return code, {(link, where) for link, where in broken}


def agreed(page: Any, data: bytes, trusted: list[str] | None = None) -> int:
    """The exit code on which all three verifiers agree, and on which links are broken."""
    ours = verify_bundle(data, trusted)
    code, broken, _ = alone.verify(data, trusted)
    expected = ours.exit, {(one.link.value, one.where) for one in ours.broken}
    assert (code, {(link, where) for link, where, _ in broken}) == expected
    assert in_page(page, data, trusted) == expected
    return code


def test_a_good_bundle_is_valid_in_all_three(page: Any) -> None:
    assert agreed(page, GOOD) == 0
    assert agreed(page, GOOD, [policy_of(2026), policy_of(2027)]) == 0
    assert agreed(page, GOOD, [policy_of(2026)]) == 3


def test_every_change_is_named_alike_by_all_three(page: Any) -> None:
    for name, change, _ in (*CHANGES, *NOTE_CHANGES):
        for sealed in (True, False):
            code = agreed(page, changed(change, sealed=sealed))
            assert code in (0, 2, 3), name


def test_every_signature_line_is_checked_alike_by_all_three(page: Any) -> None:
    for line in range(4, 10):
        for place in (3, 30, 60):
            data = changed(lambda b, at=place, row=line: set_line(b, row, flip(lines_of(b)[row], at)))  # type: ignore[misc]
            assert agreed(page, data) == 3


def test_a_byte_changed_anywhere_is_answered_alike_by_all_three(page: Any) -> None:
    whole = story(4).bundle()
    for turn, place in enumerate(range(5, len(whole), 409)):
        data = bytearray(whole)
        data[place] ^= 0x20 if turn % 2 else 1
        assert agreed(page, bytes(data)) in (2, 3)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"null", b"\xff", GOOD + b"\n", b"\xef\xbb\xbf" + GOOD, b" " + GOOD, b'{"a":1.5}',
     b'{"a":NaN}', b'{"a":-0}', b'{"a":1e5}', b'{"a":9007199254740993}', b'{"a":1,"a":1}', b'"\\ud800"',
     b'{"a":' + b"9" * 5000 + b"}", b"[" * 100_000,
     GOOD.replace(b"hengdai.evidence/1", b"hengdai.evidence/2")],
)  # fmt: skip
def test_what_is_no_bundle_is_unreadable_in_all_three(page: Any, data: bytes) -> None:
    assert agreed(page, data) == 2


def test_the_pages_own_ml_dsa_agrees_with_the_library(page: Any) -> None:
    ask = "([k, m, s]) => mlDsa44(unhex(k), unhex(m), unhex(s))"
    for number in range(6):
        signer, message = MlDsaSigner("n", bytes([number]) * 32), b"m" * number
        signature = signer.sign(message)
        assert page.evaluate(ask, [signer.key.public.hex(), message.hex(), signature.hex()]) is True
        bad = bytearray(signature)
        bad[number * 400] ^= 1
        assert page.evaluate(ask, [signer.key.public.hex(), message.hex(), bad.hex()]) is False


def test_a_file_dropped_into_the_page_is_told_in_words_chinese_first(page: Any, tmp_path: Path) -> None:
    for name, data, words in (
        ("good", GOOD, "有效 · VALID"),
        ("bad", changed(CHANGES[0][1]), "无效 · NOT VALID"),
        ("none", b"nothing", "无法读取 · UNREADABLE"),
    ):
        (tmp_path / name).write_bytes(data)
        page.set_input_files("#file", tmp_path / name)
        page.wait_for_function("words => document.querySelector('#verdict')?.textContent === words", arg=words)
    assert "commitment" not in page.inner_text("#answer")
    page.set_input_files("#file", tmp_path / "bad")
    page.wait_for_function("() => document.querySelector('#answer').innerText.includes('commitment')")


def test_the_page_asks_nobody_for_anything() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    for way in ("http://", "https://", "fetch(", "XMLHttpRequest", "<link", " src="):
        assert way not in text
    assert json.dumps("存证检验", ensure_ascii=False)[1:-1] in text
