"""The user's own account."""

from contextlib import nullcontext

from flask import Response, url_for

from managers import errors
from managers.rate_limit import Limit
from resources.base import (
    OWN_DATA,
    BaseResource,
    client_device,
    client_network,
    current_identity,
    current_user,
    ends_its_login,
    no_content,
    public,
    respond,
)
from resources.conditional import if_match
from resources.idempotency import request_key
from resources.operation import Operation, describes
from resources.parsing import parse
from resources.session_cookie import forget_cookie, respond_with_tokens
from schemas.request.idempotency import IdempotencyHeader
from schemas.request.user import PasswordChangeRequest, RegistrationRequest
from schemas.response.user import TokensResponse, UserResponse


class RegistrationResource(BaseResource):
    @describes(
        Operation(
            id="register",
            status=201,
            response=TokensResponse,
            cookie=True,
            location=True,
            body=RegistrationRequest,
            headers=IdempotencyHeader,
            errors=(
                errors.ForbiddenError,
                errors.IdempotencyKeyReusedError,
                errors.RequestSupersededError,
                errors.EmailTakenError,
                errors.WeakPasswordError,
                errors.TooManyRequestsError,
                errors.BusyError,
            ),
        )
    )
    @public
    def post(self) -> Response:
        """Register an account and log in."""
        registration = parse(RegistrationRequest())
        self.managers.rate_limits.require(Limit.REGISTER, client_network())
        key = request_key()
        # With a key, the password of an account can be guessed.
        guess = self.managers.rate_limits.guess(client_network(), registration.email)
        with guess if key else nullcontext():
            tokens = self.managers.users.register(registration, device=client_device(), key=key)
        self.managers.rate_limits.remember(client_network(), registration.email)
        return respond_with_tokens(tokens, 201, {"Location": url_for("profile")})


class ProfileResource(BaseResource):
    cached = OWN_DATA

    @describes(Operation(id="getProfile", response=UserResponse))
    def get(self) -> Response:
        """Return the user's own account."""
        return respond(UserResponse().dump(current_user()))

    @describes(
        Operation(
            id="deleteAccount",
            status=204,
            cookie=True,
            errors=(errors.TooManyRequestsError, errors.PreconditionFailedError),
        )
    )
    def delete(self) -> Response:
        """Delete the user's own account with all checks and photos."""
        self.managers.rate_limits.require(Limit.PASSWORD, client_network())
        self.managers.users.erase(current_user().id, if_match(UserResponse()))
        return forget_cookie(no_content())


class PasswordChangeResource(BaseResource):
    @describes(
        Operation(
            id="changePassword",
            response=TokensResponse,
            cookie=True,
            body=PasswordChangeRequest,
            headers=IdempotencyHeader,
            errors=(
                errors.ForbiddenError,
                errors.IdempotencyKeyReusedError,
                errors.RequestSupersededError,
                errors.WrongCredentialsError,
                errors.WeakPasswordError,
                errors.TooManyRequestsError,
                errors.BusyError,
            ),
        )
    )
    @ends_its_login
    def post(self) -> Response:
        """Change the password. All logins end, and a new one begins."""
        self.managers.rate_limits.require(Limit.PASSWORD, client_network())
        change = parse(PasswordChangeRequest())
        identity, key = current_identity(), request_key()
        with self.managers.rate_limits.guess(client_network(), identity.user.email):
            tokens = self.managers.users.change_password(identity, change, client_device(), key)
        return respond_with_tokens(tokens)
