"""What all scenes of the gallery share: a clean stage, materials, shapes, light, camera, render.

Units are arbitrary but consistent within one scene; z is up. Colours are linear RGB. Every
random choice takes an explicit generator, so a scene renders the same on every machine.
Needs the ``bpy`` wheel (Blender 4.2 as a Python module), Cycles on the CPU.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

Colour = Sequence[float]


# --- stage -------------------------------------------------------------------------------------


def clear_stage() -> None:
    """Start from an empty file: nothing of a person's own Blender settings takes part."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True


def srgb(code: str) -> tuple[float, float, float, float]:
    """Turn ``"#rrggbb"`` as one picks it from a photograph into linear RGBA."""
    values = [int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return (r, g, b, 1.0)


# --- materials ---------------------------------------------------------------------------------


class Graph:
    """A node tree written as expressions: each method adds a node and returns its output."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def node(self, kind: str, inputs: dict[Any, Any] | None = None, **settings: Any) -> Any:
        """Add a node; an input is a number, a colour, or another node's output."""
        node = self.tree.nodes.new(kind)
        for key, value in settings.items():
            setattr(node, key, value)
        for key, value in (inputs or {}).items():
            self.put(node.inputs[key], value)
        return node

    def put(self, socket: Any, value: Any) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, str):
            socket.default_value = srgb(value)
        else:
            socket.default_value = value

    def where(self, space: str = "Object") -> Any:
        """Position on the object, in its own coordinates (Object) or its box (Generated)."""
        return self.node("ShaderNodeTexCoord").outputs[space]

    def scaled(self, vector: Any, scale: Sequence[float], rotation: Sequence[float] = (0, 0, 0)) -> Any:
        return self.node("ShaderNodeMapping", {"Vector": vector, "Scale": scale, "Rotation": rotation}).outputs[0]

    def noise(self, scale: float, *, vector: Any = None, detail: float = 4, rough: float = 0.5, bend: float = 0) -> Any:
        inputs = {"Scale": scale, "Detail": detail, "Roughness": rough, "Distortion": bend}
        inputs["Vector"] = self.where() if vector is None else vector
        return self.node("ShaderNodeTexNoise", inputs).outputs["Fac"]

    def cells(self, scale: float, *, vector: Any = None, feature: str = "F1", output: str = "Distance") -> Any:
        inputs = {"Scale": scale, "Vector": self.where() if vector is None else vector}
        return self.node("ShaderNodeTexVoronoi", inputs, feature=feature).outputs[output]

    def ramp(self, factor: Any, stops: Sequence[tuple[float, Any]]) -> Any:
        """Map 0…1 to colours; stops are (position, colour)."""
        node = self.node("ShaderNodeValToRGB", {"Fac": factor})
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position = position
            element.color = srgb(colour) if isinstance(colour, str) else colour
        return node.outputs["Color"]

    def grey(self, factor: Any, low: float, high: float, a: float = 0, b: float = 1) -> Any:
        """Map low…high to a…b, clamped."""
        inputs = {"Value": factor, "From Min": low, "From Max": high, "To Min": a, "To Max": b}
        return self.node("ShaderNodeMapRange", inputs).outputs[0]

    def mix(self, factor: Any, a: Any, b: Any, blend: str = "MIX") -> Any:
        node = self.node("ShaderNodeMix", data_type="RGBA", blend_type=blend)
        for index, value in ((0, factor), (6, a), (7, b)):
            self.put(node.inputs[index], value)
        return node.outputs[2]

    def math(self, operation: str, a: Any, b: Any = 0.0) -> Any:
        return self.node("ShaderNodeMath", {0: a, 1: b}, operation=operation).outputs[0]

    def split(self, vector: Any) -> Any:
        return self.node("ShaderNodeSeparateXYZ", {0: vector}).outputs

    def bump(self, height: Any, strength: float = 0.5, distance: float = 0.05, normal: Any = None) -> Any:
        inputs = {"Height": height, "Strength": strength, "Distance": distance}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("ShaderNodeBump", inputs).outputs[0]

    def attribute(self, name: str) -> Any:
        return self.node("ShaderNodeAttribute", attribute_name=name).outputs["Color"]


SHORT = {
    "colour": "Base Color", "rough": "Roughness", "metal": "Metallic", "ior": "IOR", "normal": "Normal",
    "coat": "Coat Weight", "coat_rough": "Coat Roughness", "sheen": "Sheen Weight", "sss": "Subsurface Weight",
    "sss_radius": "Subsurface Radius", "sss_scale": "Subsurface Scale", "glass": "Transmission Weight",
    "specular": "Specular IOR Level", "emit": "Emission Color", "emit_strength": "Emission Strength",
    "alpha": "Alpha",
}  # fmt: skip


def material(name: str, make: Callable[[Graph], dict[str, Any]] | None = None, **values: Any) -> Any:
    """A principled material; ``make`` may return inputs that are computed by nodes."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    graph = Graph(made.node_tree)
    shader = made.node_tree.nodes["Principled BSDF"]
    for key, value in {**values, **(make(graph) if make else {})}.items():
        graph.put(shader.inputs[SHORT[key]], value)
    return made


def wood(dark: str = "#3a1d0d", light: str = "#8a5a33", *, planks: float = 0.9, along: str = "y") -> Any:
    """A varnished table of planks along y (or x): rings stretched along the grain, darker joints."""

    def make(g: Graph) -> dict[str, Any]:
        place = g.where() if along == "y" else g.scaled(g.where(), (1, 1, 1), (0, 0, math.pi / 2))
        across = g.split(place)[0]
        plank = g.math("FLOOR", g.math("DIVIDE", across, planks))
        shift = g.math("MULTIPLY", plank, 7.3)
        moved = g.node("ShaderNodeCombineXYZ", {0: across, 1: g.math("ADD", g.split(place)[1], shift), 2: shift}).outputs[0]
        grain = g.noise(1.2, vector=g.scaled(moved, (5, 0.35, 1)), detail=8, rough=0.6, bend=1.2)
        fine = g.noise(3, vector=g.scaled(moved, (40, 0.6, 1)), detail=3)
        tone = g.ramp(g.math("ADD", g.math("MULTIPLY", grain, 0.75), g.math("MULTIPLY", fine, 0.25)), [(0.3, dark), (0.7, light)])
        each = g.node("ShaderNodeTexWhiteNoise", {"W": plank}, noise_dimensions="1D").outputs[0]
        tone = g.mix(0.35, tone, g.ramp(each, [(0, dark), (1, light)]))
        edge = g.math("PINGPONG", across, planks / 2)
        joint = g.grey(edge, 0.0, 0.02)
        tone = g.mix(joint, "#120904", tone)
        height = g.math("ADD", g.math("MULTIPLY", fine, 0.4), joint)
        return {"colour": tone, "rough": g.grey(grain, 0.3, 0.7, 0.3, 0.5), "normal": g.bump(height, 0.35, 0.02)}

    return material("wood", make, coat=0.15, coat_rough=0.2)


# --- shapes ------------------------------------------------------------------------------------


def mesh(name: str, points: Any, faces: Sequence[Sequence[int]], coat: Any = None, *, smooth: bool = True, subdivide: int = 0) -> Any:
    """An object from vertices and faces, smooth-shaded, optionally Catmull–Clark subdivided."""
    data = bpy.data.meshes.new(name)
    data.from_pydata([tuple(map(float, p)) for p in points], [], [tuple(map(int, f)) for f in faces])
    data.update()
    data.shade_smooth() if smooth else data.shade_flat()
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    if coat:
        data.materials.append(coat)
    if subdivide:
        modifier = thing.modifiers.new("subdivide", "SUBSURF")
        modifier.levels = modifier.render_levels = subdivide
    return thing


def place(thing: Any, at: Sequence[float] = (0, 0, 0), turn: Sequence[float] = (0, 0, 0), scale: Any = 1) -> Any:
    """Move, turn (Euler angles in degrees) and scale an object."""
    thing.location = at
    thing.rotation_euler = [math.radians(a) for a in turn]
    thing.scale = (scale,) * 3 if isinstance(scale, int | float) else scale
    return thing


def surface(name: str, u: int, v: int, at: Callable[[Any, Any], Any], coat: Any = None, *, closed: bool = False, **more: Any) -> Any:
    """A sheet of u×v points from ``at(s, t)`` on arrays in 0…1; ``closed`` joins the ends in s."""
    s, t = np.meshgrid(np.linspace(0, 1, u, endpoint=not closed), np.linspace(0, 1, v), indexing="ij")
    points = np.stack(np.broadcast_arrays(*at(s, t)), axis=-1).reshape(-1, 3)
    rows = u if closed else u - 1
    faces = [(i * v + j, (i + 1) % u * v + j, (i + 1) % u * v + j + 1, i * v + j + 1) for i in range(rows) for j in range(v - 1)]
    return mesh(name, points, faces, coat, **more)


def lathe(name: str, profile: Sequence[tuple[float, float]], coat: Any = None, *, steps: int = 96, **more: Any) -> Any:
    """Turn a profile of (radius, height) around z."""
    r, z = np.array(profile).T
    turn = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    points = np.stack([np.outer(np.cos(turn), r), np.outer(np.sin(turn), r), np.tile(z, (steps, 1))], -1).reshape(-1, 3)
    n = len(r)
    faces = [(i * n + j, (i + 1) % steps * n + j, (i + 1) % steps * n + j + 1, i * n + j + 1) for i in range(steps) for j in range(n - 1)]
    return mesh(name, points, faces, coat, **more)


def smooth_line(points: Sequence[Sequence[float]], count: int) -> Any:
    """Catmull–Rom through the points, ``count`` samples."""
    p = np.asarray(points, float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, len(p) - 3 - 1e-9, count)
    k = t.astype(int)
    f = (t - k)[:, None]
    a, b, c, d = p[k], p[k + 1], p[k + 2], p[k + 3]
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


def tube(name: str, path: Sequence[Sequence[float]], radius: float | Sequence[float], coat: Any = None, *, steps: int = 24) -> Any:
    """A round tube through the points; ``radius`` may change along it."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions = "3D"
    line = smooth_line(path, steps) if len(path) > 2 else np.asarray(path, float)
    spline = curve.splines.new("POLY")
    spline.points.add(len(line) - 1)
    spline.points.foreach_set("co", np.c_[line, np.ones(len(line))].astype(np.float32).ravel())
    sizes = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, np.size(radius)), np.atleast_1d(radius))
    spline.points.foreach_set("radius", sizes.astype(np.float32))
    spline.use_smooth = True
    curve.bevel_depth, curve.bevel_resolution, curve.use_fill_caps = 1.0, 5, True
    thing = bpy.data.objects.new(name, curve)
    bpy.context.collection.objects.link(thing)
    if coat:
        curve.materials.append(coat)
    return thing


def box(name: str, size: Sequence[float], at: Sequence[float], coat: Any = None, *, bevel: float = 0.0, segments: int = 3) -> Any:
    """A box by its full size and centre, its edges rounded by ``bevel``."""
    x, y, z = (v / 2 for v in size)
    corners = [(a, b, c) for a in (-x, x) for b in (-y, y) for c in (-z, z)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    thing = mesh(name, corners, faces, coat, smooth=bool(bevel))
    if bevel:
        modifier = thing.modifiers.new("bevel", "BEVEL")
        modifier.width, modifier.segments, modifier.harden_normals = bevel, segments, True
    return place(thing, at)


def ball(name: str, radius: float | Sequence[float], at: Sequence[float], coat: Any = None, turn: Sequence[float] = (0, 0, 0)) -> Any:
    """An ellipsoid."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32)
    thing = bpy.context.object
    thing.name = name
    thing.data.shade_smooth()
    if coat:
        thing.data.materials.append(coat)
    return place(thing, at, turn, radius)


def plane(name: str, size: float, coat: Any = None, at: Sequence[float] = (0, 0, 0), turn: Sequence[float] = (0, 0, 0)) -> Any:
    h = size / 2
    return place(mesh(name, [(-h, -h, 0), (h, -h, 0), (h, h, 0), (-h, h, 0)], [(0, 1, 2, 3)], coat), at, turn)


def fused(name: str, parts: Sequence[Any], coat: Any = None, *, voxel: float = 0.05, smooth: int = 8) -> Any:
    """Melt several solids into one skin (voxel remesh, then smoothing): bodies of animals."""
    bpy.ops.object.select_all(action="DESELECT")
    for part in parts:
        part.select_set(True)
    bpy.context.view_layer.objects.active = parts[0]
    bpy.ops.object.join()
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    whole = bpy.context.object
    whole.name = name
    for kind, settings in (("REMESH", {"mode": "VOXEL", "voxel_size": voxel}), ("SMOOTH", {"factor": 0.5, "iterations": smooth})):
        modifier = whole.modifiers.new(kind, kind)
        for key, value in settings.items():
            setattr(modifier, key, value)
        bpy.ops.object.modifier_apply(modifier=modifier.name)
    whole.data.materials.clear()
    whole.data.shade_smooth()
    if coat:
        whole.data.materials.append(coat)
    return whole


# --- strands: fur, grass -----------------------------------------------------------------------


def scatter(thing: Any, count: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Points spread evenly over a mesh in its world place: (count, 3) positions and normals."""
    bpy.context.view_layer.update()
    data = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    data.calc_loop_triangles()
    points = np.empty(len(data.vertices) * 3, np.float32)
    normals = np.empty_like(points)
    corners = np.empty(len(data.loop_triangles) * 3, np.int32)
    data.vertices.foreach_get("co", points)
    data.vertices.foreach_get("normal", normals)
    data.loop_triangles.foreach_get("vertices", corners)
    world = np.array(thing.matrix_world)
    points = points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
    normals = normals.reshape(-1, 3) @ np.linalg.inv(world[:3, :3])
    corners = corners.reshape(-1, 3)
    a, b, c = (points[corners[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    chosen = corners[rng.choice(len(corners), count, p=area / area.sum())]
    u, v = rng.random((2, count, 1))
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    at = (1 - u - v) * points[chosen[:, 0]] + u * points[chosen[:, 1]] + v * points[chosen[:, 2]]
    normal = (1 - u - v) * normals[chosen[:, 0]] + u * normals[chosen[:, 1]] + v * normals[chosen[:, 2]]
    return at, normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)


def strands(name: str, roots: Any, tips: Any, bend: Any, thickness: Any, colours: Any, coat: Any, *, knots: int = 5) -> Any:
    """Hair from root to tip, bowed by ``bend``, tapering; ``colours`` (n, 3) or (n, knots, 3) linear."""
    n = len(roots)
    t = np.linspace(0, 1, knots)[None, :, None]
    path = roots[:, None] * (1 - t) + tips[:, None] * t + bend[:, None] * (4 * t * (1 - t))
    hair = bpy.data.hair_curves.new(name)
    hair.add_curves([knots] * n)
    hair.attributes["position"].data.foreach_set("vector", path.astype(np.float32).ravel())
    taper = np.linspace(1, 0.15, knots)[None] * np.broadcast_to(np.asarray(thickness, float), (n,))[:, None]
    hair.attributes.new("radius", "FLOAT", "POINT").data.foreach_set("value", taper.astype(np.float32).ravel())
    colours = np.broadcast_to(colours[:, None] if colours.ndim == 2 else colours, (n, knots, 3))
    rgba = np.concatenate([colours, np.ones((n, knots, 1))], -1)
    hair.attributes.new("tint", "FLOAT_COLOR", "POINT").data.foreach_set("color", rgba.astype(np.float32).ravel())
    hair.materials.append(coat)
    thing = bpy.data.objects.new(name, hair)
    bpy.context.collection.objects.link(thing)
    return thing


def soft_noise(points: Any, scale: float, seed: int) -> Any:
    """Smooth noise in −1…1 for each of (n, 3) points: a few random plane waves."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(0, scale, (12, 3))
    return np.sin(points @ waves.T + rng.uniform(0, 2 * np.pi, 12)).mean(axis=1) * 2.2


# --- light, camera, picture --------------------------------------------------------------------


def lamp(at: Sequence[float], towards: Sequence[float], power: float, size: float, colour: Colour = (1, 1, 1)) -> Any:
    """A soft square light."""
    data = bpy.data.lights.new("lamp", "AREA")
    data.energy, data.size, data.color = power, size, colour
    thing = bpy.data.objects.new("lamp", data)
    bpy.context.collection.objects.link(thing)
    thing.location = at
    thing.rotation_euler = (Vector(towards) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    return thing


def sun(height: float, direction: float, strength: float, colour: Colour = (1, 0.95, 0.86), softness: float = 0.6) -> Any:
    """Sunlight from a compass direction (degrees, counted from +x to +y), ``height`` above the horizon."""
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.angle, data.color = strength, math.radians(softness), colour
    thing = bpy.data.objects.new("sun", data)
    bpy.context.collection.objects.link(thing)
    thing.rotation_euler = (math.radians(90 - height), 0, math.radians(direction + 90))
    return thing


def sky(low: Any, high: Any, strength: float = 1.0, *, clouds: float = 0.0, reach: float = 0.5) -> None:
    """A sky from horizon colour to zenith colour, with soft clouds where wanted."""
    g = Graph(bpy.context.scene.world.node_tree)
    direction = g.where("Generated")
    up = g.split(direction)[2]
    colour = g.ramp(g.grey(up, -0.02, reach), [(0, low), (1, high)])
    if clouds:
        vector = g.scaled(direction, (1, 1, 3.2))
        cover = g.grey(g.noise(2.2, vector=vector, detail=10, rough=0.58), 0.62 - 0.25 * clouds, 0.8 - 0.15 * clouds)
        shade = g.ramp(g.noise(3.1, vector=vector, detail=8), [(0.3, "#a9b3bf"), (0.6, "#ffffff")])
        colour = g.mix(cover, colour, shade)
    g.put(g.tree.nodes["Background"].inputs["Color"], colour)
    g.tree.nodes["Background"].inputs["Strength"].default_value = strength


def camera(
    at: Sequence[float],
    target: Sequence[float],
    lens: float = 50,
    *,
    blur: float = 0,
    focus: Sequence[float] | None = None,
    crop: tuple[float, float, float] = (0, 0, 1),
) -> Any:
    """A camera looking at ``target``; ``blur`` is the aperture's radius in scene units.

    ``crop`` keeps a square of the frame, (left, top, side) as shares of it: a longer lens with its
    axis shifted, which gives the very picture that cutting the full frame would give.
    """
    left, top, side = crop
    data = bpy.data.cameras.new("camera")
    thing = bpy.data.objects.new("camera", data)
    bpy.context.collection.objects.link(thing)
    thing.location = at
    thing.rotation_euler = (Vector(target) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    data.lens, data.clip_end = lens / side, 5000
    data.shift_x, data.shift_y = (left + side / 2 - 0.5) / side, (0.5 - top - side / 2) / side
    if blur:
        data.dof.use_dof = True
        data.dof.focus_distance = (Vector(focus or target) - Vector(at)).length
        data.dof.aperture_fstop = data.lens / 1000 / (2 * blur)
    bpy.context.scene.camera = thing
    return thing


def render(path: Path, size: int, samples: int, threads: int, look: dict[str, Any]) -> None:
    """Path-trace the stage with denoising and write a PNG."""
    scene = bpy.context.scene
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.02
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.max_bounces = 6
    scene.cycles.sample_clamp_indirect = 6
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.filepath = str(path)
    scene.view_settings.view_transform = look.get("view", "Filmic")
    scene.view_settings.look = look.get("contrast", "High Contrast")
    scene.view_settings.exposure = look.get("exposure", 0.0)
    scene.render.image_settings.color_mode = "BW" if look.get("grey") else "RGB"
    bpy.ops.render.render(write_still=True)


def main(build: Callable[[str], dict[str, Any] | None], variants: Sequence[str]) -> None:
    """Command line of a scene: ``scene.py VARIANT --out picture.png``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=variants)
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--samples", type=int, default=48)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(sys.argv[1:])
    clear_stage()
    look = build(given.variant) or {}
    render(given.out.resolve(), given.size, given.samples, given.threads, look)
