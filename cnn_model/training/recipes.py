"""Augmentation recipes: how strongly photos are altered in training."""

from dataclasses import dataclass, replace

from cnn_model.data.dataset import HEALTHY_SKIN, NOT_SKIN, Example
from constants import Modality


@dataclass(frozen=True)
class Recipe:
    """The strength of each augmentation.

    - `colour`: greatest relative change of exposure and contrast; saturation changes by 1.2 times
      as much. `balance`: greatest relative gain or loss of one colour channel.
    - Probabilities for a photo: `flash` to get a bright spot, `covered` a grey rectangle
      (random erasing), `dark_skin` darker skin, `distant` a view from further away.
    - `lesion_free_skin`: probability that a photo of a lesion is replaced by its skin alone.
    - `marks`: probability that hair, a ruler or ink is drawn on a photo. `rim`: probability that it
      gets a dark round rim.
    - `mixed`: probability that mixup is applied to a batch.
    - `nearest`: side of the smallest crop, `farthest`: side of the widest view, as fractions of the
      photo. `stretch`: greatest relative change of the aspect ratio. `tone`: greatest change of the
      logarithm of the exponent of the tone curve. `sharpness`: least resolution that is left.
    - `repeats`: how often a photo of each stratum, or else modality, is seen in an epoch, on
      average.
    """

    colour: float
    balance: float
    flash: float
    covered: float
    mixed: float
    repeats: dict[str, float]
    dark_skin: float = 0.0
    distant: float = 0.0
    lesion_free_skin: float = 0.0
    marks: float = 0.0
    rim: float = 0.0
    nearest: float = 0.7
    farthest: float = 1.8
    stretch: float = 0.1
    tone: float = 0.0
    sharpness: float = 0.6

    def repeats_of(self, example: Example) -> float:
        """Return how often the photo is seen in an epoch, on average."""
        return self.repeats.get(example.stratum, self.repeats[example.modality])


GENTLE = Recipe(
    colour=0.15,
    balance=0.06,
    flash=0.03,
    covered=0.0,
    mixed=0.0,
    repeats={Modality.CLINICAL: 2.5, Modality.DERMOSCOPIC: 1.0, NOT_SKIN: 0.3},
)
VARIED = replace(GENTLE, flash=0.15, dark_skin=0.2, distant=0.15)
RECIPES = {
    # For the first run: teaches invariances and keeps the network from memorising the few clinical
    # photos.
    "strong": Recipe(
        colour=0.25,
        balance=0.1,
        flash=0.1,
        covered=0.25,
        mixed=0.5,
        repeats={Modality.CLINICAL: 2.0, Modality.DERMOSCOPIC: 1.0, NOT_SKIN: 0.3},
    ),
    # For a second run that starts from the first: photos closer to those of users.
    "gentle": GENTLE,
    # Adds conditions that were measured to mislead the network (docs/quality-control.md): skin
    # tones that the photos hardly show, lesions too far away, reflections.
    "varied": VARIED,
    # Adds skin without a lesion, which earlier networks took for a lesion.
    "lesion_free_skin": replace(VARIED, lesion_free_skin=0.15),
    # For photos of any origin: what distinguishes cameras, clinics and habits must not decide.
    "any_origin": Recipe(
        colour=0.3,
        balance=0.15,
        flash=0.15,
        covered=0.1,
        mixed=0.3,
        repeats={
            Modality.CLINICAL: 2.5,
            Modality.DERMOSCOPIC: 1.0,
            NOT_SKIN: 0.3,
            HEALTHY_SKIN: 4.0,
        },
        dark_skin=0.2,
        distant=0.2,
        lesion_free_skin=0.08,
        marks=0.2,
        rim=0.12,
        nearest=0.4,
        farthest=2.5,
        stretch=0.3,
        tone=0.35,
        sharpness=0.4,
    ),
}
