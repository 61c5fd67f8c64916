"""A real browser, and the page of a trace in it."""

from __future__ import annotations

import shutil

import pytest

from pytest_lazyinit.report.trace_page import page
from pytest_lazyinit.report.trace_steps import steps

SIZE = (1200, 900)

# Every visible text against the first background behind it, by the formula of WCAG 2.
CONTRAST = """
const parse = text => { const found = text.match(/[\\d.]+/g).map(Number); return found.length > 3 ? found : [...found, 1]; };
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = node => { for (; node; node = node.parentElement) { const c = parse(getComputedStyle(node).backgroundColor); if (c[3] === 1) return c; }
  return [255, 255, 255, 1]; };
const low = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement, style = getComputedStyle(node);
  if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE"].includes(node.tagName) || style.visibility === "hidden" || !node.getClientRects().length) continue;
  const [a, b] = [light(parse(style.color)), light(behind(node))].sort((x, y) => y - x);
  if ((a + .05) / (b + .05) < 4.5) low.push([node.className || node.tagName, walker.currentNode.data.trim(), (a + .05) / (b + .05)]);
}
return low;
"""


def started(profile):
    """A headless Chromium that cannot reach the network."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    service = shutil.which("chromedriver")
    if not browser or not service:
        pytest.fail("the page is tested in a real browser and there is none here: apt-get install chromium chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    running = webdriver.Chrome(options=options, service=Service(service))
    running.execute_cdp_cmd("Network.enable", {})
    running.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})
    return running


class Page:
    """A trace's page in the browser."""

    def __init__(self, driver, path, trace):
        path.write_text(page(trace), encoding="utf-8")
        self.driver, self.trace, self.last = driver, trace, len(steps(trace)) - 1
        # While the page scrolls smoothly the buttons move under the driver's pointer: a click then hits what stood there before.
        still = [{"name": "prefers-reduced-motion", "value": "reduce"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": still})
        self.sized(*SIZE)
        driver.get(path.as_uri())

    def sized(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def go(self, where):
        self.one(f"[data-go={where}]").click()

    def press(self, *keys):
        from selenium.webdriver.common.keys import Keys
        self.driver.switch_to.active_element.send_keys(*(getattr(Keys, key) for key in keys))

    @property
    def count(self):
        return self.one("#count").text

    @property
    def sizes(self):
        return {row.find_element("css selector", ".name").text: row.find_element("css selector", ".size").text for row in self.all("[data-event]")}

    def until(self, text):
        """Step on until the sentence holds a text."""
        for _ in range(self.last):
            self.go("next")
            if text in self.one("#step").text:
                return
        raise AssertionError(f"no step says {text!r}")
