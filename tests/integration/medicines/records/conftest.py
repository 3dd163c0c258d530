"""The family that the tests here are about."""

import pytest

from domain.database.unit_of_work import Database
from tests import factories
from tests.integration.medicines.records.home import Home


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    return Home(family, anna, ben, mum, await factories.medicine(database, anna, mum))
