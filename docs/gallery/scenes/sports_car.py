"""A red sports car on a country road (``sports-car``); a yellow one from behind (``sports-car-yellow``)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from common import Graph, ball, box, camera, lathe, main, material, place, sky, srgb, sun, surface, tube
from outdoors import bark, foliage, road, tree
from wheels import rubber, tinted_glass, wheel

# Metres; the nose is at +x. Stations along the car, read as on a designer's drawing.
X = [-2.22, -2.1, -1.85, -1.3, -0.6, 0.2, 0.9, 1.35, 1.75, 2.0, 2.16, 2.24]
TOP = [0.70, 0.86, 0.94, 0.93, 0.88, 0.85, 0.83, 0.77, 0.66, 0.55, 0.46, 0.38]
HALF = [0.78, 0.87, 0.94, 0.97, 0.90, 0.88, 0.93, 0.95, 0.91, 0.82, 0.70, 0.58]
MIDDLE = [0.58, 0.58, 0.58, 0.56, 0.5, 0.48, 0.5, 0.48, 0.43, 0.38, 0.34, 0.31]
BOTTOM = [0.30, 0.24, 0.18, 0.16, 0.15, 0.15, 0.15, 0.15, 0.15, 0.16, 0.19, 0.23]
CABIN_X = [-1.95, -1.6, -1.2, -0.75, -0.3, 0.1, 0.45, 0.8, 1.15]
ROOF = [0.86, 0.97, 1.07, 1.15, 1.18, 1.16, 1.08, 0.94, 0.76]
CABIN_HALF = [0.42, 0.58, 0.69, 0.74, 0.76, 0.76, 0.75, 0.72, 0.66]
FRONT_AXLE, REAR_AXLE, RADIUS = 1.34, -1.28, 0.335


def drawn(stations: list[float], values: list[float], soft: float = 0.06) -> Callable[[np.ndarray], np.ndarray]:
    """The stations joined by a line without kinks."""
    x = np.linspace(stations[0], stations[-1], 800)
    y = np.interp(x, stations, values)
    reach = max(3, int(soft / (x[1] - x[0]) * 3))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * (x[1] - x[0]) / soft) ** 2)
    y = np.convolve(np.pad(y, reach, mode="reflect", reflect_type="odd"), kernel / kernel.sum(), mode="valid")
    return lambda where: np.interp(where, x, y)


top, half, middle, bottom = (drawn(X, v) for v in (TOP, HALF, MIDDLE, BOTTOM))
roof, cabin_half = drawn(CABIN_X, ROOF, 0.12), drawn(CABIN_X, CABIN_HALF, 0.12)


def near(value: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-(((value - centre) / width) ** 2))


def lacquer(colour: str) -> object:
    """Paint with the gaps of doors, bonnet and engine cover drawn in by position."""

    def make(g: Graph) -> dict:
        x, y, z = g.split(g.where())
        side = g.math("ABSOLUTE", y)
        lean = g.math("ADD", x, g.math("MULTIPLY", z, 0.18))

        def gap(value: object, at: float, width: float = 0.007) -> object:
            return g.grey(g.math("ABSOLUTE", g.math("SUBTRACT", value, at)), width * 0.6, width * 1.4, 1, 0)

        flank = g.math("MULTIPLY", g.grey(z, 0.235, 0.245), g.grey(side, 0.74, 0.76))
        doors = g.math("MULTIPLY", g.math("MAXIMUM", gap(lean, 0.82), gap(lean, -0.42)), flank)
        sill = g.math("MULTIPLY", gap(z, 0.24), g.math("MULTIPLY", g.grey(x, -0.46, -0.45), g.grey(x, 0.77, 0.78, 1, 0)))
        bonnet = g.math("MULTIPLY", gap(g.math("SUBTRACT", side, g.math("MULTIPLY", x, -0.09)), 0.75), g.math("MULTIPLY", g.grey(x, 1.0, 1.01), g.grey(z, 0.5, 0.52)))
        lines = g.math("MAXIMUM", doors, g.math("MAXIMUM", sill, bonnet))
        return {"colour": g.mix(lines, colour, "#050505"), "rough": g.grey(lines, 0, 1, 0.28, 0.9)}

    return material("lacquer", make, metal=0.25, coat=1.0, coat_rough=0.02)


def body(coat: object) -> object:
    def section(s, t):
        x = X[0] + (X[-1] - X[0]) * s
        angle = 2 * np.pi * t
        c, h = np.cos(angle), np.sin(angle)
        w, m = half(x), middle(x)
        y = w * np.sign(c) * np.abs(c) ** np.where(h > 0, 0.62, 0.4)
        share = np.abs(y) / w
        arches = 0.10 * near(x, FRONT_AXLE + 0.02, 0.38) + 0.075 * near(x, REAR_AXLE, 0.42)
        shoulder = arches * near(share, 0.8, 0.2) * (h > 0)
        valley = -0.035 * near(x, 1.3, 0.5) * near(share, 0.38, 0.22) * (h > 0)
        z = np.where(h > 0, m + (top(x) - m) * np.abs(h) ** 0.72, m - (m - bottom(x)) * np.abs(h) ** 0.5)
        # The flank is drawn in between the wheels, above the sill.
        tuck = 0.05 * near(x, 0.15, 0.65) * near(z, 0.36, 0.12)
        scoop = 0.07 * near(x, -0.62, 0.2) * near(z, 0.6, 0.11)
        y = y - np.sign(c) * (tuck + scoop) * (share > 0.6)
        bow = -0.30 * share**2.4 * np.clip((x - 1.0) / 1.24, 0, 1) ** 2 + 0.16 * share**2.4 * np.clip((-1.2 - x) / 1.0, 0, 1) ** 2
        return x + bow, y, z + shoulder + valley

    thing = surface("body", 170, 145, section, coat)
    rings = 145
    count = len(thing.data.vertices)
    # Close nose and tail, and weld the seam along the bottom, so that wheel wells can be cut out.
    import bmesh

    work = bmesh.new()
    work.from_mesh(thing.data)
    work.verts.ensure_lookup_table()
    work.faces.new([work.verts[k] for k in range(rings - 1)][::-1])
    work.faces.new([work.verts[count - rings + k] for k in range(rings - 1)])
    bmesh.ops.remove_doubles(work, verts=work.verts[:], dist=1e-4)
    bmesh.ops.recalc_face_normals(work, faces=work.faces[:])
    work.to_mesh(thing.data)
    work.free()
    thing.data.shade_smooth()
    return thing


def cut(thing: object, tool: object) -> None:
    """Subtract one solid from another; the cut keeps the tool's material."""
    modifier = thing.modifiers.new("cut", "BOOLEAN")
    modifier.operation, modifier.object, modifier.solver = "DIFFERENCE", tool, "EXACT"
    modifier.material_mode = "TRANSFER"
    tool.hide_render = True
    tool.hide_set(True)


def cabin(coat: object, glass: object) -> None:
    def section(s, t):
        x = CABIN_X[0] + (CABIN_X[-1] - CABIN_X[0]) * s
        angle = np.pi * t
        c, h = np.cos(angle), np.sin(angle)
        lower = 0.70
        y = cabin_half(x) * np.sign(c) * np.abs(c) ** 0.55 * (1.06 - 0.16 * np.abs(h) ** 0.8)
        return x, y, lower + (roof(x) - lower) * np.abs(h) ** 0.62

    thing = surface("cabin", 260, 161, section, glass)
    thing.data.materials.append(coat)
    u, v = 260, 161
    s, t = (np.arange(u - 1) + 0.5) / (u - 1), (np.arange(v - 1) + 0.5) / (v - 1)
    s, c = s[:, None], np.abs(np.cos(np.pi * t))[None]
    h = np.abs(np.sin(np.pi * t))[None]
    screen = (s > 0.595 + 0.05 * c**2) & (c < 0.86 - 0.14 * (1 - s))
    rear = (s > 0.05) & (s < 0.34 - 0.08 * c**2) & (c < 0.72)
    lip = 0.9 - 0.03 * s
    side = (c > 0.905) & (h > 0.03) & (s > 0.2 + 0.75 * np.clip(0.42 - h, 0, 1) * 0) & (s < 0.93 - 0.35 * h) & (np.abs(s - 0.385) > 0.012) & (h < lip)
    painted = ~(screen | rear | side)
    thing.data.polygons.foreach_set("material_index", painted.astype(np.int32).ravel())


def lights(dark: object, lens: object, red: object) -> None:
    for side in (-1, 1):
        ball("headlight", (0.24, 0.1, 0.055), (1.83, side * 0.69, 0.6), lens, (0, 22, -side * 28))
        ball("bezel", (0.26, 0.12, 0.05), (1.82, side * 0.69, 0.592), dark, (0, 22, -side * 28))
        for k in (0, 1):
            lamp = lathe("tail", [(0, 0.05), (0.07, 0.045), (0.095, 0.02), (0.105, 0.03), (0.11, 0)], red, steps=40)
            place(lamp, (-2.2 + 0.035 * (1 - k), side * (0.42 + 0.24 * (1 - k)), 0.68), (0, -90, 0))
        ball("mirror", (0.1, 0.13, 0.075), (0.72, side * 0.93, 0.93), MATERIALS["lacquer"])
        tube("arm", [(0.7, side * 0.74, 0.86), (0.72, side * 0.9, 0.91)], 0.025, dark)


MATERIALS: dict[str, object] = {}


def details(dark: object, steel: object, plate: object) -> None:
    box("grille", (0.2, 0.78, 0.13), (2.17, 0, 0.31), dark, bevel=0.04)
    for k in range(4):
        box("slat", (0.02, 0.74, 0.012), (2.272, 0, 0.27 + 0.03 * k), steel)
    for side in (-1, 1):
        place(box("intake", (0.14, 0.26, 0.13), (2.0, side * 0.6, 0.32), dark, bevel=0.04), (1.97, side * 0.6, 0.32), (0, 0, -side * 24))
        box("scoop", (0.26, 0.05, 0.2), (-0.66, side * 0.86, 0.6), dark, bevel=0.05)
        box("sill", (1.75, 0.08, 0.07), (0.03, side * 0.875, 0.15), dark, bevel=0.02)
        for y in (0.34, 0.46):
            place(lathe("exhaust", [(0.05, 0), (0.055, 0.0), (0.055, 0.16), (0.045, 0.16), (0.045, 0.02)], steel, steps=24), (-2.18, side * y, 0.31), (0, -90, 0))
    box("splitter", (0.3, 1.35, 0.025), (2.1, 0, 0.17), dark, bevel=0.01)
    box("diffuser", (0.24, 1.3, 0.16), (-2.12, 0, 0.31), dark, bevel=0.05)
    box("plate", (0.02, 0.44, 0.11), (-2.235, 0, 0.5), plate, bevel=0.008)
    box("wing", (0.26, 1.6, 0.025), (-2.06, 0, 1.05), MATERIALS["lacquer"], bevel=0.01)
    for side in (-1, 1):
        box("stay", (0.14, 0.03, 0.2), (-2.04, side * 0.55, 0.95), dark, bevel=0.01)


def car(colour: str, *, steer: float) -> None:
    coat, glass = lacquer(colour), tinted_glass()
    MATERIALS["lacquer"] = coat
    dark = material("dark", colour=srgb("#0b0b0c"), rough=0.55)
    steel = material("alloy", colour=(0.62, 0.62, 0.63, 1), metal=1, rough=0.22)
    lens = material("lens", colour=srgb("#dfe6ea"), rough=0.05, metal=0.7, coat=1)
    red = material("tail", colour=srgb("#a00808"), rough=0.1, coat=1, emit=srgb("#ff1008"), emit_strength=0.25)
    plate = material("plate", colour=srgb("#e8e6dc"), rough=0.4)
    shell = body(coat)
    for x in (FRONT_AXLE, REAR_AXLE):
        for side in (-1, 1):
            well = lathe("well", [(0, -0.26), (RADIUS + 0.055, -0.26), (RADIUS + 0.055, 0.3), (0, 0.3)], dark, steps=64)
            place(well, (x, side * 0.84, RADIUS + 0.005), (90, 0, 0))
            cut(shell, well)
    cabin(coat, glass)
    lights(dark, lens, red)
    details(dark, steel, plate)
    tyre = rubber()
    disc = material("brake", colour=(0.2, 0.2, 0.2, 1), metal=0.8, rough=0.5)
    for x, turn in ((FRONT_AXLE, steer), (REAR_AXLE, 0.0)):
        for side in (-1, 1):
            wheel((x, side * 0.83, RADIUS), RADIUS, 0.25, tyre=tyre, rim=steel, dark=disc, spokes=10, hub=0.76, turn=turn, out=side)


def build(variant: str) -> dict:
    rng = np.random.default_rng(9)
    trunk, green = bark(), foliage("#23401a", "#6c8c38", scale=0.4)
    if variant == "sports-car":
        car("#a80606", steer=-16)
        road(7.5, 160, shift=1.2)
        for k in range(16):
            tree((-26 + 3.2 * k + rng.uniform(-1, 1), 10 + rng.uniform(0, 9), 0), rng.uniform(5, 8), rng, trunk, green, count=9000, leaf=0.1)
        sky("#dde6ee", "#6f9fd8", 0.8, clouds=0.6)
        sun(44, 285, 3.0)
        camera((6.2, -4.7, 1.3), (0.3, 0.0, 0.56), 68, blur=0.03, focus=(1.4, -0.7, 0.6))
        return {"exposure": -0.1}
    car("#f2b705", steer=0)
    road(9, 160, shift=1.6, lines=True)
    for k in range(14):
        tree((-30 + 4.4 * k + rng.uniform(-1, 1), 11 + rng.uniform(0, 9), 0), rng.uniform(5, 8), rng, trunk, green, count=9000, leaf=0.1)
    sky("#e8d3b8", "#7d9cc8", 0.75, clouds=0.6)
    sun(24, 235, 3.0, (1, 0.84, 0.66))
    camera((-6.4, -4.2, 1.6), (-0.22, 0.0, 0.6), 68, blur=0.03, focus=(-1.6, -0.7, 0.6), crop=(0, 0.021, 0.911))
    return {"exposure": 0.0}


if __name__ == "__main__":
    main(build, ["sports-car", "sports-car-yellow"])
