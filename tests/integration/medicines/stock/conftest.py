"""The family that the tests here are about."""

from collections.abc import AsyncIterator

import pytest_asyncio

from domain.database.unit_of_work import Database
from tests import factories
from tests.integration.medicines.stock.home import Home
from tests.invariants import find_violations

STOCK = 5  # the invariant


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> AsyncIterator[Home]:
    """Whatever is done with it, the stock is what its ledger says."""
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    yield Home(database, database_url, family, anna, await factories.person(database, anna))
    found = await find_violations(database_url, database.clock)
    assert [each for each in found if each.invariant == STOCK] == []
