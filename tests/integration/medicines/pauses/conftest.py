"""The family that the tests here are about."""

import pytest_asyncio

from domain.database.unit_of_work import Database
from tests import factories
from tests.integration.medicines.pauses.home import Home


@pytest_asyncio.fixture
async def home(database: Database) -> Home:
    """Monday 23 November, 07:30 in London: Anna and Ben look after Mum."""
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    return Home(database, smith, anna, ben, await factories.person(database, anna))
