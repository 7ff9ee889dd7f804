"""Addresses of the first version of the API, which clients still use. They go at their sunset."""

from uuid import UUID

from flask import Response

from constants import Role
from managers import errors
from resources.admin import UserResource
from resources.base import BaseResource, requires
from resources.check import CheckResource
from resources.deprecation import deprecated
from resources.operation import Operation, describes
from resources.user import ProfileResource

SINCE, SUNSET = "2026-11-26", "2028-12-31"


class CheckDeletionResource(BaseResource):
    @describes(
        Operation(
            id="deleteCheckFirstVersion", status=204, errors=(errors.PreconditionFailedError,)
        )
    )
    @deprecated(SINCE, SUNSET, "check")
    def delete(self, check_id: UUID) -> Response:
        """Delete a check: use deleteCheck instead."""
        return CheckResource().delete(check_id)


class AccountDeletionResource(BaseResource):
    @describes(
        Operation(
            id="deleteAccountFirstVersion",
            status=204,
            cookie=True,
            errors=(errors.TooManyRequestsError, errors.PreconditionFailedError),
        )
    )
    @deprecated(SINCE, SUNSET, "profile")
    def delete(self) -> Response:
        """Delete the own account: use deleteAccount instead."""
        return ProfileResource().delete()


class UserDeletionResource(BaseResource):
    @describes(
        Operation(id="deleteUserFirstVersion", status=204, errors=(errors.PreconditionFailedError,))
    )
    @deprecated(SINCE, SUNSET, "admin_user")
    @requires(Role.ADMIN)
    def delete(self, user_id: UUID) -> Response:
        """Delete an account: use deleteUser instead."""
        return UserResource().delete(user_id)
