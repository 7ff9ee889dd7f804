"""Login, refresh and logout."""

from flask import Response

from managers import errors
from resources.base import (
    BaseResource,
    client_device,
    client_network,
    current_identity,
    current_user,
    no_content,
    public,
)
from resources.idempotency import request_key
from resources.operation import Operation, describes
from resources.parsing import parse
from resources.session_cookie import cookie_token, forget_cookie, respond_with_tokens, uses_cookie
from schemas.request.idempotency import IdempotencyHeader
from schemas.request.token import LoginRequest, RefreshRequest
from schemas.response.user import TokensResponse


class LoginResource(BaseResource):
    @describes(
        Operation(
            id="login",
            status=201,
            response=TokensResponse,
            cookie=True,
            body=LoginRequest,
            headers=IdempotencyHeader,
            errors=(
                errors.ForbiddenError,
                errors.WrongCredentialsError,
                errors.IdempotencyKeyReusedError,
                errors.RequestSupersededError,
                errors.TooManyRequestsError,
                errors.BusyError,
            ),
        )
    )
    @public
    def post(self) -> Response:
        """Log in with an e-mail address and a password."""
        credentials = parse(LoginRequest())
        with self.managers.rate_limits.guess(client_network(), credentials.email):
            tokens = self.managers.users.login(credentials, client_device(), request_key())
        return respond_with_tokens(tokens, 201)


class RefreshResource(BaseResource):
    @describes(
        Operation(
            id="refreshTokens",
            status=201,
            response=TokensResponse,
            cookie=True,
            body=RefreshRequest,
            headers=IdempotencyHeader,
            errors=(
                errors.ForbiddenError,
                errors.NotAuthenticatedError,
                errors.IdempotencyKeyReusedError,
                errors.RequestSupersededError,
                errors.RefreshSupersededError,
                errors.TooManyRequestsError,
            ),
        )
    )
    @public
    def post(self) -> Response:
        """Return new tokens for a refresh token, which is used up.

        A refresh token that is used a second time is treated as stolen: its login ends. Within ten
        seconds the second use gets 409 instead. Refresh with one request at a time.
        """
        refresh_token = cookie_token() if uses_cookie() else parse(RefreshRequest()).refresh_token
        self.managers.rate_limits.require_refresh(client_network(), refresh_token)
        tokens = self.managers.tokens.refresh(refresh_token, request_key())
        self.managers.rate_limits.remember(client_network(), tokens.user.email)
        return respond_with_tokens(tokens, 201)


class LogoutResource(BaseResource):
    @describes(Operation(id="logout", status=204, cookie=True))
    def post(self) -> Response:
        """End this login."""
        self.managers.tokens.revoke(current_identity())
        return forget_cookie(no_content())


class LogoutAllResource(BaseResource):
    @describes(Operation(id="logoutAll", status=204, cookie=True))
    def post(self) -> Response:
        """End all logins of the user."""
        self.managers.tokens.revoke_all(current_user().id)
        return forget_cookie(no_content())
