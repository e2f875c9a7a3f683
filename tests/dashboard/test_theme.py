"""Colors tell the classes apart, also for the color-blind and on both pages."""

from itertools import combinations

import numpy as np
import pytest

from dashboard import theme

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
PAGES = {"light": (theme.LIGHT, 0), "dark": (theme.DARK, 1)}


def linear(color: str) -> np.ndarray:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a: str, b: str) -> float:
    bright, dim = sorted((float(TO_XYZ[1] @ linear(color)) for color in (a, b)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("sight", SIGHT)
def test_classes_of_one_shape_differ_in_color(page: str, sight: str) -> None:
    colors, _ = PAGES[page]
    picks, others = list(colors)[:4], list(colors)[4:]
    for family in (picks, others):
        for a, b in combinations(family, 2):
            distance = np.linalg.norm(lab(SIGHT[sight] @ linear(colors[a])) - lab(SIGHT[sight] @ linear(colors[b])))
            assert distance > 9, f"{a} and {b} look alike on a {page} page with {sight}: {distance:.1f}"


@pytest.mark.parametrize("page", PAGES)
def test_text_can_be_read_and_marks_can_be_seen(page: str) -> None:
    colors, mode = PAGES[page]
    paper = theme.GRAYS["page"][mode]
    assert contrast(theme.GRAYS["ink"][mode], paper) > 12
    assert contrast(theme.GRAYS["muted"][mode], paper) > 4.5
    for name, color in colors.items():
        assert contrast(color, paper) > 2, f"{name} fades on a {page} page"


def test_the_palette_is_the_one_of_the_design_and_warmth_is_the_family() -> None:
    assert theme.LIGHT == {
        "gpu_fleet": "#D55E00",
        "data_center": "#E69F00",
        "gpu_debt": "#CC79A7",
        "hardware_supplier": "#8C510A",
        "llm_developer": "#0072B2",
        "cloud_platform": "#009E73",
    }
    for colors in (theme.LIGHT, theme.DARK):
        red, blue = (np.array([linear(c)[i] for c in colors.values()]) for i in (0, 2))
        assert (red[:4] > blue[:4]).all() and (red[4:] < blue[4:]).all()


def test_the_stylesheet_carries_every_color_for_both_pages() -> None:
    style = theme.stylesheet()
    for key, light in theme.LIGHT.items():
        assert f"--{key.replace('_', '-')}:light-dark({light}, {theme.DARK[key]});" in style
    assert "http" not in style  # nothing is fetched from elsewhere
    assert style.count("<") == 2  # one style element, no markup inside
