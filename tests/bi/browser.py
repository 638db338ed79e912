"""Headless Chromium: opens a dashboard, tells what its charts asked and got."""

import base64
import json
import time

from chromium import driver as chromium_driver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WIDTH, HEIGHT = 1440, 1200
SECONDS = 120

# What a reader must not see; texts of Superset's own messages.
COMPLAINTS = ["No results", "Unexpected error", "Data error", "Error:", "No data"]

# How many charts there are, and the titles of those that are still on their way.
SHOWN = "return document.querySelectorAll('.dashboard-component-chart-holder').length"
UNSETTLED = """
return [...document.querySelectorAll('.dashboard-component-chart-holder')]
    .filter(chart => !chart.querySelector('.slice_container, [role=alert]') || chart.querySelector('.loading'))
    .map(chart => chart.innerText.split('\\n')[0]);
"""
BOTTOM = """
return Math.max(...[...document.querySelectorAll('body, body *')]
    .map(element => element.getBoundingClientRect().bottom + scrollY));
"""


class NotDrawn(Exception):
    """A dashboard that does not come to rest."""


class Browser:
    def __init__(self, chromium, driver):
        self.driver = chromium_driver(chromium, driver, {"performance": "ALL"})
        self.driver.set_page_load_timeout(SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def log_in(self, url, user, password):
        self.driver.get(f"{url}/login/")
        wait = WebDriverWait(self.driver, SECONDS)
        wait.until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "input#username"))
        self.driver.find_element(By.CSS_SELECTOR, "input#username").send_keys(user)
        self.driver.find_element(By.CSS_SELECTOR, "input#password").send_keys(password)
        self.driver.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        wait.until(lambda driver: "/login" not in driver.current_url)

    def open(self, address, charts):
        """Opens a dashboard and waits until all of its charts have been drawn for two seconds."""
        self.resize(HEIGHT)
        self.driver.get(address)
        quiet, until = 0, time.monotonic() + SECONDS
        while quiet < 4:
            time.sleep(0.5)
            shown, unsettled = self.driver.execute_script(SHOWN), self.driver.execute_script(UNSETTLED)
            quiet = quiet + 1 if shown >= charts and not unsettled else 0
            if time.monotonic() > until:
                raise NotDrawn(f"{shown} of {charts} charts are there, and on their way are still {unsettled}")

    def resize(self, height):
        size = dict(width=WIDTH, height=height, deviceScaleFactor=1, mobile=False)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def screenshot(self):
        """The whole page as PNG."""
        self.resize(int(self.driver.execute_script(BOTTOM)) + 1)
        # Charts are drawn anew for the new size, by and by.
        time.sleep(2)
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        return base64.b64decode(shot["data"])

    def complaints(self):
        text = self.driver.find_element(By.TAG_NAME, "body").text
        alerts = [alert.text for alert in self.driver.find_elements(By.CSS_SELECTOR, "[role=alert]")]
        return [f"the page says {words}" for words in [*filter(text.__contains__, COMPLAINTS), *filter(None, alerts)]]

    def chart_data(self):
        """The last question of each chart since this was asked, and its answer, by the chart's id."""
        asked = {}
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.requestWillBeSent":
                continue
            request = message["params"]["request"]
            if "/api/v1/chart/data" in request["url"]:
                question = json.loads(request["postData"])
                # Questions of filters have no chart; those before the last one may have been given up.
                asked[question["form_data"].get("slice_id")] = message["params"]["requestId"], question
        asked.pop(None, None)
        return {chart: {"asked": question, "answer": self.body(number)} for chart, (number, question) in asked.items()}

    def body(self, number):
        """The answer to a request."""
        return json.loads(self.driver.execute_cdp_cmd("Network.getResponseBody", {"requestId": number})["body"])
