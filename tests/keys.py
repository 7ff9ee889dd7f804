"""The key that signs tokens in the tests."""

import secrets

KEY_ID, KEY = "test", secrets.token_hex(32)
