"""What may be uploaded."""

import pytest
from marshmallow import ValidationError

from constants import Sex
from schemas.request.check import CheckUpload

PHOTO = b"a file"


def test_reads_what_is_told() -> None:
    upload = {"photo": PHOTO, "age": 52, "sex": "male", "body_site": "back"}
    assert CheckUpload().load(upload) == {**upload, "sex": Sex.MALE}


def test_nothing_but_the_photo_is_needed() -> None:
    assert CheckUpload().load({"photo": PHOTO}) == {"photo": PHOTO}


@pytest.mark.parametrize(("text", "age"), [("0", 0), ("7", 7), ("007", 7), ("120", 120)])
def test_reads_the_age_of_a_form(text: str, age: int) -> None:
    assert CheckUpload().load({"photo": PHOTO, "age": text})["age"] == age


@pytest.mark.parametrize(
    "age",
    [
        -1,
        121,
        10**400,
        45.5,
        float("nan"),
        True,
        "-1",
        "121",
        "4 5",
        " 45",
        "4_5",
        "٤٥",
        b"45",
    ],
    ids=repr,
)
def test_refuses_what_is_no_age(age: object) -> None:
    with pytest.raises(ValidationError, match="whole number of years from 0 to 120"):
        CheckUpload().load({"photo": PHOTO, "age": age})
