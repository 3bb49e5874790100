"""A yellow school bus on a road (``school-bus``); the same bus painted blue (``school-bus-blue``)."""

from __future__ import annotations

import math

import numpy as np
from common import box, bpy, camera, lathe, main, material, place, sky, srgb, sun, surface, tube
from outdoors import bark, foliage, road, tree
from wheels import paint, rubber, tinted_glass, wheel

LENGTH, HALF, FLOOR, ROOF = 7.6, 1.22, 0.72, 3.12  # the passengers' box, metres; the bonnet is at +x


def panel(name: str, corners: list, coat: object, thickness: float = 0.03) -> object:
    from common import mesh

    thing = mesh(name, corners, [tuple(range(len(corners)))], coat, smooth=False)
    thing.modifiers.new("thick", "SOLIDIFY").thickness = thickness
    return thing


def body(yellow: object, dark: object, glass: object, steel: object) -> None:
    def shell(s, t):
        """Cross-section: straight sides, roof as part of a superellipse."""
        angle = np.pi * t
        y = HALF * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.42
        z = np.where((t < 0.02) | (t > 0.98), FLOOR, 2.25 + (ROOF - 2.25) * np.sin(angle) ** 0.7)
        end = np.minimum(s, 1 - s)
        tuck = 0.06 * np.exp(-((end / 0.015) ** 2))
        return -LENGTH / 2 + LENGTH * s, y * (1 - tuck), z - tuck * (z > 2.3)

    surface("shell", 100, 81, shell, yellow)
    for x, face in ((-LENGTH / 2, -1), (LENGTH / 2, 1)):
        t = np.linspace(0, np.pi, 41)
        outline = [(x, 0.985 * HALF * np.sign(np.cos(a)) * abs(np.cos(a)) ** 0.42, 2.25 + (ROOF - 2.28) * np.sin(a) ** 0.7) for a in t]
        panel("end", [(x, 0.985 * HALF, FLOOR), *outline, (x, -0.985 * HALF, FLOOR)], yellow, 0.02 * face)
    box("skirt", (LENGTH, 2 * HALF - 0.1, 0.3), (0, 0, FLOOR - 0.05), dark)
    for side in (-1, 1):
        y = side * (HALF + 0.012)
        for z, high in ((0.86, 0.07), (1.2, 0.09), (1.52, 0.07), (2.33, 0.04)):
            box("rail", (LENGTH - 0.04, 0.05, high), (0, y, z), dark, bevel=0.015)
        windows = 9
        for k in range(windows):
            x = -LENGTH / 2 + 0.5 + (LENGTH - 1.0) * (k + 0.5) / windows
            wide = (LENGTH - 1.0) / windows - 0.1
            box("frame", (wide + 0.05, 0.04, 0.68), (x, y - side * 0.015, 1.94), dark, bevel=0.03)
            box("window", (wide - 0.03, 0.05, 0.6), (x, y - side * 0.01, 1.94), glass, bevel=0.03)
            box("sash", (wide, 0.06, 0.025), (x, y, 1.96), steel)


def front(yellow: object, dark: object, glass: object, steel: object, lamp_glass: object, amber: object, red: object) -> None:
    x = LENGTH / 2

    def bonnet(s, t):
        """From the windscreen to the grille: narrower and lower, round shoulders."""
        angle = np.pi * t
        half = (HALF - 0.1) * (1 - 0.13 * s)
        top = 1.72 - 0.2 * s**1.5 - 0.12 * np.clip((s - 0.86) / 0.14, 0, 1) ** 2
        y = half * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.35
        z = np.where((t < 0.02) | (t > 0.98), 0.75, 1.2 + (top - 1.2) * np.sin(angle) ** 0.5)
        return x + 1.75 * s, y, z

    surface("bonnet", 60, 61, bonnet, yellow)
    nose = x + 1.75
    box("nose", (0.06, 1.9, 0.62), (nose - 0.02, 0, 1.06), yellow, bevel=0.03)
    box("grille", (0.05, 1.05, 0.42), (nose + 0.03, 0, 1.1), dark, bevel=0.03)
    for k in range(6):
        box("bar", (0.05, 1.0, 0.025), (nose + 0.05, 0, 0.94 + 0.065 * k), steel)
    box("bumper", (0.22, 2.36, 0.3), (nose + 0.12, 0, 0.62), dark, bevel=0.06)
    for side in (-1, 1):
        headlight = lathe("headlight", [(0, 0.06), (0.1, 0.05), (0.13, 0.02), (0.15, 0.03), (0.16, 0)], lamp_glass, steps=32)
        place(headlight, (nose + 0.02, side * 0.76, 1.16), (0, 90, 0), 1.0)
        box("indicator", (0.05, 0.22, 0.1), (nose + 0.02, side * 0.76, 0.92), amber, bevel=0.02)
        # The wheel arch: a black lip around a round opening in the bonnet's flank.
        arch = [(x + 0.86 + 0.62 * math.cos(a), side * 1.1, 0.55 + 0.62 * math.sin(a)) for a in np.linspace(-0.1, math.pi + 0.1, 18)]
        tube("fender", arch, 0.09, yellow)
    box("windscreen", (0.05, 2.02, 0.8), (x + 0.03, 0, 2.02), glass, bevel=0.08)
    box("pillar", (0.07, 0.06, 0.8), (x + 0.04, 0, 2.02), dark)
    box("head", (0.14, 2.2, 0.36), (x + 0.02, 0, 2.66), yellow, bevel=0.06)
    for side in (-1, 1):
        for k, coat in ((0.95, red), (0.72, amber)):
            place(lathe("warning", [(0, 0.08), (0.07, 0.06), (0.09, 0.0)], coat, steps=24), (x + 0.09, side * k, 2.68), (0, 90, 0))
        arm = [(x + 0.1, side * 1.12, 2.4), (x + 0.55, side * 1.5, 2.35), (x + 0.6, side * 1.5, 2.1)]
        tube("arm", arm, 0.035, dark)
        box("mirror", (0.07, 0.22, 0.4), (x + 0.6, side * 1.5, 2.0), dark, bevel=0.03)
    words = bpy.data.curves.new("sign", "FONT")
    words.body, words.size, words.align_x, words.extrude = "SCHOOL BUS", 0.21, "CENTER", 0.004
    sign = bpy.data.objects.new("sign", words)
    bpy.context.collection.objects.link(sign)
    words.materials.append(dark)
    place(sign, (x + 0.1, 0, 2.6), (90, 0, 90))


def wheels(rim: object, dark: object) -> None:
    tyre = rubber()
    for x in (LENGTH / 2 + 0.86, -LENGTH / 2 + 1.9):
        for side in (-1, 1):
            wheel((x, side * 1.06, 0.52), 0.52, 0.32, tyre=tyre, rim=rim, dark=dark, spokes=8, hub=0.6, out=side)
            well = lathe("well", [(0.0, 0.0), (0.66, 0.0)], dark, steps=48)
            if x < 0:
                place(well, (x, side * (HALF + 0.015), 0.6), (90, 0, 0), (1.0, 1.0, 1.0))


def build(variant: str) -> dict:
    blue = variant == "school-bus-blue"
    yellow = paint("paint", "#2f6fc0" if blue else "#f2a900", rough=0.35)
    dark = material("dark", colour=srgb("#0d0d0e"), rough=0.45)
    glass = tinted_glass()
    steel = material("steel", colour=(0.6, 0.6, 0.6, 1), metal=1, rough=0.3)
    lamp_glass = material("headlight", colour=(0.9, 0.9, 0.9, 1), metal=0.6, rough=0.08, coat=1)
    amber = material("amber", colour=srgb("#e07800"), rough=0.15, coat=0.6)
    red = material("red", colour=srgb("#b01008"), rough=0.15, coat=0.6)
    rim = material("rim", colour=srgb("#c9c9c6"), rough=0.35, metal=0.6)
    body(yellow, dark, glass, steel)
    front(yellow, dark, glass, steel, lamp_glass, amber, red)
    wheels(rim, dark)
    # The road runs beneath the bus, which keeps to one side of it.
    road(11, 240, shift=2.6)
    rng = np.random.default_rng(5)
    trunk, green = bark(), foliage("#203c14", "#5c8530", scale=0.35)
    for k in range(15):
        tree((-30 + 3.6 * k + rng.uniform(-1.5, 1.5), 17 + rng.uniform(0, 12), 0), rng.uniform(7, 12), rng, trunk, green, count=9000, leaf=0.1)
    sky("#d7e3ef", "#5c92d6", 0.75, clouds=0.6)
    sun(42, 300, 3.3)
    if blue:
        camera((13.5, -7.4, 1.6), (1.1, 0, 1.7), 66, blur=0.04, focus=(3.5, -1.2, 1.6))
    else:
        camera((11.8, -9.3, 2.5), (1.05, 0, 1.6), 56, blur=0.04, focus=(3.5, -1.2, 1.6))
    return {"exposure": -0.1}


if __name__ == "__main__":
    main(build, ["school-bus", "school-bus-blue"])
