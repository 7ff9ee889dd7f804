"""The command line tool `skin-check`."""

import sys


def main() -> None:
    """Run the tool with the arguments of the process, and end it with its exit code."""
    try:
        import rich  # noqa: F401
    except ImportError:
        sys.exit("skin-check needs rich: pip install 'skin-cancer-client[cli]'.")
    from skin_cancer_client.cli.run import run

    sys.exit(run(sys.argv[1:]))
