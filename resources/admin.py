"""Administration of accounts and checks."""

from uuid import UUID

from flask import Response

from constants import Role, Status
from resources.base import BaseResource, current_user, no_content, requires, respond
from resources.parsing import parse
from schemas.request.page import PageQuery
from schemas.response.check import CheckResponse
from schemas.response.user import UserListResponse, UserResponse


class UserListResource(BaseResource):
    @requires(Role.ADMIN)
    def get(self) -> Response:
        page = self.managers.users.list(parse(PageQuery(), "query"))
        return respond(UserListResponse().dump(page))


class UserResource(BaseResource):
    @requires(Role.ADMIN)
    def get(self, user_id: UUID) -> Response:
        return respond(UserResponse().dump(self.managers.users.get(user_id)))


class UserDeletionResource(BaseResource):
    @requires(Role.ADMIN)
    def delete(self, user_id: UUID) -> Response:
        self.managers.users.erase(user_id)
        return no_content()


class ReviewResource(BaseResource):
    @requires(Role.ADMIN)
    def put(self, check_id: UUID, status: Status) -> Response:
        check = self.managers.checks.review(current_user(), check_id, status)
        return respond(CheckResponse().dump(check))
