"""Checks: assess uploaded photos, and store, list, review and delete the results."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cnn_model.model_run import Assessment, Network, NetworkUnavailableError, Region, assess
from cnn_model.serving.context import Context
from cnn_model.serving.heatmap import draw_heatmap
from cnn_model.serving.region import crop_of
from constants import Role, Status
from db import unit_of_work, violated_constraint
from managers.all_checks import matching
from managers.assessment import assessment_columns
from managers.errors import (
    IdempotencyKeyReusedError,
    NotAuthenticatedError,
    NotFoundError,
    PhotoNotAssessableError,
    ServiceUnavailableError,
)
from managers.page import Page, page_of, page_query
from managers.photo import PhotoManager, photo_columns
from managers.precondition import Known, require_known
from managers.shadow_prediction import ShadowPredictionManager
from models import Check, PhotoDeletion, Review, User
from schemas.request.check import CheckPageRequest, Upload
from services.photo_decoder import DecoderUnavailableError, PhotoDecoder
from utils.photo import NormalisedPhoto, decode, encode
from utils.security_events import SecurityEvent, log_event

NamedRegion = Sequence[float] | None

READERS = (Role.ADMIN,)
"""Who may read a check of somebody else, and below who may see its photo and activation map."""
PICTURE_READERS = (Role.DOCTOR, *READERS)


class CheckManager:
    def __init__(
        self,
        network: Callable[[], Network],
        decoder: PhotoDecoder,
        photos: PhotoManager,
        shadow_predictions: ShadowPredictionManager,
        prevalence: float,
    ) -> None:
        """Set the parts that a check needs; `prevalence`, 0 to 1, is for the predictive values."""
        self._network = network
        self._decoder = decoder
        self._photos = photos
        self._shadow_predictions = shadow_predictions
        self._prevalence = prevalence

    def create(self, user: User, upload: Upload, idempotency_key: str | None = None) -> Check:
        """Assess an uploaded photo with its context, store the check and return it.

        Return the earlier check if the user has used the key before, also if two requests race.
        Raise PhotoError, PhotoNotAssessableError, IdempotencyKeyReusedError,
        NotAuthenticatedError, ServiceUnavailableError, BusyError.
        """
        context = Context(upload.age, upload.sex, upload.body_site)
        digest = hashlib.sha256(upload.photo).digest()
        if idempotency_key and (earlier := self._earlier(user.id, idempotency_key)):
            return _same_upload(earlier, digest, asdict(context), upload.region)
        network = self._loaded_network()
        normalised = self._decoded(upload.photo)
        content = encode(normalised.image)
        key = self._photos.stage(content)
        try:
            assessment = _assess(network, normalised, context, upload.region)
        except Exception:
            self._photos.discard(key)
            raise
        check = Check(
            user_id=user.id,
            **asdict(context),
            **assessment_columns(network, assessment, self._prevalence),
            **photo_columns(content),
            photo_key=key,
            photo_state=self._photos.push(key, content),
            upload_sha256=digest,
            idempotency_key=idempotency_key,
            named_region=upload.region and list(upload.region),
            reviews=[],
        )
        check = self._insert(check)
        log_event(SecurityEvent.UPLOAD_COMPLETE, user.id)
        self._shadow_predictions.ask_shadow(check, normalised.image)
        return check

    def _decoded(self, photo: bytes) -> NormalisedPhoto:
        try:
            return self._decoder.normalise(photo)
        except DecoderUnavailableError as error:
            raise ServiceUnavailableError from error

    def get(self, user: User, check_id: UUID) -> Check:
        """Return one of the user's own checks, for administrators any. Raise NotFoundError."""
        return _read(user, check_id, READERS)

    def get_pictured(self, user: User, check_id: UUID) -> Check:
        """Return a check whose pictures the user may see, for doctors and administrators any.

        Raise NotFoundError.
        """
        return _read(user, check_id, PICTURE_READERS)

    def list(self, user: User, wanted: CheckPageRequest) -> Page[Check]:
        """Return a page of the user's own checks, newest first."""
        query = matching(_owned(user.id), wanted)
        with unit_of_work() as session:
            rows = session.scalars(page_query(query, wanted)).all()
        return page_of(rows, wanted.limit)

    def photo(self, check: Check) -> bytes:
        """Return the JPEG file of a check of `get_pictured`. Raise PhotoUnavailableError."""
        return self._photos.read(check)

    def heatmap(self, check: Check) -> bytes:
        """Return a PNG file of the activation map over the photo. Raise as `photo` does."""
        photo = decode(self._photos.read(check))
        return draw_heatmap(_assessed_part(photo, check), check.activation_map)

    def delete(self, user: User, check_id: UUID, is_known: Known[Check] = None) -> None:
        """Delete one of the user's own checks with its photo.

        Raise NotFoundError, PreconditionFailedError.
        """
        with unit_of_work() as session:
            check = _one(session, _owned(user.id).with_for_update(of=Check), check_id)
            require_known(check, is_known)
            session.add(PhotoDeletion(photo_key=check.photo_key))
            session.delete(check)
            session.commit()
        log_event(SecurityEvent.UPLOAD_DELETED, user.id)
        self._photos.delete([check.photo_key])

    def review(
        self, reviewer: User, check_id: UUID, status: Status, is_known: Known[Check] = None
    ) -> Check:
        """Set the status of any check and record the review.

        Raise NotFoundError, PreconditionFailedError.
        """
        with unit_of_work() as session:
            check = _one(session, select(Check).with_for_update(of=Check), check_id)
            require_known(check, is_known)
            check.reviews.insert(
                0,
                Review(reviewer_id=reviewer.id, status=status, previous_status=check.status),
            )
            check.status = status
            session.commit()
        log_event(SecurityEvent.CHECK_REVIEWED, check.user_id)
        return check

    def _loaded_network(self) -> Network:
        try:
            return self._network()
        except NetworkUnavailableError as error:
            raise ServiceUnavailableError from error

    @staticmethod
    def _earlier(user_id: UUID, idempotency_key: str) -> Check | None:
        with unit_of_work() as session:
            return session.scalar(_owned(user_id).where(Check.idempotency_key == idempotency_key))

    def _insert(self, check: Check) -> Check:
        """Store the check and return it, or the earlier check with the same key."""
        try:
            with unit_of_work() as session:
                session.add(check)
                session.flush()
                # PostgreSQL orders the keys of JSON: the first answer is the same as later ones.
                # Reading it back before the commit saves a transaction.
                session.refresh(check)
                session.commit()
        except IntegrityError as error:
            self._photos.discard(check.photo_key)
            return self._earlier_or_raise(check, error)
        # After any other error it is unknown whether the commit was made: a sweep finds out.
        self._photos.release(check.photo_key, check.photo_state)
        return check

    def _earlier_or_raise(self, check: Check, error: IntegrityError) -> Check:
        """Return the check of a faster request with the same key.

        Raise NotAuthenticatedError if the account was deleted in the meantime, else `error`.
        """
        constraint = violated_constraint(error)
        if constraint == "fk_checks_user_id_users":
            raise NotAuthenticatedError("This account has been deleted.") from error
        if constraint == "uq_checks_user_id_idempotency_key" and check.idempotency_key:
            earlier = self._earlier(check.user_id, check.idempotency_key)
            if earlier:
                return _same_upload(earlier, check.upload_sha256, check.context, check.named_region)
        raise error


def _assess(
    network: Network, photo: NormalisedPhoto, context: Context, region: NamedRegion
) -> Assessment:
    """Return an assessment with a status.

    Raise PhotoNotAssessableError, ServiceUnavailableError.
    """
    try:
        named = Region(*region) if region else None
        assessment = assess(network, photo.image, context, photo.issues, named)
    except NetworkUnavailableError as error:
        raise ServiceUnavailableError from error
    if assessment.refusal_reasons:
        raise PhotoNotAssessableError(assessment.refusal_reasons)
    return assessment


def _assessed_part(photo: Image.Image, check: Check) -> Image.Image:
    """Return the square of the photo that was assessed."""
    if check.region is None:
        return photo  # an older check: the map belongs to the central square
    return crop_of(photo, Region(*(check.region[name] for name in ("x", "y", "size"))))


def _owned(user_id: UUID) -> Select[Check]:
    """Return the query for the checks of a user."""
    return select(Check).where(Check.user_id == user_id)


def _read(user: User, check_id: UUID, readers: Sequence[Role]) -> Check:
    """Return a check of the user, for `readers` of anybody, which is logged.

    Raise NotFoundError.
    """
    visible = select(Check) if user.role in readers else _owned(user.id)
    with unit_of_work() as session:
        check = _one(session, visible, check_id)
    if check.user_id != user.id:
        log_event(SecurityEvent.CHECK_READ, check.user_id)
    return check


def _one(session: Session, checks: Select[Check], check_id: UUID) -> Check:
    """Return the check with the id from these checks. Raise NotFoundError."""
    check = session.scalar(checks.where(Check.id == check_id))
    if check is None:
        raise NotFoundError("No check with this id is visible to you.")
    return check


def _same_upload(
    check: Check, digest: bytes, context: dict[str, Any], region: NamedRegion
) -> Check:
    before = (check.upload_sha256, check.context, check.named_region)
    if before != (digest, context, region and list(region)):
        raise IdempotencyKeyReusedError(
            "This Idempotency-Key was used for another photo, or with another age, sex, body site "
            "or region. Use a new key for each upload."
        )
    return check
