/** A picture with the words that belong to it. */
import { type Html, html } from './html.js';

/** What a figure holds. */
export interface Figure {
  /** What is seen, in a few words. */
  readonly heading?: string | undefined;
  readonly content: Html;
  /** How to read it. */
  readonly caption?: string | Html | undefined;
}

/** A figure with its heading and caption. */
export function figure({ heading, content, caption }: Figure): Html {
  return html`<figure>${heading === undefined ? undefined : html`<h3>${heading}</h3>`}
${content}
${caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`}</figure>`;
}
