"""The checks of all users, for administrators and operators."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, load_only

from db import unit_of_work
from managers.errors import NotFoundError
from managers.page import Page, page_of, page_query, stream
from managers.photo import PhotoManager
from models import Check, PhotoDeletion, User
from schemas.request.check import AllChecksPageRequest, CheckPageRequest
from utils.security_events import SecurityEvent, log_event

# A query that selects the model, or some of its columns.
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class AllChecksManager:
    def __init__(self, photos: PhotoManager) -> None:
        self._photos = photos

    def list(
        self, wanted: CheckPageRequest, user_id: UUID | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Yield all matching checks with few columns, newest first, whatever the page."""
        columns = (Check.id, Check.created_at, Check.status, Check.model_version, Check.user_id)
        query = matching(select(*columns), wanted)
        if user_id:
            query = query.where(Check.user_id == user_id)
        return stream(query.order_by(Check.created_at.desc(), Check.id.desc()))

    def page(self, reader: User, wanted: AllChecksPageRequest) -> Page[Check]:
        """Return a page of the checks of all users, newest first, for an administrator."""
        query = matching(select(Check), wanted)
        if wanted.reviewed is not None:
            query = query.where(Check.reviews.any() == wanted.reviewed)
        with unit_of_work() as session:
            rows = session.scalars(page_query(query, wanted)).all()
        page = page_of(rows, wanted.limit)
        for owner in {check.user_id for check in page.items} - {reader.id}:
            log_event(SecurityEvent.CHECK_READ, owner)
        return page

    def count(self, user_id: UUID) -> int:
        """Return the number of checks of a user."""
        with unit_of_work() as session:
            query = select(func.count()).select_from(Check).where(Check.user_id == user_id)
            return session.scalar(query) or 0

    def counts(self, wanted: CheckPageRequest) -> Iterator[Mapping[str, Any]]:
        """Yield the number of matching checks by `day` (UTC), `model_version` and `status`."""
        day = func.date(func.timezone("UTC", Check.created_at)).label("day")
        group = (day, Check.model_version, Check.status)
        query = select(*group, func.count().label("checks")).group_by(*group).order_by(day)
        return stream(matching(query, wanted))

    def get(self, check_id: UUID) -> Check:
        """Return any check. Raise NotFoundError."""
        with unit_of_work() as session:
            check = _any(session, check_id)
        log_event(SecurityEvent.CHECK_READ, check.user_id)
        return check

    def owner(self, check_id: UUID) -> UUID:
        """Return the id of the user whose check it is. Raise NotFoundError."""
        with unit_of_work() as session:
            return _any(session, check_id, options=[load_only(Check.user_id)]).user_id

    def delete(self, check_id: UUID) -> None:
        """Delete any check with its photo. Raise NotFoundError."""
        with unit_of_work() as session:
            check = _any(session, check_id, with_for_update={"of": Check})
            session.add(PhotoDeletion(photo_key=check.photo_key))
            session.delete(check)
            session.commit()
        log_event(SecurityEvent.UPLOAD_DELETED, check.user_id)
        self._photos.delete([check.photo_key])


def matching(query: Query, wanted: CheckPageRequest) -> Query:
    """Return a query of checks, limited to the status and the time that are wanted."""
    if wanted.status:
        query = query.where(Check.status == wanted.status)
    if wanted.since:
        query = query.where(Check.created_at >= wanted.since)
    if wanted.until:
        query = query.where(Check.created_at < wanted.until)
    return query


def _any(session: Session, check_id: UUID, **options: Any) -> Check:
    check = session.get(Check, check_id, **options)
    if check is None:
        raise NotFoundError("There is no check with this id.")
    return check
