"""Fine-tunes the network on the labelled photos: `python -m cnn_model.train DATA --weights FILE`.

A run that was stopped goes on from its last whole epoch when it is started again.
"""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
from numpy.typing import NDArray

from cnn_model.data import NO_DIAGNOSIS, SMARTPHONE, Example, load_photos, read_examples, split
from cnn_model.network import build_network, training_network

SOURCE_SIZE = 224
SMARTPHONE_REPEATS = 3


def class_weights(examples: list[Example]) -> NDArray[np.float32]:
    """One weight per example, shape (n,): the inverse square root of how common its diagnosis is
    among the photos of its stratum, with a mean of 1 in each stratum. Photos without a lesion
    have weight 0. Balancing within strata keeps the source of a photo from telling its class.
    """
    counts = Counter((e.stratum, e.diagnosis) for e in examples)
    raw = {key: count**-0.5 for key, count in counts.items()}
    sizes: Counter[str] = Counter(e.stratum for e in examples)
    totals: Counter[str] = Counter()
    for (stratum, diagnosis), count in counts.items():
        totals[stratum] += count * raw[stratum, diagnosis]
    return np.array(
        [
            0.0
            if e.diagnosis == NO_DIAGNOSIS
            else raw[e.stratum, e.diagnosis] * sizes[e.stratum] / totals[e.stratum]
            for e in examples
        ],
        dtype=np.float32,
    )


class Batches(keras.utils.PyDataset):
    """Photos, targets and weights in batches, in a new order every epoch."""

    def __init__(self, examples: list[Example], batch_size: int, training: bool) -> None:
        super().__init__()
        self.photos = load_photos(examples, SOURCE_SIZE)
        self.diagnoses = np.array([max(e.diagnosis, 0) for e in examples])
        self.lesions = np.array([[e.diagnosis != NO_DIAGNOSIS] for e in examples], dtype=np.float32)
        self.weights = class_weights(examples)
        repeats = [SMARTPHONE_REPEATS if training and e.kind == SMARTPHONE else 1 for e in examples]
        self.order = np.repeat(np.arange(len(examples)), repeats)
        self.batch_size, self.training = batch_size, training
        self.random = np.random.default_rng(0)
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, Any, Any]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        targets = {"diagnosis": self.diagnoses[rows], "lesion": self.lesions[rows]}
        weights = {"diagnosis": self.weights[rows], "lesion": np.ones(len(rows), np.float32)}
        return self.photos[rows].astype(np.float32), targets, weights

    def on_epoch_end(self) -> None:
        if self.training:
            self.random.shuffle(self.order)


def compile_for_training(model: keras.Model, steps: int, rate: float) -> None:
    warm_up = min(200, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=rate, warmup_steps=warm_up
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(
            schedule, weight_decay=0.02, use_ema=True, ema_momentum=0.998
        ),
        loss={
            "diagnosis": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            "lesion": keras.losses.BinaryCrossentropy(from_logits=True),
        },
        loss_weights={"diagnosis": 1.0, "lesion": 0.3},
        weighted_metrics={"diagnosis": ["accuracy"], "lesion": []},
    )


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--weights", default="imagenet", help="Backbone weights: a file, 'imagenet' or 'none'."
)
@click.option("--run", "folder", default="runs/latest", type=click.Path(path_type=Path))
@click.option("--size", default=160, show_default=True, help="Side of the network's input, pixels.")
@click.option("--epochs", default=7, show_default=True)
@click.option("--batch-size", default=32, show_default=True)
@click.option("--rate", default=3e-4, show_default=True, help="Peak learning rate.")
@click.option("--seed", default=0, show_default=True)
def train(
    data: Path,
    weights: str,
    folder: Path,
    size: int,
    epochs: int,
    batch_size: int,
    rate: float,
    seed: int,
) -> None:
    """Fine-tune on the photos in DATA and save RUN/network.keras."""
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = {
        "size": size,
        "epochs": epochs,
        "batch": batch_size,
        "rate": rate,
        "seed": seed,
    }
    (folder / "config.json").write_text(json.dumps(configuration) + "\n")
    parts = split(read_examples(data))
    training = Batches(parts["training"], batch_size, training=True)
    validation = Batches(parts["validation"], batch_size, training=False)
    network = build_network(size, None if weights == "none" else weights)
    model = training_network(network, SOURCE_SIZE)
    compile_for_training(model, steps=epochs * len(training), rate=rate)
    model.fit(
        training,
        validation_data=validation,
        epochs=epochs,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(folder / "backup")),
            keras.callbacks.CSVLogger(str(folder / "log.csv"), append=True),
        ],
    )
    network.save(folder / "network.keras")
    click.echo(f"Saved {folder / 'network.keras'}.")


if __name__ == "__main__":
    train()
