"""Login, refresh and logout."""

from flask import Response

from resources.base import (
    BaseResource,
    client_device,
    client_network,
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
        with self.managers.rate_limits.guess(client_network(), credentials.email):
            tokens = self.managers.users.login(credentials, client_device())
        return respond(TokensResponse().dump(tokens), 201)


class RefreshResource(BaseResource):
    @public
    def post(self) -> Response:
        refresh_token = parse(RefreshRequest()).refresh_token
        self.managers.rate_limits.require_refresh(client_network(), refresh_token)
        tokens = self.managers.tokens.refresh(refresh_token)
        self.managers.rate_limits.remember(client_network(), tokens.user.email)
        return respond(TokensResponse().dump(tokens), 201)


class LogoutResource(BaseResource):
    def post(self) -> Response:
        self.managers.tokens.revoke(current_identity())
        return no_content()


class LogoutAllResource(BaseResource):
    def post(self) -> Response:
        self.managers.tokens.revoke_all(current_user().id)
        return no_content()
