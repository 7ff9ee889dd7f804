"""What the service does; knows no HTTP."""

from dataclasses import dataclass

from cnn_model.model_run import Network
from config import Settings
from managers.check import CheckManager
from managers.health import HealthManager
from managers.photo import PhotoManager
from managers.token import TokenManager
from managers.user import UserManager
from services.photo_storage import PhotoStorage
from services.signing_keys import signing_keys
from utils.lazy import Lazy


@dataclass(frozen=True)
class Managers:
    """One of each, put together once for each application."""

    tokens: TokenManager
    users: UserManager
    photos: PhotoManager
    checks: CheckManager
    health: HealthManager


def build_managers(settings: Settings, storage: PhotoStorage) -> Managers:
    network = Lazy(lambda: _known_good_network(settings))
    keys = settings.jwt_keys or signing_keys(settings.data_dir)
    tokens = TokenManager(keys, settings.access_token_minutes, settings.refresh_token_days)
    photos = PhotoManager(settings.temp_dir, storage)
    return Managers(
        tokens=tokens,
        users=UserManager(tokens, photos),
        photos=photos,
        checks=CheckManager(network, photos),
        health=HealthManager(network, storage),
    )


def _known_good_network(settings: Settings) -> Network:
    """Raises NetworkUnavailableError also where the network has forgotten a known answer."""
    network = Network.load(settings.network_file, settings.network_engine)
    network.check()
    return network
