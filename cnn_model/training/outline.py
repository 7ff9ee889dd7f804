"""Train the outline network: `python -m cnn_model.training.outline DATA --run DIR`.

The decoder learns first, from features of the pretrained encoder that are computed once; then all
of the network from scenes that are drawn anew. The same command resumes an interrupted run: after
the decoder, and after every epoch.
"""

import sys
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
from keras import ops
from tqdm import tqdm

from cnn_model.data.dataset import read_examples
from cnn_model.data.outlines import OutlineData, read_outline_data
from cnn_model.serving.description import sha256
from cnn_model.training.backbone import ARCHITECTURES
from cnn_model.training.callbacks import Recorder
from cnn_model.training.machine import describe_machine
from cnn_model.training.outline_batches import OutlineBatches, OutlineValidation
from cnn_model.training.outline_network import DECODER, ENCODER, build_outline_network
from cnn_model.training.run_folder import ConfigurationMismatchError, RunFolder, run_record
from cnn_model.training.train import fit

DECODER_RATE = 3e-3
SMOOTH = 1.0
"""Cells added to both sides of the Dice fraction, so that an empty mask has one."""


def dice_and_cross_entropy(masks: Any, logits: Any) -> Any:
    """Return the loss of each photo, (n,): 1 less the Dice of probabilities, plus cross-entropy."""
    probabilities = ops.sigmoid(logits)
    dice = _dice(ops.cast(masks, "float32"), probabilities)
    entropy = ops.binary_crossentropy(masks, logits, from_logits=True)
    return 1 - dice + 2 * ops.mean(entropy, axis=(1, 2, 3))


def dice(masks: Any, logits: Any) -> Any:
    """Return the Dice coefficient of each photo, (n,), of cells above one half; 1 if both empty."""
    return _dice(
        ops.cast(ops.greater(masks, 0.5), "float32"), ops.cast(ops.greater(logits, 0.0), "float32")
    )


def _dice(first: Any, second: Any) -> Any:
    axes = (1, 2, 3)
    shared = ops.sum(first * second, axis=axes)
    return (2 * shared + SMOOTH) / (ops.sum(first, axis=axes) + ops.sum(second, axis=axes) + SMOOTH)


def compile_for_outlines(network: keras.Model, steps: int, rate: float) -> None:
    """Compile `network` with AdamW, warm-up and cosine decay over `steps` steps."""
    warm_up = min(200, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=0.02, clipnorm=1.0, use_ema=True, ema_momentum=0.995
    )
    network.compile(optimizer=optimizer, loss=dice_and_cross_entropy, metrics=[dice])


def train_decoder(network: keras.Model, scenes: OutlineBatches, epochs: int) -> None:
    """Train the decoder of `network` for `epochs` rounds on the scenes of one epoch."""
    # The features of these scenes are kept, so that a round costs a fraction of one of the network.
    encoder, decoder = network.get_layer(ENCODER), network.get_layer(DECODER)
    # With the same layers; a part that is compiled itself could not be loaded without its loss.
    trained = keras.Model(decoder.inputs, decoder.outputs)
    batches = []
    for index in tqdm(range(len(scenes)), desc="Features", unit="batch"):
        photos, masks = scenes[index]
        features = encoder.predict_on_batch(photos)
        batches.append(([feature.astype(np.float16) for feature in features], masks))
    compile_for_outlines(trained, epochs * len(scenes), DECODER_RATE)
    random = np.random.default_rng(scenes.seed)
    bar = tqdm(total=epochs * len(scenes), desc="Decoder", unit="step")
    for _ in range(epochs):
        for index in random.permutation(len(scenes)):
            features, masks = batches[index]
            loss, score = trained.train_on_batch(
                [feature.astype(np.float32) for feature in features], masks
            )
            bar.set_postfix(loss=f"{loss:.3f}", dice=f"{score:.3f}")
            bar.update()
        trained.reset_metrics()
    bar.close()
    trained.optimizer.finalize_variable_values(trained.trainable_variables)


def train_outline_network(
    parts: dict[str, OutlineData], run: RunFolder, recorder: Recorder, options: dict[str, Any]
) -> keras.Model:
    """Return the network trained on `parts["training"]`, with the options of `train_outline`."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(options["seed"])
    size, batch_size, weights = options["size"], options["batch_size"], options["weights"]
    network = build_outline_network(
        size, None if weights == "none" else weights, options["architecture"]
    )
    training = OutlineBatches(
        parts["training"], size, batch_size, options["steps"], options["seed"]
    )
    if options["start"]:
        earlier = keras.saving.load_model(options["start"], compile=False)
        network.set_weights(earlier.get_weights())
    elif run.epochs() == 0:
        start_decoder(network, parts["training"], run, options)
    epochs = options["epochs"]
    if epochs == 0:
        return network
    validation = OutlineValidation(parts["validation"], size, batch_size)
    compile_for_outlines(network, epochs * options["steps"], options["rate"])
    fit(network, training, validation, run, epochs, recorder, measure="dice")
    return network


def start_decoder(
    network: keras.Model, data: OutlineData, run: RunFolder, options: dict[str, Any]
) -> None:
    """Train the decoder, or load it if the run has one already."""
    file, decoder = run.path / "decoder.weights.h5", network.get_layer(DECODER)
    if file.exists():
        decoder.load_weights(file)
    elif options["decoder_epochs"]:
        seed, batch_size = options["seed"] + 1, options["batch_size"]
        count = -(-options["decoder_scenes"] // batch_size)
        scenes = OutlineBatches(data, options["size"], batch_size, count, seed)
        train_decoder(network, scenes, options["decoder_epochs"])
        part = run.path / "part.decoder.weights.h5"
        decoder.save_weights(part)
        part.replace(file)


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--weights", default="imagenet", help="Backbone weights: a file, 'imagenet' or 'none'."
)
@click.option("--run", "folder", default="runs/outline", type=click.Path(path_type=Path))
@click.option(
    "--architecture",
    type=click.Choice(list(ARCHITECTURES)),
    default="mobilenet_v2",
    show_default=True,
)
@click.option("--size", default=128, show_default=True, help="Side of the input, pixels.")
@click.option(
    "--decoder-scenes", default=4000, show_default=True, help="Drawn to train the decoder first."
)
@click.option("--decoder-epochs", type=click.IntRange(min=0), default=8, show_default=True)
@click.option("--epochs", type=click.IntRange(min=0), default=24, show_default=True)
@click.option(
    "--steps", type=click.IntRange(min=1), default=100, show_default=True, help="Of an epoch."
)
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Start with the weights of the network.keras of an earlier run.",
)
@click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True)
@click.option("--rate", default=1e-3, show_default=True, help="Peak learning rate.")
@click.option("--seed", default=0, show_default=True)
@click.option("--watts", default=65.0, show_default=True, help="Assumed power.")
def train_outline(data: Path, folder: Path, watts: float, **options: Any) -> None:
    """Train on the outlined photos in DATA and save RUN/network.keras."""
    run = RunFolder(folder)
    if run.network.exists():
        click.echo(f"{run.network} is finished already.")
        return
    parts = read_outline_data(data, read_examples(data))
    counts = {name: part.counts() for name, part in parts.items()}
    # The configuration ends up in the public description of the network: it names no folder.
    configuration = {**options, "weights": Path(options["weights"]).name, "photos": counts}
    if start := options["start"]:
        before = {"start": sha256(start.read_bytes()), "before": run_record(start.parent)}
        configuration |= before
    try:
        run.write_configuration(configuration)
    except ConfigurationMismatchError as error:
        raise click.ClickException(str(error)) from error
    machine = {"command": sys.argv, **describe_machine()}
    recorder = Recorder(run, machine, watts, patience=options["epochs"] + 1)
    network = train_outline_network(parts, run, recorder, options)
    part = folder / "part.keras"
    network.save(part, include_optimizer=False)
    part.replace(run.network)
    click.echo(f"Saved {run.network}.")


if __name__ == "__main__":
    train_outline()
