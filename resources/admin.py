"""Administration of accounts and checks."""

from uuid import UUID

from flask import Response

from constants import Role, Status
from managers import errors
from resources.base import BaseResource, current_user, no_content, requires, respond
from resources.conditional import if_match, tagged
from resources.operation import Operation, describes
from resources.paging import link_to_next
from resources.parsing import parse
from schemas.request.check import AllChecksQuery
from schemas.request.page import PageQuery
from schemas.request.user import RoleChangeRequest
from schemas.response.check import CheckListResponse, CheckResponse
from schemas.response.user import UserListResponse, UserResponse


class UserListResource(BaseResource):
    @describes(
        Operation(
            id="listUsers",
            response=UserListResponse,
            query=PageQuery,
            links={
                "listUsers": {"cursor": "$response.body#/next_cursor"},
                "getUser": {"user_id": "$response.body#/users/0/id"},
            },
        )
    )
    @requires(Role.ADMIN)
    def get(self) -> Response:
        """List all accounts, newest first."""
        page = self.managers.users.list(parse(PageQuery(), "query"))
        body = UserListResponse().dump(page)
        return respond(body, headers=link_to_next(body))


class UserResource(BaseResource):
    @describes(Operation(id="getUser", response=UserResponse))
    @requires(Role.ADMIN)
    def get(self, user_id: UUID) -> Response:
        """Return an account."""
        return respond(UserResponse().dump(self.managers.users.get(user_id)))

    @describes(
        Operation(
            id="changeUser",
            response=UserResponse,
            body=RoleChangeRequest,
            etag=True,
            errors=(errors.PreconditionFailedError, errors.LastAdministratorError),
            links={"getUser": {"user_id": "$response.body#/id"}},
        )
    )
    @requires(Role.ADMIN)
    def patch(self, user_id: UUID) -> Response:
        """Change the role of an account. All its logins end.

        The last administrator stays one.
        """
        change, known = parse(RoleChangeRequest()), if_match(UserResponse())
        user = self.managers.users.set_role(user_id, change.role, known)
        return tagged(respond(UserResponse().dump(user)))

    @describes(Operation(id="deleteUser", status=204, errors=(errors.PreconditionFailedError,)))
    @requires(Role.ADMIN)
    def delete(self, user_id: UUID) -> Response:
        """Delete an account with all its checks and photos."""
        self.managers.users.erase(user_id, if_match(UserResponse()))
        return no_content()


class AllChecksResource(BaseResource):
    @describes(
        Operation(
            id="listAllChecks",
            response=CheckListResponse,
            query=AllChecksQuery,
            links={
                "listAllChecks": {"cursor": "$response.body#/next_cursor"},
                "reviewCheck": {"check_id": "$response.body#/checks/0/id"},
                "getCheckPhoto": {"check_id": "$response.body#/checks/0/id"},
            },
        )
    )
    @requires(Role.ADMIN)
    def get(self) -> Response:
        """List the checks of all users, newest first."""
        page = self.managers.all_checks.page(current_user(), parse(AllChecksQuery(), "query"))
        body = CheckListResponse().dump(page)
        return respond(body, headers=link_to_next(body))


class ReviewResource(BaseResource):
    @describes(
        Operation(
            id="reviewCheck",
            response=CheckResponse,
            etag=True,
            errors=(errors.PreconditionFailedError,),
        )
    )
    @requires(Role.ADMIN)
    def put(self, check_id: UUID, status: Status) -> Response:
        """Set the status of a check, and record it as a review."""
        known = if_match(CheckResponse())
        check = self.managers.checks.review(current_user(), check_id, status, known)
        return tagged(respond(CheckResponse().dump(check)))
