// @ts-check
/** Put text on the clipboard; false where the browser does not allow it. @param {string} text */
export async function copyText(text) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // refused: try the older way
  }
  // The asynchronous clipboard exists on secure origins only, and a classroom's server is often plain HTTP.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
