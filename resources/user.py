"""The user's own account."""

from flask import Response, url_for

from managers.rate_limit import Limit
from resources.base import (
    BaseResource,
    client_device,
    client_network,
    current_user,
    no_content,
    public,
    respond,
)
from resources.parsing import parse
from schemas.request.user import PasswordChangeRequest, RegistrationRequest
from schemas.response.user import TokensResponse, UserResponse


class RegistrationResource(BaseResource):
    @public
    def post(self) -> Response:
        registration = parse(RegistrationRequest())
        self.managers.rate_limits.require(Limit.REGISTER, client_network())
        tokens = self.managers.users.register(registration, device=client_device())
        self.managers.rate_limits.remember(client_network(), registration.email)
        return respond(TokensResponse().dump(tokens), 201, {"Location": url_for("profile")})


class ProfileResource(BaseResource):
    def get(self) -> Response:
        return respond(UserResponse().dump(current_user()))


class PasswordChangeResource(BaseResource):
    def post(self) -> Response:
        self.managers.rate_limits.require(Limit.PASSWORD, client_network())
        change = parse(PasswordChangeRequest())
        with self.managers.rate_limits.guess(client_network(), current_user().email):
            tokens = self.managers.users.change_password(current_user(), change, client_device())
        return respond(TokensResponse().dump(tokens))


class AccountDeletionResource(BaseResource):
    def delete(self) -> Response:
        self.managers.rate_limits.require(Limit.PASSWORD, client_network())
        self.managers.users.erase(current_user().id)
        return no_content()
