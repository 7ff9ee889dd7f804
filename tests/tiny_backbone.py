"""A backbone of five convolutions, which trains in a second: `tiny`."""

from keras import KerasTensor

from cnn_model.training.backbone import convolution, register_backbone

NAME = "tiny"


@register_backbone(NAME)
def tiny(photos: KerasTensor, normalised: bool) -> KerasTensor:
    """Return features (n, size/32, size/32, 16) of photos (n, size, size, 3), 0 to 255."""
    features = photos / 255
    for width in (4, 4, 8, 8, 16):
        features = convolution(features, width, normalised, kernel=3, stride=2)
    return features


if __name__ == "__main__":
    from cnn_model.training.train import train

    train()
