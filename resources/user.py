"""The user's own account."""

from flask import Response, url_for

from managers.rate_limit import Limit, network_of
from resources.base import (
    BaseResource,
    client_address,
    client_device,
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
        self.managers.rate_limits.require(Limit.REGISTER, network_of(client_address()))
        registration = parse(RegistrationRequest())
        tokens = self.managers.users.register(registration, device=client_device())
        return respond(TokensResponse().dump(tokens), 201, {"Location": url_for("profile")})


class ProfileResource(BaseResource):
    def get(self) -> Response:
        return respond(UserResponse().dump(current_user()))


class PasswordChangeResource(BaseResource):
    def post(self) -> Response:
        self.managers.rate_limits.require(Limit.PASSWORD, current_user().id)
        change = parse(PasswordChangeRequest())
        tokens = self.managers.users.change_password(current_user(), change, client_device())
        return respond(TokensResponse().dump(tokens))


class AccountDeletionResource(BaseResource):
    def delete(self) -> Response:
        self.managers.rate_limits.require(Limit.PASSWORD, current_user().id)
        self.managers.users.erase(current_user().id)
        return no_content()
