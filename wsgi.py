"""The application for the `flask` command line, which looks for this file first."""

import sys

from app import create_app
from commands.base import ExitCode
from config import SettingsError, read_settings
from services.embedded_postgres import EmbeddedPostgresError
from utils.logs import configure_logging

try:
    settings = read_settings()
    configure_logging(settings.log_level, as_json=settings.json_logs)
    app = create_app(settings)
except (SettingsError, EmbeddedPostgresError, OSError) as error:
    # Flask would show a stack trace.
    sys.stderr.write(f"Error: {error}\n")
    sys.exit(ExitCode.UNAVAILABLE)
