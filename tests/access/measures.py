"""What axe-core does not measure: reflow, clipped and overlapping text, covered controls, text spacing, sizes of
targets and of text, motion, names of scrolled boxes.

Each is a script that runs in the page and gives a list of `[rule, selector, words]`.
"""

from __future__ import annotations

# Shared by all: a short path to an element, and the boxes of the text that can be seen.
SHARED = """
const path = (one) => {
  const own = one.id
    ? `#${one.id}`
    : one.localName +
      [...one.classList]
        .slice(0, 2)
        .map((name) => `.${name}`)
        .join("");
  const over = one.parentElement?.closest("[class], [id]");
  return over
    ? `${
        over.id
          ? `#${over.id}`
          : over.localName +
            [...over.classList]
              .slice(0, 1)
              .map((name) => `.${name}`)
              .join("")
      } ${own}`
    : own;
};
const forEars = (one) => {
  for (let up = one; up; up = up.parentElement) if (getComputedStyle(up).clipPath.includes("50%")) return true;
  return false;
};
const seen = (one) =>
  one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
  !one.closest("[inert], script, style, noscript, option, title") &&
  !forEars(one);
const modal = document.querySelector("dialog:modal");
const texts = function* () {
  const walker = document.createTreeWalker(modal ?? document.body, NodeFilter.SHOW_TEXT),
    range = document.createRange();
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    if (!node.data.trim() || !seen(element)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) yield { element, node, box };
  }
};
const found = [];
"""

# The page itself never scrolls sideways: what is wider scrolls inside a frame of its own.
SIDEWAYS = """
const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
if (over > 0) found.push(["scrolls sideways", "html", `${over} px wider than the window`]);
if (modal && modal.scrollWidth > modal.clientWidth)
  found.push(["scrolls sideways", path(modal), `${modal.scrollWidth - modal.clientWidth} px wider than itself`]);
"""

# Text that its box cuts off and that cannot be read in any other way: neither by scrolling nor in a title or a name.
CLIPPED = """
const told = (one, text) => {
  for (let up = one; up && up !== document.body; up = up.parentElement)
    if ([up.title, up.getAttribute("aria-label")].some((words) => words?.includes(text.trim()))) return true;
  return false;
};
for (const { element, node, box } of texts()) {
  if (element.closest("svg, math")) continue;
  for (let over = element; over && over !== document.documentElement; over = over.parentElement) {
    const { overflowX, overflowY, position } = getComputedStyle(over);
    const frame = over.getBoundingClientRect();
    const [left, top] = [frame.left + over.clientLeft, frame.top + over.clientTop];
    const wide = /hidden|clip/.test(overflowX) && Math.max(left - box.left, box.right - left - over.clientWidth);
    const high = /hidden|clip/.test(overflowY) && Math.max(top - box.top, box.bottom - top - over.clientHeight);
    if ((wide > 1.5 || high > 3) && over.clientWidth > 1 && !told(element, node.data)) {
      found.push([
        "text clipped",
        path(element),
        `“${node.data.trim().slice(0, 40)}” by ${Math.round(Math.max(wide, high))} px in ${path(over)}`,
      ]);
      break;
    }
    if (/auto|scroll/.test(overflowX + overflowY) || position === "fixed") break;
  }
}
"""

# Text upon text. What is pinned while other things scroll under it covers them by design.
OVERLAPPING = """
const layer = (one) => {
  for (let up = one; up; up = up.parentElement) if (/fixed|sticky/.test(getComputedStyle(up).position)) return up;
  return null;
};
// What is left of a box of text inside the boxes that cut it off, and without the blank after its last letter.
const shown = (one, box) => {
  let { left, top, right, bottom } = box;
  right -= parseFloat(getComputedStyle(one).letterSpacing) || 0;
  for (let over = one; over && over !== document.documentElement; over = over.parentElement) {
    const { overflowX, overflowY, display } = getComputedStyle(over);
    if ((overflowX === "visible" && overflowY === "visible") || display === "inline") continue;
    const frame = over.getBoundingClientRect();
    [left, top, right, bottom] = [
      Math.max(left, frame.left),
      Math.max(top, frame.top),
      Math.min(right, frame.right),
      Math.min(bottom, frame.bottom),
    ];
  }
  return { left, top, right, bottom };
};
const all = [...texts()]
  .filter(({ element }) => !element.closest("math, svg"))
  .map(({ element, node, box }) => ({ element, node, box: shown(element, box), layer: layer(element) }))
  .filter(({ box }) => box.right > box.left && box.bottom > box.top)
  .sort((a, b) => a.box.top - b.box.top);
for (let i = 0; i < all.length; i++) {
  for (let j = i + 1; j < all.length && all[j].box.top < all[i].box.bottom - 4; j++) {
    const [a, b] = [all[i], all[j]];
    if (a.element === b.element || a.layer !== b.layer) continue;
    const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left),
      high = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
    if (wide > 3 && high > 5)
      found.push([
        "text overlaps",
        path(a.element),
        `“${a.node.data.trim().slice(0, 30)}” and “${b.node.data.trim().slice(0, 30)}” in ${path(b.element)}`,
      ]);
  }
}
"""

# 24 px both ways (WCAG 2.5.8 without its exception for spacing); links in running text may be as high as it is.
TARGETS = """
for (const one of (modal ?? document).querySelectorAll(
  "button, select, summary, input, textarea, a[href], [role=slider], [tabindex='0'][role=application]",
)) {
  if (!seen(one) || (one.localName === "a" && getComputedStyle(one).display === "inline")) continue;
  // A label around a control is its target, and so is a file control's own button.
  let box = (one.closest("label") ?? one).getBoundingClientRect();
  const after = getComputedStyle(one, "::after");
  if (after.content !== "none" && after.position === "absolute")
    box = {
      width: Math.max(box.width, parseFloat(after.width)),
      height: Math.max(box.height, parseFloat(after.height)),
    };
  if (box.width > 0 && (box.width < 23.9 || box.height < 23.9))
    found.push(["target below 24 px", path(one), `${box.width.toFixed(1)} × ${box.height.toFixed(1)}`]);
}
"""

# Nothing below 12 px but exponents and what stands inside formulae.
SMALL_TEXT = """
for (const { element, node } of texts()) {
  if (element.closest("math, svg, sub, sup")) continue;
  const size = parseFloat(getComputedStyle(element).fontSize);
  if (size < 12) found.push(["text below 12 px", path(element), `“${node.data.trim().slice(0, 30)}” ${size} px`]);
}
"""

# Where motion is not wanted, nothing runs and nothing would.
MOTION = """
for (const one of document.getAnimations())
  if (one.playState === "running")
    found.push(["moves", path(one.effect.target), one.animationName ?? one.transitionProperty ?? "animation"]);
for (const one of document.body.querySelectorAll("*")) {
  const { transitionDuration, animationName, animationDuration, scrollBehavior } = getComputedStyle(one);
  if (/[1-9]/.test(transitionDuration)) found.push(["would move", path(one), `transition of ${transitionDuration}`]);
  if (animationName !== "none" && /[1-9]/.test(animationDuration))
    found.push(["would move", path(one), `animation ${animationName}`]);
  if (scrollBehavior === "smooth") found.push(["would move", path(one), "scrolls smoothly"]);
}
"""

# A box that scrolls is reached by Tab, itself or something in it; where it is a stop of its own it says what it is.
SCROLLED = """
for (const one of (modal ?? document).querySelectorAll("*")) {
  if (!seen(one) || one.localName === "textarea" || one.localName === "select") continue;
  const { overflowX, overflowY } = getComputedStyle(one);
  const scrolls =
    (/auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth + 1) ||
    (/auto|scroll/.test(overflowY) && one.scrollHeight > one.clientHeight + 1);
  if (!scrolls || one === document.documentElement || one === document.body) continue;
  const stop = one.tabIndex >= 0 && one.matches("[tabindex]");
  const within = [...one.querySelectorAll("button, a[href], input, select, textarea, summary, [tabindex='0']")].some(
    (child) => seen(child) && !child.disabled,
  );
  if (!stop && !within) found.push(["scrolled box out of reach", path(one), "no stop of the Tab key"]);
  if (
    stop &&
    !one.getAttribute("aria-label") &&
    !one.getAttribute("aria-labelledby") &&
    !["article", "pre"].includes(one.localName)
  )
    found.push(["scrolled box without a name", path(one), one.outerHTML.slice(0, 80)]);
}
"""

# What the focus comes to is not under something pinned (WCAG 2.4.11), nor under something else: of five points of a
# control three are its own; of one that hardly fits into the window, one is. Some come to the front only with the
# focus, and the words of a tour make way for it.
COVERED = """
const [scrolled, focused] = [
  [...document.querySelectorAll("*")].map((one) => [one, one.scrollLeft, one.scrollTop]),
  document.activeElement,
];
const coverOf = (target) => {
  target.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  const box = target.getClientRects()[0];
  if (!box || box.width < 2) return null;
  const [left, top, right, bottom] = [
    Math.max(0, box.left),
    Math.max(0, box.top),
    Math.min(innerWidth, box.right),
    Math.min(innerHeight, box.bottom),
  ];
  const upon = [
    [0.5, 0.5],
    [0.2, 0.2],
    [0.8, 0.2],
    [0.2, 0.8],
    [0.8, 0.8],
  ].map(([x, y]) => document.elementFromPoint(left + x * (right - left), top + y * (bottom - top)));
  const others = upon.filter((at) => !target.contains(at));
  return others.length <= (box.height > innerHeight / 3 ? 4 : 2)
    ? null
    : others[0]
      ? path(others[0])
      : "the window's edge";
};
for (const one of (modal ?? document).querySelectorAll(
  "button, select, summary, input, textarea, a[href], [tabindex='0']",
)) {
  const target = one.closest("label") ?? one;
  if (
    !seen(one) ||
    one.matches(":disabled, .skip") ||
    getComputedStyle(target).pointerEvents === "none" ||
    !coverOf(target)
  )
    continue;
  one.focus({ preventScroll: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const cover = coverOf(target);
  if (cover)
    found.push([
      "control covered",
      path(one),
      `“${(one.ariaLabel ?? one.textContent).trim().slice(0, 30)}” by ${cover}`,
    ]);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}
for (const [one, left, top] of scrolled)
  if (one.scrollLeft !== left || one.scrollTop !== top) one.scrollTo({ left, top, behavior: "instant" });
"""

# WCAG 1.4.12, by a style sheet that the page's policy allows.
SPACING_ON = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }" +
      "p { margin-bottom: 2em !important; }",
  );
  document.adoptedStyleSheets = [sheet];
}"""
SPACING_OFF = "() => { document.adoptedStyleSheets = []; }"

EVERYWHERE = (SIDEWAYS, CLIPPED, OVERLAPPING, TARGETS, SMALL_TEXT, MOTION, SCROLLED, COVERED)
SPACED = (SIDEWAYS,)


def script(*parts: str) -> str:
    return (
        "async () => {"
        + SHARED
        + "".join(f"{{{part}}}" for part in parts)
        + "return [...new Map(found.map((one) => [one.join(), one])).values()]; }"
    )
