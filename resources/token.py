"""Login, refresh and logout."""

from flask import Response

from managers.rate_limit import Limit, network_of
from resources.base import (
    BaseResource,
    client_address,
    client_device,
    current_identity,
    current_user,
    no_content,
    public,
    respond,
)
from resources.parsing import parse
from schemas.request.token import LoginRequest, RefreshRequest
from schemas.response.user import TokensResponse


class LoginResource(BaseResource):
    @public
    def post(self) -> Response:
        credentials = parse(LoginRequest())
        self.managers.rate_limits.begin_login(client_address(), credentials.email)
        tokens = self.managers.users.login(credentials, client_device())
        self.managers.rate_limits.end_login(client_address(), credentials.email)
        return respond(TokensResponse().dump(tokens), 201)


class RefreshResource(BaseResource):
    @public
    def post(self) -> Response:
        self.managers.rate_limits.require(Limit.REFRESH, network_of(client_address()))
        tokens = self.managers.tokens.refresh(parse(RefreshRequest()).refresh_token)
        return respond(TokensResponse().dump(tokens), 201)


class LogoutResource(BaseResource):
    def post(self) -> Response:
        self.managers.tokens.revoke(current_identity())
        return no_content()


class LogoutAllResource(BaseResource):
    def post(self) -> Response:
        self.managers.tokens.revoke_all(current_user().id)
        return no_content()
