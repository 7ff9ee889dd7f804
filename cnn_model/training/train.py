"""Fine-tune a network on labelled photos.

`python -m cnn_model.training.train DATA --weights FILE`. The same command resumes an interrupted
run after its last finished epoch.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import keras

from cnn_model.data.dataset import VALIDATION_FOLDS, read_examples, split
from cnn_model.serving.description import sha256
from cnn_model.training.architecture import backbone_of, build_network, training_network
from cnn_model.training.backbone import ARCHITECTURES
from cnn_model.training.batches import SOURCE_SIZE, Batches
from cnn_model.training.callbacks import DrawnBatches, EpochSeeds, Progress, Recorder
from cnn_model.training.machine import describe_machine, has_accelerator, make_deterministic
from cnn_model.training.recipes import RECIPES
from cnn_model.training.run_folder import (
    ConfigurationMismatchError,
    RunFolder,
    has_stalled,
    photo_counts,
    run_record,
)

LABEL_SMOOTHING = 0.02
"""For the lesion output: more certainty would only make the weights large."""
LOSS_WEIGHTS = {"diagnosis": 1.0, "lesion": 0.3, "dermoscopic": 0.1}


def compile_for_training(
    model: keras.Model,
    steps: int,
    rate: float,
    only: str | None = None,
    optimizer: Callable[..., keras.optimizers.Optimizer] = keras.optimizers.AdamW,
) -> None:
    """Compile `model` with the optimizer, warm-up and cosine decay over `steps` steps.

    `rate` is the peak learning rate. `only` names the single output to train; None trains all.
    `optimizer` takes the options of AdamW.
    """
    warm_up = min(200, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=rate, warmup_steps=warm_up
    )
    model.compile(
        optimizer=optimizer(
            schedule,
            # Weight decay would change the weights of the other outputs, too.
            weight_decay=0.0 if only else 0.02,
            use_ema=True,
            ema_momentum=0.998,
        ),
        loss={
            "diagnosis": keras.losses.CategoricalCrossentropy(from_logits=True),
            "lesion": keras.losses.BinaryCrossentropy(
                from_logits=True, label_smoothing=LABEL_SMOOTHING
            ),
            "dermoscopic": keras.losses.BinaryCrossentropy(from_logits=True),
        },
        loss_weights={
            name: weight if only in (None, name) else 0.0 for name, weight in LOSS_WEIGHTS.items()
        },
        weighted_metrics={"diagnosis": ["accuracy"], "lesion": [], "dermoscopic": []},
    )


def restore(model: keras.Model, checkpoint: Path) -> None:
    """Load the state of the model and of its optimizer after an epoch."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    model.load_weights(checkpoint)


def fit(
    model: keras.Model,
    training: DrawnBatches,
    validation: keras.utils.PyDataset,
    run: RunFolder,
    epochs: int,
    recorder: Recorder,
    measure: str = "diagnosis_accuracy",
) -> None:
    """Train until all epochs are done or the validation loss stalls, resuming an earlier run.

    `measure` is the metric that the progress bar shows.

    Afterwards the model has the exponential moving average of its weights, of the last epoch or,
    if training stopped early, of the best one.
    """
    done = run.epochs()
    if done:
        restore(model, run.checkpoint(done))
    if done < epochs and not has_stalled(run.history(), recorder.patience):
        model.fit(
            training,
            validation_data=validation,
            epochs=epochs,
            initial_epoch=done,
            shuffle=False,  # `Batches` shuffles in every epoch
            verbose=0,
            callbacks=[
                EpochSeeds(training),
                keras.callbacks.SwapEMAWeights(),
                Progress(epochs, len(training), done, measure),
                recorder,
            ],
        )
    restore(model, run.final_checkpoint(epochs))
    model.optimizer.finalize_variable_values(model.trainable_variables)


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--weights", default="imagenet", help="Backbone weights: a file, 'imagenet' or 'none'."
)
@click.option(
    "--run",
    "folder",
    default="runs/latest",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder of the run. A run that was stopped goes on in its folder.",
)
@click.option(
    "--architecture",
    type=click.Choice(list(ARCHITECTURES)),
    default="mobilenet_v2",
    show_default=True,
    help="The backbone.",
)
@click.option("--size", default=192, show_default=True, help="Side of the network's input, pixels.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Passes over the photos.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    help="Photos in each step.",
)
@click.option("--rate", default=3e-4, show_default=True, help="Peak learning rate.")
@click.option(
    "--recipe",
    type=click.Choice(list(RECIPES)),
    default="strong",
    show_default=True,
    help="How strongly photos are altered.",
)
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False),
    help="Start with the weights of the network.keras of an earlier run.",
)
@click.option(
    "--only",
    type=click.Choice(["lesion"]),
    help="Freeze the backbone and train only this output.",
)
@click.option(
    "--validation",
    type=click.Choice([str(fold) for fold in VALIDATION_FOLDS]),
    multiple=True,
    default=[str(fold) for fold in VALIDATION_FOLDS],
    show_default=True,
    help="Folds to validate on. One that is not named is trained on.",
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "mixed_bfloat16"]),
    default="float32",
    show_default=True,
    help="Type of the products. bfloat16 is faster on processors that have it.",
)
@click.option("--seed", default=0, show_default=True, help="Start of the random numbers.")
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Stop after this many epochs without a better validation loss, and keep the best.",
)
@click.option(
    "--deterministic/--no-deterministic",
    default=None,
    help="Give the same weights in every run. Default without an accelerator, which it slows down.",
)
@click.option(
    "--watts", default=65.0, show_default=True, help="Assumed power, to estimate the energy."
)
def train(data: Path, folder: Path, watts: float, **options: Any) -> None:
    """Fine-tune on the photos in DATA and save RUN/network.keras."""
    if options["deterministic"] is None:
        options["deterministic"] = not has_accelerator()
    options["validation"] = sorted({int(fold) for fold in options["validation"]})
    run, parts = RunFolder(folder), split(read_examples(data), options["validation"])
    # The configuration ends up in the public description of the network: it names no folder.
    configuration = {**options, "weights": Path(options["weights"]).name}
    if options["start"]:
        start = Path(options["start"])
        configuration |= {"start": sha256(start.read_bytes()), "before": run_record(start.parent)}
    configuration |= {"backend": keras.backend.backend(), "photos": photo_counts(parts)}
    try:
        run.write_configuration(configuration)
    except ConfigurationMismatchError as error:
        raise click.ClickException(str(error)) from error
    if run.network.exists():
        click.echo(f"{run.network} is finished already.")
        return
    machine = {"command": sys.argv, **describe_machine()}
    recorder = Recorder(run, machine, watts, options["patience"])
    network = train_network(parts, run, recorder, options)
    part = folder / "part.keras"
    network.save(part)
    part.replace(run.network)
    click.echo(f"Saved {run.network}.")


def train_network(
    parts: dict[str, Any], run: RunFolder, recorder: Recorder, options: dict[str, Any]
) -> keras.Model:
    """Return the network trained on `parts["training"]`, with the options of `train`."""
    if options["deterministic"]:
        make_deterministic()
    keras.utils.clear_session()
    keras.config.set_dtype_policy(options["precision"])
    keras.utils.set_random_seed(options["seed"])
    size, epochs, weights = options["size"], options["epochs"], options["weights"]
    network = build_network(size, None if weights == "none" else weights, options["architecture"])
    if options["start"]:
        earlier = keras.saving.load_model(options["start"], compile=False)
        network.set_weights(earlier.get_weights())
    if options["only"]:
        backbone_of(network).trainable = False
    recipe = RECIPES[options["recipe"]]
    model = training_network(network, SOURCE_SIZE, recipe)
    training = Batches(parts["training"], options["batch_size"], options["seed"], recipe)
    validation = Batches(parts["validation"], options["batch_size"])
    steps, optimizer = epochs * len(training), ARCHITECTURES[options["architecture"]].optimizer
    compile_for_training(model, steps, options["rate"], options["only"], optimizer)
    fit(model, training, validation, run, epochs, recorder)
    return network


if __name__ == "__main__":
    train()
