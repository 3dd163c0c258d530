"""The family that the tests here are about."""

import pytest_asyncio

from domain.database.unit_of_work import Database
from tests.integration.appointments.home import Home, settle_in


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    return await settle_in(database, database_url)
