"""The page of a matrix by keyboard and screen reader, without a script, printed, light and dark, narrow and wide."""

from __future__ import annotations

import base64
import json
import re

import pytest

from .browser import CONTRAST
from .test_matrix_page import SIZE, Page, driver, page  # noqa: F401


# -- keyboard and screen reader -----------------------------------------------------------------------------

def test_by_keyboard_alone(page):
    page.one("body").send_keys("/")
    assert page.active.get_attribute("id") == "search"
    page.press("tied")
    assert len(page.rows()) == 2
    for name in ("phase", "framework", "rows"):
        page.press("TAB")
        assert page.active.get_attribute("id") == name and page.active.value_of_css_property("outline-style") == "solid"
    page.press("TAB", "TAB")  # past "Reset" to the frame of the table, which the keyboard can scroll
    page.press("TAB")
    assert page.active.text == "n/a"
    page.press("ENTER")
    assert "no tied layers" in page.one("#told").text and page.active.get_attribute("id") == "what"
    page.press("ESCAPE")
    assert page.active.text == "n/a"


def test_arrows_go_from_cell_to_cell(page):
    page.script("arguments[0].focus()", page.cell("after.shapes", 1))
    page.press("ARROW_DOWN")
    assert page.active == page.cell("after.output", 1)
    page.press("ARROW_UP")
    page.press("ARROW_UP")
    assert page.active.text == "[]"  # the cell of that version
    page.press("ARROW_LEFT")
    assert page.active.text == "ValueError: not built yet"
    page.press("ARROW_UP")
    assert page.active == page.cell("before.access_refused", 0)


def test_headers_have_a_scope_and_the_rows_are_a_table_for_a_screen_reader(page):
    assert page.script("return [...document.querySelectorAll('th')].filter(head => !head.scope).length") == 0
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    cells = page.script("return document.querySelectorAll('.sheet td').length")
    assert roles.count("table") >= 2 and roles.count("cell") >= cells and roles.count("rowheader") >= 9 and roles.count("columnheader") >= 8
    names = [node.get("name", {}).get("value") for node in nodes if node["role"]["value"] == "region" and not node.get("ignored")]
    assert names.count("torch, cpu") == 2 and "Failures" in names


def test_every_control_has_a_name(page):
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    names = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if node["role"]["value"] in ("searchbox", "combobox", "button", "link") and not node.get("ignored")]
    assert ("searchbox", "Search") in names and all(name for _, name in names) and ("link", "note 1") in names


# -- without a script, printed, light and dark, narrow ------------------------------------------------------

def outer(page):
    """The document as it stands, also where no script runs."""
    root = page.driver.execute_cdp_cmd("DOM.getDocument", {})["root"]
    return root, page.driver.execute_cdp_cmd("DOM.getOuterHTML", {"nodeId": root["nodeId"]})["outerHTML"]


def test_without_a_script_it_is_a_whole_table(page):
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.driver.refresh()
    root, text = outer(page)
    assert re.search(r'<form class="controls"[^>]* hidden', text) and text.count("data-phase=") == 9
    found = page.driver.execute_cdp_cmd("DOM.querySelectorAll", {"nodeId": root["nodeId"], "selector": "noscript.details > article"})["nodeIds"]
    assert len(found) == 9  # the observations are elements here, not a text
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= set(re.findall(r' id="([^"]+)"', text))
    box = page.driver.execute_cdp_cmd("DOM.getBoxModel", {"nodeId": found[0]})["model"]
    assert box["width"] > 300 and box["height"] > 30  # and are seen


def test_printed_it_is_a_plain_table_without_controls(page):
    page.script("dispatchEvent(new Event('beforeprint'))")
    page.media("print")
    assert not page.one(".controls").is_displayed() and not page.one("nav").is_displayed()
    styles = page.script("return ['#t0 table', '#t0 thead', '#t0 tr', '#t0 td'].map(name => getComputedStyle(document.querySelector(name)).display)")
    assert styles == ["table", "table-header-group", "table-row", "table-cell"]
    assert page.script("return [...document.querySelectorAll('details')].every(part => part.open)")
    heads = [round(head.rect["x"]) for head in page.all("#t0 thead th")]
    assert [round(cell.rect["x"]) for cell in page.all("#t0 tbody:first-of-type tr[data-phase]:nth-of-type(2) td")] == heads[1:3]
    printed = base64.b64decode(page.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert printed.startswith(b"%PDF") and len(printed) > 20_000


@pytest.mark.parametrize("scheme, background", [("light", "rgba(247, 246, 243, 1)"), ("dark", "rgba(20, 23, 27, 1)")])
def test_contrast(page, scheme, background):
    page.media(prefers_color_scheme=scheme)
    page.script("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    page.open("before.display", 1)
    assert page.script(CONTRAST) == [] and page.one("body").value_of_css_property("background-color") == background


def test_contrast_in_print(page):
    page.media("print", prefers_color_scheme="dark")
    assert page.script(CONTRAST) == []


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_the_page_is_no_wider_than_the_window(page, width):
    page.sized(width, 700)
    assert page.script("return document.documentElement.scrollWidth") <= width
    page.open("before.display", 1)
    panel = page.one("#panel").rect
    assert panel["x"] >= 0 and panel["width"] <= width


def test_a_wide_table_scrolls_inside_its_frame(driver, tmp_path, result):
    for number in range(30):
        run = {"versions": {"torch": f"1.{number}"}, "planned": 2, "ran": 2, "complete": True}
        results = [result("after.shapes", "ok" if number % 2 else "n/a", version=f"1.{number}").to_dict(), result("after.output", version=f"1.{number}").to_dict()]
        (tmp_path / f"{number}.json").write_text(json.dumps({"schema": 1, "results": results, "run": run}))
    page = Page(driver, tmp_path)
    frame = page.one(".scroll.wide")
    assert page.script("return document.documentElement.scrollWidth") <= SIZE[0] and page.script("return arguments[0].scrollWidth > arguments[0].clientWidth", frame)
    page.script("arguments[0].scrollLeft = 2000", frame)
    name, text = page.one("#t0 tbody:first-of-type tr[data-phase]:nth-of-type(3) th"), page.one("#t0 tbody:first-of-type tr[data-phase]:nth-of-type(3) td span")
    assert name.text.startswith("after.output") and text.rect["x"] > name.rect["x"] + name.rect["width"] > frame.rect["x"]


def test_the_page_asks_for_nothing(page):
    text = page.path.read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|\ssrc=", text.replace("&lt;img src=x&gt;", "")) and "default-src 'none'" in text
