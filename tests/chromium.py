"""Headless Chromium for checks, as containers can run it."""

from selenium import webdriver


def driver(chromium, chromedriver, logs):
    """A browser that keeps `logs`: kinds of logs with their levels."""
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    # Containers run it as root, with little shared memory.
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=en-US",
    ]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", logs)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=chromedriver))
