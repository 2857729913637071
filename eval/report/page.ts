/** The whole file: one HTML page that loads nothing and runs nothing. */
import { type Html, html, jsonData, trusted } from './html.js';
import { style } from './style.js';

/** What a page holds. */
export interface Page {
  readonly title: string;
  /** One or two sentences below the title: what this is. */
  readonly lead: string | Html;
  readonly content: readonly Html[];
  /** At the end, small: what made it and when. */
  readonly footer: string;
  /** Every number of the page for programs, as JSON in <script type="application/json" id="data">. */
  readonly data: unknown;
}

/** The text of a self-contained HTML file. Its own policy forbids the browser to load anything or to run scripts. */
export function page({ title, lead, content, footer, data }: Page): string {
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1>
<p class="lead">${lead}</p></header>
${content}
</main>
<footer>${footer}</footer>
<script type="application/json" id="data">${jsonData(data)}</script>
</body>
</html>
`}`;
}

/** A part of the page. */
export function section(heading: string, ...content: readonly Html[]): Html {
  return html`<section><h2>${heading}</h2>
${content}
</section>`;
}
