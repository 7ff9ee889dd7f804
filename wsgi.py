"""The application for the `flask` command line, which looks for this file first."""

from app import create_app
from config import read_settings
from utils.logs import configure_logging

settings = read_settings()
configure_logging(settings.log_level, as_json=settings.json_logs)
app = create_app(settings)
