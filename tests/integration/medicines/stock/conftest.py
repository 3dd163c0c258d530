"""The family that the tests here are about."""

import pytest_asyncio

from domain.database.unit_of_work import Database
from tests import factories
from tests.integration.medicines.stock.home import Home


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    return Home(database, database_url, family, anna, await factories.person(database, anna))
