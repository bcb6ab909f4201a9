/** The text of the scenario: CodeMirror with hints from the schema, findings at their lines, and colours of the house. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/**
 * @typedef {{ line: number, text: string, warning: boolean, code: string, place: (string | number)[] }} Finding
 * @typedef {import("@codemirror/autocomplete").CompletionSource} CompletionSource
 */

/** Changes that the page made itself, to the text that was there. */
const fromPage = Annotation.define();

const THEME = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", height: "100%", fontSize: "0.875rem" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft) !important" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--surface-2) 45%, transparent)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "0" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "0.5rem", maxWidth: "26rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { padding: "0.5rem 0.75rem" },
  ".cm-hint": { padding: "0.5rem 0.75rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--alarm)" },
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text)" },
});

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.definition(tags.propertyName), color: "var(--accent)" },
  { tag: [tags.comment, tags.meta], color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

const PHRASES_ZH = {
  Find: "查找",
  Replace: "替换",
  next: "下一个",
  previous: "上一个",
  all: "全部",
  "match case": "区分大小写",
  regexp: "正则表达式",
  "by word": "整词",
  replace: "替换",
  "replace all": "全部替换",
  close: "关闭",
  "Fold line": "折叠",
  "Unfold line": "展开",
  Diagnostics: "问题",
  "No diagnostics": "没有问题",
  Completions: "提示",
};

export class SourceText {
  /**
   * @param {HTMLElement} host
   * @param {object} options
   * @param {string} options.source
   * @param {boolean} options.readOnly
   * @param {string} options.label
   * @param {CompletionSource} options.complete
   * @param {(text: string, position: number) => string} options.explain meaning of the word at a position
   * @param {(byPage: boolean) => void} options.onChange
   * @param {() => void} options.onSave
   */
  constructor(host, { source, readOnly, label, complete, explain, onChange, onSave }) {
    // In a shadow root CodeMirror's rules are constructed style sheets, which the page's policy on styles allows.
    const root = host.attachShadow({ mode: "open", delegatesFocus: true });
    const save = { key: "Mod-s", preventDefault: true, run: () => (onSave(), true) };
    const state = EditorState.create({
      doc: source,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        indentUnit.of("  "),
        yaml(),
        syntaxHighlighting(COLOURS),
        lintGutter(),
        autocompletion({ override: [complete], activateOnTyping: true }),
        hoverTooltip((view, position) => tooltip(view, position, explain)),
        keymap.of([save, ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        EditorState.readOnly.of(readOnly),
        EditorState.phrases.of(document.documentElement.lang.startsWith("zh") ? PHRASES_ZH : {}),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.transactions.some((transaction) => transaction.annotation(fromPage)));
        }),
        THEME,
      ],
    });
    this.view = new EditorView({ state, parent: root, root });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  /**
   * Another text in its place; it can be undone like any change.
   * @param {string} text
   */
  set(text) {
    this.replace(0, this.view.state.doc.length, text);
  }

  /** @param {number} from @param {number} to @param {string} insert */
  replace(from, to, insert) {
    this.view.dispatch({ changes: { from, to, insert }, annotations: fromPage.of(true) });
  }

  /** @param {Finding[]} findings */
  show(findings) {
    const doc = this.view.state.doc;
    const diagnostics = findings.map(({ line, text, warning }) => {
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
      const from = at.from + (at.text.length - at.text.trimStart().length);
      return { from: Math.min(from, at.to), to: at.to, severity: /** @type {"warning" | "error"} */ (warning ? "warning" : "error"), message: text };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  /** @param {number} line from 1 */
  goTo(line) {
    const at = this.view.state.doc.line(Math.min(Math.max(line, 1), this.view.state.doc.lines));
    this.view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
    this.view.focus();
  }
}

/**
 * @param {EditorView} view
 * @param {number} position
 * @param {(text: string, position: number) => string} explain
 */
function tooltip(view, position, explain) {
  const word = view.state.wordAt(position);
  const text = word ? explain(view.state.doc.toString(), word.to) : "";
  if (!word || !text) return null;
  return {
    pos: word.from,
    end: word.to,
    above: true,
    create() {
      const dom = document.createElement("div");
      dom.className = "cm-hint";
      dom.textContent = text;
      return { dom };
    },
  };
}
