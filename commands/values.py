"""Types of the arguments and options of commands."""

import re
from datetime import datetime
from typing import Any

import click
from marshmallow import ValidationError

from schemas.fields import Moment
from utils.email_address import EmailAddressError, normalise

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class EmailAddress(click.ParamType[str]):
    """An e-mail address, in its normal form."""

    name = "email"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return normalise(value)
        except EmailAddressError as error:
            self.fail(str(error), param, ctx)


class Time(click.ParamType[datetime]):
    """A time with an offset (RFC 3339), or a day in UTC."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        text = f"{value}T00:00:00Z" if DAY.fullmatch(value) else value
        try:
            moment: datetime = Moment().deserialize(text)
        except ValidationError:
            self.fail("Must be a day, or a time such as 2026-11-26T10:00:00Z.", param, ctx)
        return moment
