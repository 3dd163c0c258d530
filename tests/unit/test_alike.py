"""Which names are pointed out as alike. Most pairs are from the FDA's and ISMP's lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.name_similarity import find_similar_name, is_same_name, is_similar_name

MISTAKEN = (
    "hydroxyzine/hydralazine prednisone/prednisolone metformin/metronidazole "
    "vinblastine/vincristine clonidine/clonazepam lamotrigine/lamivudine bupropion/buspirone "
    "chlorpromazine/chlorpropamide dopamine/dobutamine cyclosporine/cycloserine "
    "ephedrine/epinephrine tramadol/trazodone zyprexa/zyrtec celebrex/celexa losec/lasix "
    "amlodipine/amiloride carbamazepine/oxcarbazepine hydrocodone/oxycodone oxycodone/oxycontin "
    "guaifenesin/guanfacine methimazole/metolazone nifedipine/nimodipine nicardipine/nifedipine "
    "metoprolol/misoprostol rifampin/rifaximin acetazolamide/acetohexamide "
    "azathioprine/azithromycin fluoxetine/fluvoxamine fluoxetine/paroxetine "
    "cefuroxime/cefotaxime daunorubicin/doxorubicin clobazam/clonazepam quinidine/quinine "
    "sulfadiazine/sulfasalazine sumatriptan/zolmitriptan tolazamide/tolbutamide "
    "vilazodone/trazodone tiagabine/tizanidine lamictal/lamisil Ibuprofen/Ibuprophen "
    "Prednisolon/Prednisolone Amlodipin/Amlodipine Metoprolol/Metroprolol "
)

TOLD_APART = (
    "aspirin/amlodipine metformin/amlodipine aspirin/ibuprofen ramipril/metformin "
    "paracetamol/ibuprofen simvastatin/aspirin omeprazole/ramipril levothyroxine/metformin "
    "warfarin/aspirin furosemide/bisoprolol insulin/aspirin donepezil/memantine "
    "atorvastatin/amlodipine aspirin/para ramipril/amlodipine paracetamol/pantoprazole "
    "bisoprolol/candesartan citalopram/clopidogrel sertraline/simvastatin doxycycline/digoxin "
    "morphine/melatonin tamsulosin/torasemide aspirin/atorvastatin ibuprofen/insulin "
    "magnesium/melatonin calcium/candesartan allopurinol/amlodipine apixaban/aspirin "
    "daily/night pred/para "
)

OTHERS_ALIKE = (
    ("Anna", "Ana"),
    ("Mum", "Mom"),
    ("Dr Weber", "Dr Webber"),
    ("Dr. Meier", "Dr Meyer"),
    ("Vitamin", "Vitamin D"),
    ("Metoprolol succinate", "Metoprolol"),
    ("  ASPIRIN", "Aspirín"),
)

OTHERS_APART = (
    ("Mum", "Dad"),
    ("Ben", "Ken"),
    ("Vitamin C", "Vitamin D"),
    ("Vitamin B6", "Vitamin B12"),
    ("Omega 3", "Omega 6"),
    ("Magnesium citrate", "Calcium citrate"),
    ("Dr Weber", "Dr Okafor"),
    ("Eye drops", "Ear drops"),
    ("أسبرين", "Aspirin"),
)


@pytest.mark.parametrize("pair", MISTAKEN.split())
def test_what_is_mistaken_is_alike(pair: str) -> None:
    one, other = pair.split("/")
    assert is_similar_name(one, other)
    assert not is_same_name(one, other)


@pytest.mark.parametrize("pair", TOLD_APART.split())
def test_what_nobody_mistakes_is_not(pair: str) -> None:
    assert not is_similar_name(*pair.split("/"))


@pytest.mark.parametrize(("one", "other"), OTHERS_ALIKE)
def test_other_names_that_are_alike(one: str, other: str) -> None:
    assert is_similar_name(one, other)


@pytest.mark.parametrize(("one", "other"), OTHERS_APART)
def test_other_names_that_are_not(one: str, other: str) -> None:
    assert not is_similar_name(one, other)


def test_the_same_name_goes_before_one_alike() -> None:
    known = [("Prednisolone", 1), ("prednisone", 2), ("Aspirin", 3)]
    assert find_similar_name("Prednisone", known) == 2
    assert find_similar_name("Prednisolon", known) == 1
    assert find_similar_name("Metformin", known) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_it_is_the_same_both_ways_round(one: str, other: str) -> None:
    assert is_similar_name(one, other) == is_similar_name(other, one)
