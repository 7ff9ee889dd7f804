"""Augmentation recipes: how strongly photos are altered in training."""

from dataclasses import dataclass, replace

from cnn_model.data.dataset import NOT_SKIN
from constants import Modality


@dataclass(frozen=True)
class Recipe:
    """The strength of each augmentation.

    - `colour`: greatest relative change of exposure and contrast; saturation changes by 1.2 times
      as much. `balance`: greatest relative gain or loss of one colour channel.
    - Probabilities for a photo: `flash` to get a bright spot, `covered` a grey rectangle
      (random erasing), `dark_skin` darker skin, `distant` a view from further away.
    - `lesion_free_skin`: probability that a photo of a lesion is replaced by its skin alone.
    - `mixed`: probability that mixup is applied to a batch.
    - `repeats`: how often a photo of each modality is seen in an epoch, on average.
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
}
