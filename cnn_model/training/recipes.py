"""How much the photos are altered in training."""

from dataclasses import dataclass, replace

from cnn_model.data.dataset import NOT_SKIN
from constants import Modality


@dataclass(frozen=True)
class Recipe:
    """`colour` scales the changes of exposure, contrast and saturation; `balance` is the greatest
    gain or loss of one colour channel; `flash`, `covered` and `mixed` are the shares of photos with
    a bright spot, with a grey rectangle, and of batches whose photos are mixed; `dark_skin` and
    `distant` the shares that are drawn on darker skin and as if taken from further away; `repeats`
    tells how often a photo of each modality is seen in an epoch, on average; `lesion_free_skin` is
    the share of photos of lesions of which only skin without the lesion is shown.
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
    # Teaches what does not matter, and keeps the few smartphone photos from being learned by heart.
    "strong": Recipe(
        colour=0.25,
        balance=0.1,
        flash=0.1,
        covered=0.25,
        mixed=0.5,
        repeats={Modality.CLINICAL: 2.0, Modality.DERMOSCOPIC: 1.0, NOT_SKIN: 0.3},
    ),
    # Goes on from a network that knows that, with photos more like those that it will see.
    "gentle": GENTLE,
    # With some of what was measured to mislead the network (docs/quality-control.md): skin tones
    # that the photos hardly show, lesions taken from too far away, reflections.
    "varied": VARIED,
    # And with what it took for a lesion because it never saw it: skin without one.
    "lesion_free_skin": replace(VARIED, lesion_free_skin=0.15),
}
