// @ts-check
/**
 * The person's own pictures in the state; keeping them in the browser is told to `keeper`.
 *
 * @typedef {import("../../state/initial.js").OwnPicture} OwnPicture
 * @typedef {import("../../state/actions.js").AppStore} AppStore
 */

/** Join the strip, or take the place of the same picture. @param {AppStore} store @param {OwnPicture} picture */
export function addOwn(store, picture) {
  const others = store.state.ownPictures.filter(({ digest }) => digest !== picture.digest);
  store.update({ ownPictures: [...others, picture] });
}

/**
 * Change the square that the network sees.
 * @param {AppStore} store
 * @param {string} digest
 * @param {OwnPicture["crop"]} crop
 */
export function setCrop(store, digest, crop) {
  store.update({
    ownPictures: store.state.ownPictures.map((picture) => (picture.digest === digest ? { ...picture, crop } : picture)),
  });
}

/**
 * Take a picture out; if it was shown, the gallery's default is shown.
 * @param {AppStore} store
 * @param {string} digest
 */
export function removeOwn(store, digest) {
  const { picture, panel, scenes } = store.state;
  const shown = picture?.source === "own" && picture.id === digest;
  const main = scenes.main && { ...scenes.main, picture: null };
  store.update({
    ownPictures: store.state.ownPictures.filter((own) => own.digest !== digest),
    ...(shown && {
      picture: null,
      scenes: { ...scenes, main },
      transform: null,
      panel: panel === "crop" ? null : panel,
    }),
  });
}

/**
 * The centred square of a picture, as the server takes it where no crop is given.
 * @param {{ width: number, height: number }} picture
 */
export function centredCrop({ width, height }) {
  const size = Math.min(width, height);
  return { x: Math.floor((width - size) / 2), y: Math.floor((height - size) / 2), size, rotate: 0 };
}
