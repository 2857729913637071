/** HTML as a value that is known to be escaped: text becomes HTML only through this file. */

/** A piece of HTML. Make one with `html`. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The HTML itself. */
  toString(): string {
    return this.#text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

/**
 * A template that escapes whatever is put into it, except other pieces of HTML. Lists are joined; undefined is nothing.
 *
 * ```ts
 * html`<p>${'a < b'}</p>` // <p>a &lt; b</p>
 * ```
 * Values of attributes must stand in double quotes.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => (i === 0 ? text : `${render(parts[i - 1])}${text}`)).join(''));
}

/** Pieces one after another. */
export function join(parts: readonly Part[]): Html {
  return new Html(render(parts));
}

/** JSON that may stand inside <script type="application/json">: no text in it can end the element. */
export function jsonData(data: unknown): Html {
  return new Html(JSON.stringify(data, null, 1).replace(/</g, '\\u003c'));
}

/** A style sheet or other text that this package itself wrote. */
export function trusted(text: string): Html {
  return new Html(text);
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.toString();
  return Array.isArray(part) ? part.map(render).join('') : escapeText(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
