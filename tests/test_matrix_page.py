"""The page of a matrix in a real browser: cells, lists, search, filters, details."""

from __future__ import annotations

import json

import pytest

from pytest_lazyinit.matrix import reading as matrix_reading
from pytest_lazyinit.report import matrix_page

from .browser import started

SIZE = (1300, 900)
BUG = {"kind": "bug", "reason": "The repr lies.", "url": "https://github.com/a/b/issues/7", "entry": "torch:1", "source": "torch.toml"}


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """A headless Chromium that cannot reach the network."""
    running = started(tmp_path_factory.mktemp("chromium"))
    yield running
    running.quit()


def reports(folder, result):
    """Two frameworks in several versions, with every verdict and a hostile name."""
    def write(framework, version, cells):
        results = [result(name.rpartition("/")[2], framework=framework, version=version, subject=name.rpartition("/")[0], **cell).to_dict() for name, cell in cells.items()]
        run = {"versions": {"pytest-lazyinit": "0.1.0", framework: version}, "python": "3.11.7", "platform": "Linux-6.1-x86_64", "planned": len(results), "ran": len(results),
               "running": [], "complete": True, "problems": []}
        (folder / f"{framework}-{version}.json").write_text(json.dumps({"schema": 1, "results": results, "run": run}))
    for number, version in enumerate(["1.8.1", "1.10.2", "2.1.0", "2.6.0"]):
        write("torch", version, {
            "MLP/before.display": {"verdict": "deviation", "message": "it lies", "deviation": [BUG]} if number else {},
            "MLP/before.access_refused": {"observations": {"get_weights()": "ValueError: not built yet" if number < 2 else "[]", "numel()": "RuntimeError: uninitialized"}},
            "MLP/after.shapes": {"verdict": "FAIL", "message": "expected (256, 20)\n  found (20, 256)"} if number == 2 else {},
            "MLP/after.output": {"verdict": "error", "message": "KeyError: 'x'"} if number > 1 else {},
            "MLP/varying.tied": {"verdict": "n/a", "message": "no tied layers"},
            "</noscript><img src=x>/varying.concurrent": {"verdict": "not run", "message": "</noscript><b>red</b>"}})
    for version in ("1.6.0", "1.9.1"):
        write("mxnet", version, {"MLP/before.display": {}, "MLP/after.shapes": {"observations": {"shapes": "(256, -1)" if version < "1.9" else "(256, 0)"}}, "MLP/varying.tied": {}})
    return folder


class Page:
    """The page of a matrix in the browser."""

    def __init__(self, driver, folder):
        self.driver, self.path = driver, folder / "matrix.html"
        self.path.write_text("".join(matrix_page.page(matrix_reading.matrix([str(folder)]))), encoding="utf-8")
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        self.sized(*SIZE)
        driver.get(self.path.as_uri())

    def sized(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def media(self, media="", **features):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]})

    def script(self, text, *given):
        return self.driver.execute_script(text, *given)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    @property
    def active(self):
        return self.driver.switch_to.active_element

    def press(self, *keys):
        from selenium.webdriver.common.keys import Keys
        self.active.send_keys(*(getattr(Keys, key, key) for key in keys))

    def settled(self):
        """Wait until the page has run what it put off: a form's fields are empty only after its reset event."""
        self.driver.execute_async_script("const done = arguments[0]; setTimeout(() => setTimeout(done));")

    def rows(self):
        """Table and clause of the rows that are seen."""
        return self.script("return [...document.querySelectorAll('.sheet tr[data-phase]')].filter(row => row.getClientRects().length)"
                           ".map(row => [row.closest('.sheet').querySelector('h2').textContent.split(',')[0], row.querySelector('code').textContent])")

    def search(self, text):
        field = self.one("#search")
        field.clear()
        field.send_keys(text or " ")

    def choose(self, which, text):
        from selenium.webdriver.support.ui import Select
        Select(self.one(f"#{which}")).select_by_visible_text(text)

    def cell(self, clause, number, table=0):
        """The link of a row's cell."""
        row = [row for row in self.all(f"#t{table} tr[data-phase]") if row.find_element("css selector", "code").get_property("textContent") == clause][0]
        return row.find_elements("css selector", "td")[number].find_element("css selector", "span > a")

    def open(self, *where):
        link = self.cell(*where)
        self.script("arguments[0].scrollIntoView({block: 'center'})", link)
        link.click()
        return link


@pytest.fixture
def page(driver, tmp_path, result):
    """The page; afterwards the browser must have had nothing to complain of."""
    yield Page(driver, reports(tmp_path, result))
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


# -- what stands there ----------------------------------------------------------------------------------

def test_cells_are_texts_merged_over_equal_versions(page):
    found = page.script("return [...document.querySelectorAll('#t0 tr[data-phase]')].map(row => [...row.cells].slice(1).map(cell => [cell.colSpan, cell.innerText.replace(/\\s+/g, ' ')]))")
    assert found == [[[1, "ok"], [3, "dev 1"]], [[2, "ok"], [2, "ok"]], [[2, "ok"], [1, "FAIL 2"], [1, "ok"]], [[2, "ok"], [2, "error 3"]], [[4, "n/a"]], [[4, "not run"]]]
    assert [head.text for head in page.all("#t0 thead th")] == ["clause", "1.8.1", "1.10.2", "2.1.0", "2.6.0"]


def test_merged_cells_are_as_wide_as_their_columns(page):
    heads = [head.rect for head in page.all("#t0 thead th")]
    cells = [cell.rect for cell in page.all("#t0 tbody:first-of-type tr[data-phase]:nth-of-type(2) td")]
    assert [round(cell["x"]) for cell in cells] == [round(heads[1]["x"]), round(heads[2]["x"])]
    assert round(cells[1]["x"] + cells[1]["width"]) == round(heads[4]["x"] + heads[4]["width"])


def test_what_behaviour_changed_is_a_row(page):
    row = page.one("#t0 .observed")
    assert row.find_element("css selector", "th").text == "get_weights()"
    assert [cell.text for cell in row.find_elements("css selector", "td")] == ["ValueError: not built yet", "[]"]


def test_failures_and_changes_stand_above_and_planned_below(page):
    order = ["failures", "changes", "h0", "h1", "planned"]
    tops = page.script("return arguments[0].map(id => document.getElementById(id).getBoundingClientRect().top)", order)
    assert tops == sorted(tops)
    assert [" ".join(item.text.split()) for item in page.all(".failures li")] == [
        "FAIL torch, cpu, 2.1.0 MLP after.shapes expected (256, 20) found (20, 256)", "error torch, cpu, 2.1.0 – 2.6.0 MLP after.output KeyError: 'x'"]
    assert [part.text for part in page.all("details summary")][0] == "2.1.0 → 2.6.0: 1 verdict or deviation"
    assert "better: MLP after.shapes: FAIL → ok" in page.all("details")[0].text


def test_observations_of_a_step_stand_behind_a_click_of_their_own(page, tmp_path, driver, result):
    for version, verdict, text in (("2.7.0", "n/a", "[0]"), ("2.8.0", "ok", "[1]")):
        shape = result("after.shapes", verdict, version=version, observations={"shape": text}).to_dict()
        (tmp_path / f"{version}.json").write_text(json.dumps({"schema": 1, "results": [shape], "run": {"versions": {}, "planned": 1, "ran": 1, "complete": True}}))
    page = Page(driver, tmp_path)
    step, inner = page.one("details"), page.one("details > details")
    assert "changed: mlp after.shapes: n/a → ok" in step.text and inner.text == "1 observation" and not inner.find_element("css selector", "table").is_displayed()
    inner.find_element("css selector", "summary").click()
    assert [cell.text for cell in inner.find_elements("css selector", "tbody td")] == ["shape", "[0]", "[1]"]


def test_notes_lead_to_the_tracker(page):
    note = page.cell("before.display", 1).find_element("xpath", "../sup/a")
    target = page.one(note.get_attribute("href")[note.get_attribute("href").index("#"):])
    assert target.find_element("css selector", "a").get_attribute("href") == BUG["url"] and "The repr lies." in target.text


def test_the_header_sticks(page):
    page.sized(1300, 420)
    page.script("document.querySelector('#t0 tr[data-phase]:last-of-type').scrollIntoView({block: 'end'}); scrollBy(0, 60)")
    page.sized(1000, 420)  # the bar breaks into two lines
    bar, head = page.one(".controls").rect, page.script("return document.querySelector('#t0 thead').getBoundingClientRect().top")
    assert abs(head - bar["height"]) <= 1 and page.one("#t0 thead").is_displayed()


# -- search and filters -----------------------------------------------------------------------------------

TORCH = ["before.display", "before.access_refused", "after.shapes", "after.output", "varying.tied", "varying.concurrent"]
MXNET = ["before.display", "after.shapes", "varying.tied"]


@pytest.mark.parametrize("text, expected", [
    ("access", [("torch", "before.access_refused")]), ("VALUEERROR built", [("torch", "before.access_refused")]), ("noscript", [("torch", "varying.concurrent")]),
    ("(256, -1)", [("mxnet", "after.shapes")]), ("lies", [("torch", "before.display")]), ("it holds", [("torch", name) for name in TORCH] + [("mxnet", name) for name in MXNET]), ("zzz", [])])
def test_search(page, text, expected):
    page.search(text)
    assert [tuple(row) for row in page.rows()] == expected
    assert page.one("#count").text == f"{len(expected)} of 9 rows" and page.one("#none").is_displayed() == (not expected)


@pytest.mark.parametrize("which, choice, expected", [
    ("phase", "varying", [("torch", "varying.tied"), ("torch", "varying.concurrent"), ("mxnet", "varying.tied")]),
    ("framework", "mxnet, cpu", [("mxnet", name) for name in MXNET]),
    ("rows", "differs between versions", [("torch", name) for name in TORCH[:4]] + [("mxnet", "after.shapes")]),
    ("rows", "verdict differs between versions", [("torch", name) for name in TORCH[:4] if "access" not in name]),
    ("rows", "fails in any version", [("torch", "after.shapes"), ("torch", "after.output")]),
    ("rows", "fails in exactly one version", [("torch", "after.shapes")]),
    ("rows", "fails or deviates in exactly one framework", [(name, clause) for name in ("torch", "mxnet") for clause in ("before.display", "after.shapes")])])
def test_filters(page, which, choice, expected):
    page.choose(which, choice)
    assert [tuple(row) for row in page.rows()] == expected


def test_filters_work_together_and_are_reset(page):
    page.choose("phase", "after")
    page.choose("rows", "fails in any version")
    page.search("keyerror")
    assert page.rows() == [["torch", "after.output"]] and not page.all("#t0 .observed")[0].is_displayed()
    page.one("[type=reset]").click()
    page.settled()
    assert len(page.rows()) == 9 and page.one("#count").text == "9 of 9 rows" and page.one("#t0 .observed").is_displayed()


# -- details ----------------------------------------------------------------------------------------------

def test_what_a_cell_observed_is_one_click_away(page):
    link = page.open("before.access_refused", 0)
    panel = page.one("#panel")
    assert page.one("#what").text == "MLP before.access_refused" and page.one("#where").text == "torch, cpu, 1.8.1 – 1.10.2. It holds."
    assert "get_weights()\nValueError: not built yet" in panel.text and "numel()\nRuntimeError: uninitialized" in panel.text
    assert page.active == page.one("#what")
    page.press("ESCAPE")
    assert not panel.is_displayed() and page.active == link


def test_a_failure_opens_its_details_and_so_does_an_observation(page):
    page.one(".failures a").click()
    assert page.one("#what").text == "after.shapes" and "found (20, 256)" in page.one("#told").text
    page.one("#panel button").click()
    link = page.all("#t0 .observed a")[1]
    page.script("arguments[0].scrollIntoView({block: 'center'})", link)
    link.click()
    assert page.one("#where").text.startswith("torch, cpu, 2.1.0 – 2.6.0") and "get_weights()\n[]" in page.one("#told").text


def test_a_deviation_tells_its_reason_and_links(page):
    page.open("before.display", 1)
    assert "it lies" in page.one("#told").text and page.one("#told li a").get_attribute("href") == BUG["url"]


def test_texts_are_no_markup(page):
    page.open("varying.concurrent", 0)
    assert page.one("#what").text == "</noscript><img src=x> varying.concurrent" and page.one("#told pre").text == "</noscript><b>red</b>"
    assert not page.all("img") and not page.all("#told b")
