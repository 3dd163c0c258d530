"""The family that the tests here are about."""

import pytest

from domain.database.unit_of_work import Database
from tests import factories
from tests.integration.delivery.home import Home


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    await factories.deliver(database)  # the word that Ben has joined
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    dose = (await factories.doses_of(database, family, aspirin))[0]
    await factories.deliver_news(database)
    await factories.wake_up(database, dose.due_at)
    return Home(family, anna, ben, mum, aspirin, dose)
