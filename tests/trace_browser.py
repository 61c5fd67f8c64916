"""The page of a trace in a real browser."""

from __future__ import annotations

from pytest_lazyinit.report.trace_page import page
from pytest_lazyinit.report.trace_steps import steps

SIZE = (1200, 900)


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
