"""The arguments of `skin-check`."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from skin_cancer_client.records import BodySite, Sex, Status
from skin_cancer_client.version import VERSION

DESCRIPTION = """\
Have close-up photos of skin lesions assessed, and read what to do next.

For research and education. This is not a medical device and not a diagnosis.
"""
EPILOG = """\
commands:
  skin-check PHOTO …     assess photos (this is what you see here)
  skin-check login       log in once; `skin-check register` makes an account first
  skin-check logout      end the login, and forget it on this machine
  skin-check list        list your checks, the newest first
  skin-check show ID     show a check again
  skin-check delete ID   delete a check and its photo, on the service

`skin-check COMMAND --help` explains each. A photo with the name of a command: ./list

examples:
  skin-check login --url https://skin.example.com
  skin-check mole.jpg
  skin-check mole.jpg --age 71 --sex female --body-site nose
  skin-check *.jpg --json | jq -r '.file + " " + .check.status'

exit codes:
  0  every photo was assessed
  1  a photo was refused, or a check is not there
  2  the arguments are wrong, or a file cannot be read
  3  not logged in
  4  the service cannot be reached, or cannot answer now
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; `command` is "check" for photos. End with code 2 if they are wrong."""
    commands = _commands()
    if arguments and arguments[0] in commands:
        parsed = commands[arguments[0]].parse_args(arguments[1:])
        parsed.command = arguments[0]
    else:
        parsed = _photos().parse_args(arguments)
        parsed.command = "check"
    return parsed


def _photos() -> argparse.ArgumentParser:
    parser = _parser("skin-check", DESCRIPTION, EPILOG)
    parser.add_argument(
        "photos",
        nargs="+",
        type=Path,
        metavar="PHOTO",
        help="JPEG, PNG, WebP or HEIC, at most 20 MB",
    )
    parser.add_argument("--age", type=_age, metavar="YEARS", help="age of the person")
    parser.add_argument("--sex", choices=get_args(Sex))
    parser.add_argument(
        "--body-site",
        choices=get_args(BodySite),
        metavar="SITE",
        help=f"where the lesion is: {', '.join(get_args(BodySite))}",
    )
    parser.add_argument(
        "--region",
        type=_region,
        metavar="X,Y,SIZE",
        help="the square with the lesion, as fractions of the photo: its centre from the left and "
        "from the top, and its side",
    )
    parser.add_argument(
        "--shrink", action="store_true", help="send a smaller copy of a large photo (needs Pillow)"
    )
    _add_json(parser, "a line of JSON for each photo: `file` with `check` or `problem`")
    _add_service(parser)
    parser.add_argument("--version", action="version", version=f"skin-check {VERSION}")
    return parser


def _commands() -> dict[str, argparse.ArgumentParser]:
    login = _parser(
        "skin-check login",
        "Log in, and keep a refresh token for this user of this machine. Neither the password nor "
        "a photo is kept.",
    )
    register = _parser("skin-check register", "Make an account, and log in.")
    for parser in (login, register):
        parser.add_argument("--email", help="otherwise you are asked for it")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the standard input",
        )
    logout = _parser(
        "skin-check logout", "End the login, and remove its refresh token from this machine."
    )
    listed = _parser("skin-check list", "List your checks, the newest first.")
    listed.add_argument(
        "--limit", type=_positive, default=20, metavar="N", help="at most so many (default: 20)"
    )
    listed.add_argument("--status", choices=get_args(Status))
    _add_json(listed, "a line of JSON for each check")
    show = _parser("skin-check show", "Show a check again.")
    _add_json(show, "the check as JSON")
    delete = _parser(
        "skin-check delete", "Delete checks and their photos on the service. It cannot be undone."
    )
    delete.add_argument("--yes", action="store_true", help="do not ask")
    show.add_argument("id", metavar="ID")
    delete.add_argument("ids", nargs="+", metavar="ID")
    commands = {
        "login": login,
        "register": register,
        "logout": logout,
        "list": listed,
        "show": show,
        "delete": delete,
    }
    for parser in commands.values():
        _add_service(parser)
    return commands


def _parser(name: str, description: str, epilog: str | None = None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        name,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        default=os.environ.get("SKIN_CHECK_URL"),
        help="address of the service (default: $SKIN_CHECK_URL, or that of the login, or http://127.0.0.1:5000)",
    )
    parser.add_argument(
        "--allow-http",
        action="store_true",
        help="send passwords and photos in the clear; only in a network that you trust",
    )


def _add_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print {text}")


def _age(text: str) -> int:
    age = int(text)
    if not 0 <= age <= 120:
        raise argparse.ArgumentTypeError("must be 0 to 120")
    return age


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _region(text: str) -> tuple[float, float, float]:
    try:
        x, y, size = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("must be three numbers, such as 0.5,0.4,0.25") from None
    if not (0 <= x <= 1 and 0 <= y <= 1 and 0 < size <= 1):
        raise argparse.ArgumentTypeError("must be fractions, above 0 (size) and up to 1")
    return x, y, size
