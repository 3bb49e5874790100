// @ts-check
/** All tours to choose from: the one that comes with the page, and this server's lessons. */
import { fetchWords } from "../../api/words.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { sentence } from "../../elements/sentence.js";
import { loadStyle } from "../../elements/styles.js";
import { showDialog } from "../../elements/chrome/dialog.js";

export async function open() {
  const { api, assets, i18n } = context();
  const [words] = await Promise.all([fetchWords(assets, i18n.language, "tour"), loadStyle("tours")]);
  i18n.extend(words);
  const { t } = i18n;

  /**
   * @param {string} id
   * @param {{ text: string, language?: string }} title
   * @param {{ text: string, language?: string } | null} about
   * @param {string} note
   */
  const item = (id, title, about, note) =>
    h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "tours-item",
          "data-tour": id,
          "data-closes": true,
          ...does("start-tour", id),
        },
        h("strong", { lang: title.language ?? null }, title.text),
        about ? h("span", { lang: about.language ?? null }, about.text) : "",
        h("span", { class: "note" }, note),
      ),
    );

  const list = h(
    "ul",
    { class: "tours" },
    item("network", { text: t("tour.network.title") }, { text: t("tour.network.about") }, t("tour.lesson.built_in")),
  );
  const said = h("p", { class: "note", role: "status" }, t("tour.lesson.loading"));
  showDialog("tours", t("common.command.tour.title"), [list, said]);
  try {
    const { lessons } = await api.lessons();
    for (const { id, languages, title, about, step_count: count } of lessons) {
      const language = languages.includes(i18n.language) ? i18n.language : languages[0];
      const inWords = (/** @type {Record<string, string>} */ texts) => ({
        text: texts[language],
        ...(language === i18n.language ? {} : { language }),
      });
      list.append(
        item(id, inWords(title), language in about ? inWords(about) : null, t("tour.lesson.steps", { count })),
      );
    }
    said.remove();
  } catch (error) {
    said.textContent = sentence(i18n, /** @type {import("../../api/client.js").Problem} */ (error));
  }
}
