"""The pretrained networks, with their batch normalisation folded away."""

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other


def with_statistics(plain: object) -> None:
    """Gives every batch normalisation statistics that are not those of an untrained one."""
    import keras

    assert isinstance(plain, keras.Model)
    random = np.random.default_rng(0)
    for layer in plain.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])


@pytest.mark.parametrize(
    "architecture", ["mobilenet_v2", "efficientnet_lite0", "efficientnet_lite2"]
)
def test_folding_changes_no_feature(architecture: str, tmp_path: Path) -> None:
    from cnn_model.training.backbone import _build, build_backbone

    plain = _build(architecture, 64, normalised=True)
    with_statistics(plain)
    plain.save_weights(tmp_path / "plain.weights.h5")
    folded = build_backbone(architecture, 64, tmp_path / "plain.weights.h5")
    photos = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    expected = plain.predict_on_batch(photos)
    assert expected.shape == (2, 2, 2, 1280)
    np.testing.assert_allclose(folded.predict_on_batch(photos), expected, atol=1e-4)
    assert len(folded.weights) < len(plain.weights)


def test_is_the_mobilenet_of_keras() -> None:
    import keras

    from cnn_model.training.backbone import _build

    published = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(96, 96, 3)
    )
    ours = _build("mobilenet_v2", 96, normalised=True)
    ours.set_weights(published.get_weights())
    photos = np.random.default_rng(0).uniform(0, 255, (1, 96, 96, 3)).astype(np.float32)
    expected = published.predict_on_batch(photos / 127.5 - 1)
    np.testing.assert_allclose(ours.predict_on_batch(photos), expected, atol=1e-4)


def as_torch_has_it(plain: object) -> dict[str, np.ndarray]:
    """The weights of a network as PyTorch would keep them, with a head and counters."""
    import keras

    assert isinstance(plain, keras.Model)
    state = {}
    for layer in plain.layers:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        for place, value in enumerate(layer.get_weights()):
            axes = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
            state[f"{layer.name}.{place}"] = value.transpose(axes) if value.ndim == 4 else value
        if isinstance(layer, keras.layers.BatchNormalization):
            state[f"{layer.name}.num_batches_tracked"] = np.zeros(())
    return {**state, "_fc.weight": np.ones((3, 5)), "_fc.bias": np.ones(3)}


def test_takes_weights_over_from_pytorch() -> None:
    from cnn_model.training.backbone import normalised_backbone
    from cnn_model.training.pretrained import fill

    theirs, ours = (normalised_backbone("efficientnet_lite2", 32) for _ in range(2))
    with_statistics(theirs)
    state = as_torch_has_it(theirs)
    fill(ours, state)
    photos = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    np.testing.assert_array_equal(ours.predict_on_batch(photos), theirs.predict_on_batch(photos))


@pytest.mark.parametrize("architecture", ["efficientnet_lite0", "mobilenet_v2"])
def test_refuses_the_weights_of_another_network(architecture: str) -> None:
    from cnn_model.training.backbone import normalised_backbone
    from cnn_model.training.pretrained import fill

    state = as_torch_has_it(normalised_backbone("efficientnet_lite2", 32))
    with pytest.raises(ValueError, match=r"weights|shape"):
        fill(normalised_backbone(architecture, 32), state)


def test_only_one_of_them_can_be_downloaded() -> None:
    from cnn_model.training.backbone import build_backbone

    for architecture in ("efficientnet_lite0", "efficientnet_lite2"):
        with pytest.raises(ValueError, match="name a file"):
            build_backbone(architecture, 32, "imagenet")


def test_the_early_layers_are_left_alone() -> None:
    from cnn_model.training.backbone import build_backbone, freeze_early_layers

    backbone = build_backbone("mobilenet_v2", 64, None)
    freeze_early_layers(backbone)
    frozen = [layer for layer in backbone.layers if layer.weights and not layer.trainable]
    assert {layer.output.shape[1] for layer in frozen} == {32, 16}
    trained = [layer for layer in backbone.layers if layer.weights and layer.trainable]
    assert {layer.output.shape[1] for layer in trained} == {8, 4, 2}


def test_an_ensemble_is_the_mean_of_its_networks_over_four_views() -> None:
    from cnn_model.training.architecture import build_network, ensemble

    networks = [build_network(64, None, name) for name in ("mobilenet_v2", "efficientnet_lite0")]
    photo = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    mean = ensemble(networks).predict_on_batch(photo)
    assert mean.shape == (1, 2, 2, 10)
    flips: list[tuple[int, ...]] = [(), (1,), (2,), (1, 2)]
    upright, turned = (0, 1, 2, 3), (0, 2, 1, 3)
    parts = [
        np.flip(
            network.predict_on_batch(np.flip(photo, flip).transpose(side)).transpose(side), flip
        )
        for network, side in zip(networks, (upright, turned), strict=True)
        for flip in flips
    ]
    np.testing.assert_allclose(mean, np.mean(parts, axis=0), atol=1e-5)
