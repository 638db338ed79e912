"""Superset's API: the charts of a dashboard, their rows and SQL, and imports that overwrite."""

import json
from decimal import Decimal

import requests
from checks import Refused


class Api:
    def __init__(self, url, user, password):
        self.url = f"{url}/api/v1"
        self.session = requests.Session()
        login = dict(username=user, password=password, provider="db")
        token = self.post("security/login", json=login)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path):
        return told(self.session.get(f"{self.url}/{path}", timeout=120))

    def post(self, path, **content):
        return told(self.session.post(f"{self.url}/{path}", timeout=120, **content))

    def charts(self, dashboard):
        """The titles of a dashboard's charts, by their ids."""
        charts = self.get(f"dashboard/{dashboard}/charts")["result"]
        return {chart["form_data"]["slice_id"]: chart["slice_name"] for chart in charts}

    def rows(self, asked):
        """What a chart that asked this shows, before it is pivoted."""
        [query] = asked["queries"]
        question = asked | {"queries": [query | {"post_processing": []}], "result_type": "full"}
        return [tuple(row.values()) for row in self.post("chart/data", json=question)["result"][0]["data"]]

    def sql(self, asked):
        """The SQL of what a chart asked, for the database as it is set now."""
        return self.post("chart/data", json=asked | {"result_type": "query"})["result"][0]["query"].strip()

    def overwrite(self, bundle):
        """Imports assets, and takes the place of what is there."""
        csrf = self.get("security/csrf_token/")["result"]
        self.post(
            "assets/import/",
            files={"bundle": ("assets.zip", bundle, "application/zip")},
            headers={"X-CSRFToken": csrf, "Referer": self.url},
        )


def told(answer):
    if not answer.ok:
        raise Refused(f"{answer.url}: {answer.status_code} {answer.text}")
    return json.loads(answer.text, parse_float=Decimal)
