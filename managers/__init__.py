"""The use cases of the service. They do not depend on HTTP."""

import hmac
from dataclasses import dataclass

from cnn_model.serving.registry import NetworkFiles
from config import Settings
from managers.all_checks import AllChecksManager
from managers.all_photos import AllPhotosManager
from managers.batch import BatchManager
from managers.check import CheckManager
from managers.health import HealthManager
from managers.key import KeyManager
from managers.model import ModelManager
from managers.network import NetworkManager
from managers.photo import PhotoManager
from managers.rate_limit import Limit, RateLimitManager
from managers.session import SessionManager
from managers.shadow_prediction import ShadowPredictionManager
from managers.token import TokenManager
from managers.user import UserManager
from services.disk_space import DiskSpace
from services.embedded_postgres import PostgresServer
from services.photo_decoder import PhotoDecoder, photo_decoder
from services.photo_storage import PhotoStorage
from services.rate_limit_storage import rate_limit_storage
from services.signing_keys import signing_keys


@dataclass(frozen=True)
class Managers:
    """The managers of one application."""

    decoder: PhotoDecoder
    rate_limits: RateLimitManager
    tokens: TokenManager
    sessions: SessionManager
    users: UserManager
    photos: PhotoManager
    networks: NetworkManager
    shadow_predictions: ShadowPredictionManager
    checks: CheckManager
    all_checks: AllChecksManager
    all_photos: AllPhotosManager
    keys: KeyManager
    batches: BatchManager
    model: ModelManager
    health: HealthManager


def build_managers(
    settings: Settings,
    postgres: PostgresServer | None,
    storage: PhotoStorage,
    patient_storage: PhotoStorage,
) -> Managers:
    """Return the managers.

    `postgres` is the embedded database, None if there is another one. `patient_storage` is the
    storage with longer timeouts.
    """
    keys = settings.jwt_keys or signing_keys(settings.data_dir)
    tokens = TokenManager(
        keys, settings.access_token_minutes, settings.refresh_token_days, settings.session_days
    )
    space = DiskSpace((settings.temp_dir, settings.data_dir), settings.min_free_disk_mb)
    photos = PhotoManager(space, settings.temp_dir, storage, patient_storage)
    folder = settings.networks_dir or settings.data_dir / "networks"
    files = NetworkFiles(settings.network_file, folder, settings.network_engine)
    networks = NetworkManager(files)
    shadow_predictions = ShadowPredictionManager(networks, photos)
    decoder = photo_decoder()
    checks = CheckManager(networks.active, decoder, photos, shadow_predictions, settings.prevalence)
    return Managers(
        rate_limits=_rate_limits(settings, next(iter(keys.values()))),
        decoder=decoder,
        tokens=tokens,
        sessions=SessionManager(),
        users=UserManager(tokens, photos),
        photos=photos,
        networks=networks,
        shadow_predictions=shadow_predictions,
        all_checks=AllChecksManager(photos),
        all_photos=AllPhotosManager(photos),
        keys=KeyManager(settings.jwt_keys, settings.data_dir),
        checks=checks,
        batches=BatchManager(checks),
        model=ModelManager(networks.active),
        health=HealthManager(networks.active, storage, postgres),
    )


def _rate_limits(settings: Settings, key: str) -> RateLimitManager:
    """Return the manager of the limits. What it stores is hidden with a secret from `key`."""
    limits = {limit: getattr(settings, f"rate_limit_{limit}") for limit in Limit}
    return RateLimitManager(
        limits if settings.rate_limits_enabled else {},
        rate_limit_storage(settings.rate_limit_redis_url),
        hmac.digest(key.encode(), b"rate limits", "sha256"),
    )
