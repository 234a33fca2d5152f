"""Names of townships in the lists: the township's own part, and what its body is called."""

from __future__ import annotations

_SHORTEST_TOWNSHIP = 3
_OFFICES = ("街道", "地区")  # their body is an office of the government above, 办事处


def remove_divisions(township: str, region: str, division_name: str) -> str:
    """Return a township's name without the divisions that the lists put in front of some.

    濮阳县庆祖镇 is 庆祖镇 of 濮阳县, 四平市铁东区平东街道 is 平东街道, 四川省科学城春雷街道 is
    科学城春雷街道.
    """
    for end in range(len(township) - _SHORTEST_TOWNSHIP, 1, -1):
        front = township[:end]
        is_own = front.endswith(division_name) and region.endswith(front)
        is_province = front[-1] == "省" and region.startswith(front)
        if is_own or is_province:
            return township[end:]
    return township


def write_body(township: str) -> str:
    """Return the name of a township's body: 锦江镇人民政府, 敖阳街道办事处."""
    if township.endswith(_OFFICES):
        return f"{township}办事处"
    return f"{township}人民政府"
