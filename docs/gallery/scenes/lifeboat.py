"""A lifeboat in a choppy sea (``lifeboat``); the same boat small and far off under a grey sky (``lifeboat-far``)."""

from __future__ import annotations

import numpy as np
from common import Graph, box, bpy, camera, lathe, main, material, place, plane, sky, srgb, sun, surface, tube
from wheels import paint, tinted_glass

LENGTH, BEAM = 14.0, 4.4  # metres; the bow is at +x, the waterline at z = 0


def half_beam(s: np.ndarray) -> np.ndarray:
    """Half the width of the deck at s (0 stern … 1 bow)."""
    return BEAM / 2 * (1 - 0.12 * (1 - s) ** 2) * np.clip(1 - np.clip((s - 0.5) / 0.5, 0, 1) ** 2.6, 0, 1) ** 0.8


def sheer(s: np.ndarray) -> np.ndarray:
    """Height of the deck's edge at s."""
    return 1.25 + 1.25 * s**2.4


def hull(navy: object, orange: object, white: object) -> None:
    def side(s, t):
        angle = np.pi * (t - 0.5)
        across, down = np.sin(angle), np.cos(angle)
        flare = np.sign(across) * np.abs(across) ** (0.55 + 0.5 * s**3)
        rake = 0.9 * s**4 * (1 - down)
        z = sheer(s) - (sheer(s) + 1.0 * (1 - s**5)) * np.clip(down, 0, 1) ** 0.7
        return -LENGTH / 2 + LENGTH * 0.94 * s + rake, half_beam(s) * flare, z

    surface("hull", 120, 61, side, navy)
    deck_s = np.linspace(0, 1, 60)

    def deck(s, t):
        return -LENGTH / 2 + LENGTH * 0.94 * s + 0.9 * s**4, half_beam(s) * (2 * t - 1) * 0.98, sheer(s) - 0.06

    surface("deck", 60, 9, deck, orange)
    plate = [(-LENGTH / 2, -half_beam(np.zeros(1))[0], -0.8), (-LENGTH / 2, half_beam(np.zeros(1))[0], -0.8), (-LENGTH / 2, 2.0, 1.25), (-LENGTH / 2, -2.0, 1.25)]
    from common import mesh

    mesh("transom", plate, [(0, 1, 2, 3)], navy, smooth=False)
    for sign in (-1, 1):
        x = -LENGTH / 2 + LENGTH * 0.94 * deck_s + 0.9 * deck_s**4
        y, z = sign * (half_beam(deck_s) + 0.04), sheer(deck_s) - 0.02
        belt = tube("belting", list(zip(x, y, z, strict=True)), 0.17, orange, steps=80)
        belt.name = "belting"
        low = tube("stripe", list(zip(x, y * 0.99, z - 0.3, strict=True)), 0.05, white, steps=80)
        low.name = "stripe"
        # The guard rail: stanchions and two wires.
        for high in (0.5, 0.95):
            tube("rail", list(zip(x[4:], y[4:] * 0.95, z[4:] + high, strict=True)), 0.025, white, steps=70)
        for k in range(5, 60, 5):
            tube("stanchion", [(x[k], y[k] * 0.95, z[k]), (x[k], y[k] * 0.95, z[k] + 0.95)], 0.025, white)


def block(name: str, foot: list, top: list, low: float, high: float, coat: object, bevel: float = 0.12) -> None:
    """A deckhouse: a four-sided foot and a smaller, shifted top; corners (x0, x1, half width)."""
    from common import mesh

    (a, b, w), (c, d, v) = foot, top
    points = [(a, -w, low), (b, -w, low), (b, w, low), (a, w, low), (c, -v, high), (d, -v, high), (d, v, high), (c, v, high)]
    faces = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    thing = mesh(name, points, faces, coat)
    modifier = thing.modifiers.new("bevel", "BEVEL")
    modifier.width, modifier.segments, modifier.harden_normals = bevel, 3, True


def upperworks(orange: object, white: object, dark: object, glass: object, steel: object) -> None:
    block("house", [-3.6, 2.6, 1.62], [-3.3, 1.75, 1.4], 1.2, 3.15, orange)
    block("windows", [-2.9, 2.18, 1.53], [-2.8, 1.86, 1.45], 2.35, 2.95, glass, 0.05)
    for x in (-2.2, -1.3, -0.4, 0.5, 1.35):
        for side in (-1, 1):
            box("post", (0.14, 0.08, 0.7), (x, side * 1.5, 2.65), orange)
    for y in (-0.75, 0.0, 0.75):
        box("post", (0.1, 0.1, 0.72), (2.02, y, 2.65), orange)
    block("roof", [-3.2, 1.7, 1.42], [-3.1, 1.5, 1.34], 3.12, 3.3, white, 0.05)
    block("bridge", [-2.7, -0.3, 1.05], [-2.6, -0.65, 0.95], 3.3, 4.15, orange, 0.08)
    block("screen", [-2.5, -0.3, 1.02], [-2.45, -0.5, 0.97], 3.62, 4.0, glass, 0.03)
    box("fore hatch", (1.3, 1.2, 0.35), (4.1, 0, 1.95), orange, bevel=0.1)
    tube("mast", [(-2.2, 0, 4.1), (-2.45, 0, 6.2)], [0.12, 0.06], white)
    tube("yard", [(-2.38, -0.9, 5.45), (-2.38, 0.9, 5.45)], 0.05, white)
    box("radar", (0.2, 1.5, 0.16), (-1.95, 0, 5.1), white, bevel=0.06)
    place(lathe("dome", [(0.3, 0), (0.32, 0.2), (0.25, 0.4), (0.0, 0.5)], white, steps=32), (-1.2, 0.5, 4.15))
    for y, top in ((-0.6, 7.0), (0.7, 7.4), (0.1, 6.9)):
        tube("aerial", [(-2.4, y, 4.3), (-2.7, y, top)], [0.025, 0.01], dark)
    for side in (-1, 1):
        place(
            lathe("ring", [(0.26, -0.07), (0.4, -0.07), (0.44, 0), (0.4, 0.07), (0.26, 0.07), (0.22, 0), (0.26, -0.07)], white, steps=32),
            (-2.9, side * 1.66, 1.95),
            (90, 0, 0),
        )
    # The crew in yellow-green oilskins and white helmets.
    oilskin = material("oilskin", colour=srgb("#d8c21a"), rough=0.6)
    for x, y, z in ((-4.4, 0.7, 1.2), (-4.9, -0.6, 1.2)):
        from common import ball

        ball("crew", (0.27, 0.33, 0.62), (x, y, z + 0.6), oilskin)
        ball("helmet", 0.2, (x, y, z + 1.32), white)


def sea(wind: float, scale: float, calm: float, wake: bool) -> object:
    """Blender's ocean, foam on its breaking crests and along the hull."""

    def water(g: Graph) -> dict:
        place_in_world = g.node("ShaderNodeNewGeometry").outputs["Position"]
        x, y, z = g.split(place_in_world)
        crest = g.grey(g.math("ADD", z, g.math("MULTIPLY", g.noise(1.3, vector=place_in_world, detail=8), 0.9)), 0.8 * scale, 1.3 * scale)
        broken = g.grey(g.noise(1.1, vector=place_in_world, detail=12, rough=0.72), 0.45, 0.62)
        foam = g.math("MULTIPLY", crest, broken)
        if wake:
            along = g.math("SUBTRACT", 7.4, x)  # metres behind the bow wave's start
            spread = g.math("ADD", 0.3, g.math("MULTIPLY", g.math("MAXIMUM", along, 0.0), 0.19))
            away = g.math("ABSOLUTE", g.math("SUBTRACT", g.math("ABSOLUTE", y), spread))
            thick = g.math("ADD", 0.7, g.math("MULTIPLY", g.math("MAXIMUM", along, 0.0), 0.055))
            arms = g.math("MULTIPLY", g.grey(g.math("DIVIDE", away, thick), 0.35, 1.1, 1, 0), g.grey(along, -0.6, 0.4))
            astern = g.math("MULTIPLY", g.grey(along, 14.0, 15.5), g.grey(g.math("ABSOLUTE", y), 1.8, 3.4, 1, 0))
            churn = g.grey(g.noise(1.7, vector=place_in_world, detail=12, rough=0.75), 0.36, 0.56)
            foam = g.math("MAXIMUM", foam, g.math("MULTIPLY", g.math("MAXIMUM", arms, astern), churn))
        deep = g.ramp(g.grey(z, -1.2 * scale, 1.2 * scale), [(0.0, "#0b2a38"), (0.55, "#17485a"), (1.0, "#3f8388")])
        ripples = g.math("ADD", g.noise(2.4, vector=place_in_world, detail=8, rough=0.62), g.math("MULTIPLY", g.noise(0.8, vector=place_in_world, detail=4), 0.8))
        return {
            "colour": g.mix(foam, deep, "#eef3f4"), "rough": g.grey(foam, 0, 1, 0.09, 0.7),
            "normal": g.bump(g.math("ADD", ripples, g.math("MULTIPLY", foam, 0.5)), 0.5, 0.22),
        }  # fmt: skip

    surface_object = plane("sea", 1, None)
    modifier = surface_object.modifiers.new("ocean", "OCEAN")
    modifier.geometry_mode, modifier.resolution, modifier.viewport_resolution = "GENERATE", 16, 16
    modifier.spatial_size, modifier.repeat_x, modifier.repeat_y = 90, 3, 5
    modifier.wave_scale, modifier.choppiness, modifier.wind_velocity = scale, 1.1, wind
    modifier.wave_alignment, modifier.wave_direction, modifier.random_seed, modifier.time = calm, np.radians(25), 4, 3.0
    surface_object.data.materials.clear()
    surface_object.data.materials.append(material("water", water, ior=1.33, specular=0.5))
    for polygon in surface_object.data.polygons:
        polygon.use_smooth = True
    place(surface_object, (-135, -90, 0))
    return surface_object


def build(variant: str) -> dict:
    orange = paint("orange", "#ee4e06", rough=0.4)
    navy = paint("navy", "#10204c", rough=0.35)
    white = material("white", colour=srgb("#e9e9e6"), rough=0.4, coat=0.3)
    dark = material("dark", colour=srgb("#101114"), rough=0.5)
    steel = material("steel", colour=(0.6, 0.6, 0.6, 1), metal=1, rough=0.3)
    fixed = set(bpy.data.objects)
    hull(navy, orange, white)
    upperworks(orange, white, dark, tinted_glass(), steel)
    boat = bpy.data.objects.new("boat", None)
    bpy.context.collection.objects.link(boat)
    for part in set(bpy.data.objects) - fixed - {boat}:
        if part.parent is None:
            part.parent = boat
    if variant == "lifeboat":
        place(boat, (0, 0, -0.15), (-5, -5, 0))
        sea(15, 1.7, 0.2, wake=True)
        sky("#cdd9e2", "#7fa3c8", 0.9, clouds=0.9)
        sun(38, 250, 2.4)
        camera((15.5, -22, 4.0), (0.7, 0, 2.3), 70, blur=0.02)
        return {"exposure": 0.0}
    place(boat, (0, 0, -0.1), (3, -3, 40))
    sea(16, 1.1, 0.3, wake=False)
    sky("#b9c2c6", "#8995a0", 0.8, clouds=1.0)
    sun(30, 250, 0.7, softness=20)
    camera((10, -62, 6.5), (3.0, 0, 3.5), 52, blur=0.02)
    return {"exposure": 0.1}


if __name__ == "__main__":
    main(build, ["lifeboat", "lifeboat-far"])
