/** Numbers and words in order: tables, key facts, notices, commands. */
import { type Html, html } from './html.js';

/** A table; the first column names the rows, the others are numbers, aligned to the right. `note` says how they are meant. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[], note?: string): Html {
  return html`<div class="wide"><table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first = '', ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((value) => html`<td>${value}</td>`)}</tr>`,
  )}</tbody></table></div>${note === undefined ? undefined : html`<p class="note">${note}</p>`}`;
}

/** A row of a table of two columns. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Names and values, one per row: what was run, and where. */
export function facts(list: readonly Fact[]): Html {
  return html`<dl class="facts">${list.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** What the reader must not miss. */
export function notice(text: string | Html): Html {
  return html`<p class="notice" role="note">${text}</p>`;
}

/** Command lines, each with what it does. */
export function commands(list: readonly { readonly command: string; readonly what: string }[]): Html {
  return html`<dl class="commands">${list.map(
    ({ command, what }) => html`<div><dt>${what}</dt><dd><code>${command}</code></dd></div>`,
  )}</dl>`;
}
