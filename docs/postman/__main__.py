"""Write the collection and the environment: `python -m docs.postman`."""

import argparse
import base64
import json
from pathlib import Path

from docs.postman.collection import collection, environment
from docs.site_reference import document

HERE = Path(__file__).parent
PHOTO = HERE.parent / "sample-photo.jpg"


def main() -> None:
    """Write both files into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=HERE, help="the folder (default: this one)")
    folder = parser.parse_args().to
    photo = base64.b64encode(PHOTO.read_bytes()).decode()
    files = {"collection": collection(document(), photo), "environment": environment()}
    for kind, content in files.items():
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"skin-cancer-detector.postman_{kind}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
