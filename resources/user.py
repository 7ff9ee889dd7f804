"""The person's own account."""

from flask import Response, url_for

from managers.user import Registration
from resources.base import BaseResource, current_user, no_content, requires, respond
from resources.parsing import parse
from schemas.request.user import PasswordChangeRequest, RegistrationRequest
from schemas.response.user import TokensResponse, UserResponse


class RegistrationResource(BaseResource):
    def post(self) -> Response:
        registration = Registration(**parse(RegistrationRequest()))
        tokens = self.managers.users.register(registration)
        return respond(TokensResponse().dump(tokens), 201, {"Location": url_for("profile")})


class ProfileResource(BaseResource):
    @requires()
    def get(self) -> Response:
        return respond(UserResponse().dump(current_user()))


class PasswordChangeResource(BaseResource):
    @requires()
    def post(self) -> Response:
        body = parse(PasswordChangeRequest())
        tokens = self.managers.users.change_password(
            current_user(), body["old_password"], body["new_password"]
        )
        return respond(TokensResponse().dump(tokens))


class AccountDeletionResource(BaseResource):
    @requires()
    def delete(self) -> Response:
        self.managers.users.erase(current_user().id)
        return no_content()
