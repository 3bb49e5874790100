// @ts-check
/**
 * How large a class needs type to be (docs/presenting.md): from the third row a projected picture is about four
 * times as far away as it is high. Letters of 20 of its 720 lines are then seen at 17 minutes of arc, above the
 * least that ISO 9241-303 asks for (16). The page's smallest text has 12 px, so everything grows by 20/12.
 */
const LARGER = 20 / 12;
/** The window in which that is so; a projector with more pixels shows the same picture, so type grows with it. */
const ROOM = { width: 1280, height: 720 };
/** On a phone or a tablet nobody sits in a third row, but it is held by whoever speaks. */
const LEAST = 1.125;

/** How many times larger than usual type is to be. @param {{ width: number, height: number }} window */
export const textSize = ({ width, height }) =>
  Math.max(LEAST, LARGER * Math.min(width / ROOM.width, height / ROOM.height));
