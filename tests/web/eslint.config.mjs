import globals from "globals";

const ours = {
  "no-undef": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
  "no-console": "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: "error",
  "no-use-before-define": "off",
  "no-constant-condition": "error",
  "no-fallthrough": "error",
  "no-self-compare": "error",
  "no-throw-literal": "error",
  "no-unreachable": "error",
  "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
  "no-useless-escape": "error",
  "no-duplicate-imports": "error",
  // Prettier breaks code; comments it leaves as they are. A text or a pattern may stand in one piece.
  "max-len": [
    "error",
    { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true, ignoreStrings: true, ignoreTemplateLiterals: true },
  ],
  // Markup enters the page through h() alone: nothing is ever parsed from a string.
  "no-restricted-properties": [
    "error",
    { property: "innerHTML", message: "Build nodes with h()." },
    { property: "outerHTML", message: "Build nodes with h()." },
    { property: "insertAdjacentHTML", message: "Build nodes with h()." },
  ],
};

export default [
  {
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2025, sourceType: "module", globals: globals.browser },
    rules: ours,
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { ecmaVersion: 2025, sourceType: "module", globals: { ...globals.node } },
    rules: ours,
  },
  // What computes and draws never touches the document: it runs in plain Node as well.
  {
    files: ["**/static/js/{core,model,draw,formula,state}/**/*.js"],
    languageOptions: { globals: { ...globals["shared-node-browser"], document: "off", window: "off" } },
    rules: { "no-restricted-globals": ["error", "document", "window", "localStorage", "fetch", "location", "history"] },
  },
];
