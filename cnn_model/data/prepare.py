"""Convert public collections to the folders that training reads.

`python -m cnn_model.data.prepare COLLECTION SOURCE DATA`. It may be stopped and started again at
any time: finished photos are kept.
"""

from collections.abc import Callable
from pathlib import Path

import click

from cnn_model.data.collections import SourceError, any_pictures, ham10000, isic2019, pad_ufes_20
from cnn_model.data.dataset import FOLDERS, NOT_SKIN
from cnn_model.data.photos import Photo, add_photos, add_unlabelled
from constants import Modality

Reader = Callable[[Path], list[Photo]]

COLLECTIONS: dict[str, tuple[str, Reader, str]] = {
    "pad-ufes-20": (
        FOLDERS[Modality.CLINICAL],
        pad_ufes_20,
        "PAD-UFES-20: clinical photos.",
    ),
    "ham10000": (FOLDERS[Modality.DERMOSCOPIC], ham10000, "HAM10000: dermoscopic photos."),
    "isic2019": (
        FOLDERS[Modality.DERMOSCOPIC],
        isic2019,
        "ISIC 2019: dermoscopic photos, HAM10000 among them.",
    ),
    "not-skin": (NOT_SKIN, any_pictures, "Pictures of anything but lesions, from any folder."),
}
"""The folder below DATA, the reader and the help text of each collection."""


@click.group()
def prepare() -> None:
    """Convert photos to the layout for training.

    SOURCE is the unpacked download, DATA the folder to train on. Collections of one modality are
    merged there.
    """


def _command(name: str, folder: str, reader: Reader, summary: str) -> click.Command:
    @click.command(name, help=summary)
    @click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
    @click.argument("data", type=click.Path(file_okay=False, path_type=Path))
    def command(source: Path, data: Path) -> None:
        if data.resolve().is_relative_to(source.resolve()):
            raise click.UsageError("DATA must not lie inside SOURCE.")
        add = add_unlabelled if folder == NOT_SKIN else add_photos
        try:
            outcome = add(reader(source), data / folder)
        except SourceError as error:
            raise click.ClickException(str(error)) from error
        click.echo(outcome.report())

    return command


for _name, (_folder, _reader, _summary) in COLLECTIONS.items():
    prepare.add_command(_command(_name, _folder, _reader, _summary))


if __name__ == "__main__":
    prepare()
