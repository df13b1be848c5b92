"""Tests of other folders again, on PostgreSQL: there, `app` has a database of the real server."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture
def app(app_on_postgres: Flask) -> Flask:
    return app_on_postgres
