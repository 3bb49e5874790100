#!/bin/sh
# Render the gallery again: docs/gallery/render.sh [ID…] (all twenty without an argument).
# Needs Python 3.11 with `pip install bpy==4.2.23 pillow numpy` as $PYTHON. One picture takes one to
# five minutes on one idle core; $THREADS uses more of them.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3.11}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scene_of() { # the scene script that makes a picture: the longest name its id begins with
  for scene in lifeboat ladybug pizza bell_pepper school_bus koala espresso red_panda orange sports_car; do
    case $1 in "$(echo "$scene" | tr _ -)"*) echo "$scene" ;; esac
  done
}

if [ $# -eq 0 ]; then
  set -- lifeboat ladybug pizza bell-pepper school-bus koala espresso red-panda orange sports-car \
    lifeboat-far ladybug-yellow pizza-slice bell-pepper-orange school-bus-blue koala-sunset \
    espresso-blue-cup red-panda-grey orange-blue-light sports-car-yellow
fi
for id in "$@"; do
  scene=$(scene_of "$id")
  [ -n "$scene" ] || { echo "no scene makes '$id'; see the ids in render.sh" >&2; exit 2; }
  echo "rendering $id"
  "$python" "scenes/$scene.py" "$id" --threads "${THREADS:-1}" --out "$work/$id.png" >"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
  "$python" publish.py "$work/$id.png" "$id"
done
