"""Normal form: what is folded by hand is what NFKC folds, whatever stands beside it."""

from __future__ import annotations

import random
import unicodedata

from nianbao.pipelines.reader.payload.normal_form import fold_forms

# Signs that are folded by hand, combining marks, characters that compose, digits, letters.
CHARACTERS = (
    "，：；！？（）％\u3000,:;!?()% \u0338\u0301\u0308\u3099\u309a<=>＜＝＞ｅeaAか①…中文１1"
    "\uff76\uff9e\u0327\u0323\u1100\u1161\ud55c"
)


def test_folding_is_nfkc_for_any_mixture_of_signs_and_marks() -> None:
    dice = random.Random(26)
    for _ in range(3000):
        text = "".join(dice.choices(CHARACTERS, k=dice.randint(1, 12)))
        assert fold_forms(text) == unicodedata.normalize("NFKC", text), ascii(text)
