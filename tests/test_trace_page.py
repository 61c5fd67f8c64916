"""The page of a trace, in a real browser: stepping by buttons, keys and slider, without a network, in light and dark."""

from __future__ import annotations

import importlib
import json
import re
from html.parser import HTMLParser

import pytest

from pytest_lazyinit import Subject, frameworks
from pytest_lazyinit.report.trace_page import embedded, page
from pytest_lazyinit.trace import trace

from . import trace_models
from .browser import CONTRAST, started
from .trace_browser import Page

FRAMEWORKS = ["torch", "tensorflow", "flax", "mxnet"]


def found(framework, kind):
    if kind == "mlp":
        subject = importlib.import_module(f"pytest_lazyinit.catalogue.{framework}").subject()
    else:
        subject = Subject(trace_models.builder(framework, kind), trace_models.shape(framework, kind), name=kind)
    return trace(subject, frameworks.adapter(framework))


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """A headless Chromium that cannot reach the network."""
    running = started(tmp_path_factory.mktemp("chromium"))
    yield running
    running.quit()


@pytest.fixture
def shown(driver, tmp_path):
    """Open the page of a trace; afterwards the browser must have had nothing to complain of."""
    yield lambda trace: Page(driver, tmp_path / "trace.html", trace)
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.mark.parametrize("framework, before, after", [("torch", "?", "256 × 20"), ("tensorflow", "absent", "20 × 256"),
                                                      ("flax", "absent", "20 × 256"), ("mxnet", "256 × ?", "256 × 20")])
def test_shapes_fill_in_as_one_steps(shown, framework, before, after):
    view = shown(found(framework, "mlp"))
    weight = "weight" if framework in ("torch", "mxnet") else "kernel"
    size = [row for row in view.all("[data-event]") if row.find_element("css selector", ".name").text == weight][0]
    assert view.count == f"Step 0 of {view.last}" and size.find_element("css selector", ".size").text == before
    view.until(f"turns from {before} into {after}")
    assert size.find_element("css selector", ".size").text == after and "full" in size.get_attribute("class")
    assert "20,480 bytes" in view.one("#step").text and "fresh" in size.get_attribute("class")
    view.go("back")
    assert size.find_element("css selector", ".size").text == before
    view.go("last")
    assert view.count == f"Step {view.last} of {view.last}" and view.one("#bytes").text == "31,784 of 31,784"


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("kind", ["convolutional", "recurrent"])
def test_every_step_of_larger_models_works(shown, framework, kind):
    view = shown(found(framework, kind))
    for index in range(1, view.last + 1):
        view.go("next")
        assert view.count == f"Step {index} of {view.last}" and view.one("#step").text
    assert not [text for text in view.sizes.values() if text in ("?", "absent")]
    assert len(view.all("[data-event]")) == len(view.trace.events)


def test_layers_are_drawn_from_top_to_bottom_inside_each_other(shown):
    view = shown(found("torch", "convolutional"))
    boxes = view.all(".layer > .box")
    tops = [box.rect["y"] for box in boxes]
    assert [box.find_element("css selector", ".class").text for box in boxes] == [
        "Sequential", "Sequential", "LazyConv2d", "LazyBatchNorm2d", "ReLU", "Flatten", "LazyLinear"]
    assert tops == sorted(tops) and boxes[1].rect["x"] > boxes[0].rect["x"]


def test_keys_and_slider(shown):
    view = shown(found("torch", "mlp"))
    view.press("ARROW_RIGHT")
    view.press("ARROW_RIGHT")
    assert view.count.startswith("Step 2 ")
    view.press("ARROW_LEFT")
    assert view.count.startswith("Step 1 ")
    view.press("END")
    assert view.count.startswith(f"Step {view.last} ")
    view.press("HOME")
    assert view.count.startswith("Step 0 ")
    slider = view.one("#slider")
    slider.click()
    view.press("HOME")
    view.press("ARROW_RIGHT")
    assert view.count.startswith("Step 1 ") and slider.get_attribute("aria-valuetext") == f"Step 1 of {view.last}"


def test_the_focus_is_seen_and_never_lost(shown):
    view = shown(found("torch", "mlp"))
    view.press("TAB")
    for _ in range(2):  # "First" and "Back" are disabled at the first step, so the first stop is "Next"
        if view.driver.switch_to.active_element.get_attribute("data-go") != "next":
            view.press("TAB")
    active = view.driver.switch_to.active_element
    assert active.get_attribute("data-go") == "next" and active.value_of_css_property("outline-style") == "solid"
    for _ in range(view.last):
        view.press("ENTER")
    assert view.count.startswith(f"Step {view.last} ") and view.driver.switch_to.active_element.get_attribute("id") == "slider"


def test_the_step_is_announced(shown):
    status = shown(found("torch", "mlp")).one("#step")
    assert status.get_attribute("aria-live") == "polite" and status.get_attribute("role") == "status"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_failure_is_drawn_where_it_happened(shown, framework):
    view = shown(found(framework, "failing"))
    failure = view.trace.failure
    assert view.one(".failure h2").text == f"The pass failed in layer {failure.layer} ({failure.layer_class})"
    assert f"{failure.sizes.found} of the data against {failure.sizes.demanded}" in view.one(".failure").text
    assert not view.all(".layer.failed")
    view.until("fails.")
    assert [box.text for box in view.all(".layer.failed.now > .box > .head .verdict")] == ["failed"]
    view.go("last")
    assert "never called" in [box.text for box in view.all(".layer.idle > .box > .head .verdict")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["mlp", "convolutional", "failing", "unused"])
def test_contrast(shown, scheme, kind):
    view = shown(found("torch", kind))
    view.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    backgrounds = set()
    for _ in range(view.last + 1):
        assert view.driver.execute_script(CONTRAST) == []
        backgrounds.add(view.one("body").value_of_css_property("background-color"))
        if view.one("[data-go=next]").is_enabled():
            view.go("next")
    assert backgrounds == {"rgba(247, 246, 243, 1)" if scheme == "light" else "rgba(20, 23, 27, 1)"}


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_the_page_is_no_wider_than_the_window(shown, width):
    view = shown(found("torch", "convolutional"))
    view.sized(width, 700)
    assert view.driver.execute_script("return document.documentElement.scrollWidth") <= width
    view.go("last")
    assert view.one("#step").is_displayed()


def test_print_shows_the_final_state_without_controls(shown):
    view = shown(found("torch", "mlp"))
    view.driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    view.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    assert view.sizes == {"weight": "10 × 256", "bias": "10"} and not view.one(".controls").is_displayed()


def test_without_a_script_the_page_is_the_final_state(shown):
    view = shown(found("torch", "mlp"))
    view.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        view.driver.refresh()
        text = view.driver.execute_cdp_cmd("DOM.getOuterHTML", {"nodeId": view.driver.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]})["outerHTML"]
    finally:
        view.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "After the pass: 4 parameters" in text and '<span class="shape size">256 × 20</span>' in text
    assert re.search(r'<div class="controls"[^>]* hidden', text) and "<td>0.weight</td>" in text


def hostile():
    """A model whose names are markup."""
    torch = importlib.import_module("torch")
    kind = type("</script><b>Net", (torch.nn.LazyLinear,), {})
    model = torch.nn.Sequential()
    model.add_module('"><img src=x>&amp;', kind(3))
    return model


def test_names_are_no_markup(shown):
    view = shown(trace(Subject(hostile, (2, 5), name="</script><script>alert(1)</script>"), frameworks.adapter("torch")))
    assert view.one("h1").text == "The first pass of </script><script>alert(1)</script>"
    assert '"><img src=x>&amp;' in [path.text for path in view.all(".path")] and not view.all("img, b b, script:not([id]):not(:last-of-type)")
    view.until("turns from ? into 3 × 5")
    assert "</script><b>Net" in view.one("#step").text


class References(HTMLParser):
    """What a page asks the network for."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def handle_starttag(self, tag, attributes):
        self.asked += [(tag, name, value) for name, value in attributes if name in ("src", "href", "srcset", "poster", "action")]


def test_the_page_needs_nothing_else():
    text, parser = page(found("torch", "mlp")), References()
    parser.feed(text)
    assert not parser.asked and not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|https?://(?!json)", text)
    assert "default-src 'none'" in text


def test_embedded_data_stay_json():
    value = {"</script>": "<!-- &amp; \u2028 \u2029 -->"}
    text = embedded(value)
    assert json.loads(text) == value and not re.search("[<>&\u2028\u2029]", text)
