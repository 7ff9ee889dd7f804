"""Backbones: folded batch normalisation, pretrained weights, frozen layers, the registry."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.training,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]


def set_random_statistics(plain: object) -> None:
    """Set the weights of every batch normalisation to other values than untrained ones."""
    import keras

    assert isinstance(plain, keras.Model)
    random = np.random.default_rng(0)
    for layer in plain.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])


@pytest.mark.parametrize(
    "architecture", ["mobilenet_v2", "efficientnet_lite0", "efficientnet_lite2"]
)
def test_folding_batch_normalisation_changes_no_feature(architecture: str, tmp_path: Path) -> None:
    from cnn_model.training.backbone import build_backbone, normalised_backbone

    plain = normalised_backbone(architecture, 64)
    set_random_statistics(plain)
    plain.save_weights(tmp_path / "plain.weights.h5")
    folded = build_backbone(architecture, 64, tmp_path / "plain.weights.h5")
    photos = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    expected = plain.predict_on_batch(photos)
    assert expected.shape == (2, 2, 2, 1280)
    np.testing.assert_allclose(folded.predict_on_batch(photos), expected, atol=1e-4)
    assert len(folded.weights) < len(plain.weights)


def test_mobilenet_v2_equals_that_of_keras_applications() -> None:
    import keras

    from cnn_model.training.backbone import normalised_backbone

    published = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(96, 96, 3)
    )
    ours = normalised_backbone("mobilenet_v2", 96)
    ours.set_weights(published.get_weights())
    photos = np.random.default_rng(0).uniform(0, 255, (1, 96, 96, 3)).astype(np.float32)
    expected = published.predict_on_batch(photos / 127.5 - 1)
    np.testing.assert_allclose(ours.predict_on_batch(photos), expected, atol=1e-4)


def pytorch_state(plain: object) -> dict[str, np.ndarray]:
    """Return the weights of a network as a PyTorch state, with a head and counters."""
    import keras

    assert isinstance(plain, keras.Model)
    state = {}
    for layer in plain.layers:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        for index, value in enumerate(layer.get_weights()):
            axes = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
            state[f"{layer.name}.{index}"] = value.transpose(axes) if value.ndim == 4 else value
        if isinstance(layer, keras.layers.BatchNormalization):
            state[f"{layer.name}.num_batches_tracked"] = np.zeros(())
    return {**state, "_fc.weight": np.ones((3, 5)), "_fc.bias": np.ones(3)}


def test_loads_the_weights_of_a_pytorch_state() -> None:
    from cnn_model.training.backbone import normalised_backbone
    from cnn_model.training.pretrained import load_pytorch_state

    theirs, ours = (normalised_backbone("efficientnet_lite0", 32) for _ in range(2))
    set_random_statistics(theirs)
    state = pytorch_state(theirs)
    load_pytorch_state(ours, state)
    photos = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    np.testing.assert_array_equal(ours.predict_on_batch(photos), theirs.predict_on_batch(photos))


@pytest.mark.parametrize("architecture", ["efficientnet_lite2", "mobilenet_v2"])
def test_the_weights_of_another_architecture_are_rejected(architecture: str) -> None:
    from cnn_model.training.backbone import normalised_backbone
    from cnn_model.training.pretrained import load_pytorch_state

    state = pytorch_state(normalised_backbone("efficientnet_lite0", 32))
    with pytest.raises(ValueError, match=r"weights|shape"):
        load_pytorch_state(normalised_backbone(architecture, 32), state)


def test_efficientnet_lite_weights_cannot_be_downloaded() -> None:
    from cnn_model.training.backbone import build_backbone

    for architecture in ("efficientnet_lite0", "efficientnet_lite2"):
        with pytest.raises(ValueError, match="name a file"):
            build_backbone(architecture, 32, "imagenet")


def test_the_layers_at_a_quarter_of_the_resolution_or_more_are_frozen() -> None:
    from cnn_model.training.backbone import build_backbone, freeze_early_layers

    backbone = build_backbone("mobilenet_v2", 64, None)
    freeze_early_layers(backbone)
    frozen = [layer for layer in backbone.layers if layer.weights and not layer.trainable]
    assert {layer.output.shape[1] for layer in frozen} == {32, 16}
    trained = [layer for layer in backbone.layers if layer.weights and layer.trainable]
    assert {layer.output.shape[1] for layer in trained} == {8, 4, 2}


def test_a_registered_function_becomes_the_backbone_of_a_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from keras import KerasTensor

    from cnn_model.training import architecture, backbone
    from cnn_model.training.architecture import backbone_of, build_network, resized

    monkeypatch.setattr(backbone, "ARCHITECTURES", dict(backbone.ARCHITECTURES))
    monkeypatch.setattr(architecture, "ARCHITECTURES", backbone.ARCHITECTURES)

    @backbone.register_backbone("five_convolutions")
    def five_convolutions(photos: KerasTensor, normalised: bool) -> KerasTensor:
        x = photos
        for width in (4, 8, 16, 32, 64):
            x = backbone.convolution(x, width, normalised, kernel=3, stride=2)
        return x

    network = build_network(64, None, "five_convolutions")
    assert backbone_of(network).output_shape == (None, 2, 2, 64)
    assert resized(network, 96).output_shape == (None, 3, 3, 10)
    with pytest.raises(ValueError, match="already"):
        backbone.register_backbone("five_convolutions")(five_convolutions)


def test_an_ensemble_is_the_mean_of_its_networks_on_their_views() -> None:
    from cnn_model.training.architecture import build_network, ensemble

    networks = [build_network(64, None, name) for name in ("mobilenet_v2", "efficientnet_lite0")]
    photo = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    mean = ensemble(networks).predict_on_batch(photo)
    assert mean.shape == (1, 2, 2, 10)

    def seen(network: Any, *views: tuple[int, ...]) -> Any:
        maps = [np.flip(network.predict_on_batch(np.flip(photo, axes)), axes) for axes in views]
        return np.mean(maps, axis=0)

    parts = [seen(networks[0], (), (1, 2)), seen(networks[1], (2,))]
    np.testing.assert_allclose(mean, np.mean(parts, axis=0), atol=1e-5)


def test_two_views_are_turned_by_half_a_turn() -> None:
    from cnn_model.training.architecture import views_of

    pairs = [views_of(index, "mobilenet_v2") for index in range(5)]
    assert pairs == [((), (1, 2)), ((2,), (1,)), ((1,), (2,)), ((1, 2), ()), ((), (1, 2))]
    assert views_of(3, "efficientnet_lite0") == ((1, 2),)
