"""Login, refresh and logout."""

from flask import Response

from resources.base import (
    BaseResource,
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
        tokens = self.managers.users.login(parse(LoginRequest()))
        return respond(TokensResponse().dump(tokens), 201)


class RefreshResource(BaseResource):
    @public
    def post(self) -> Response:
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
