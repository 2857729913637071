/** The building blocks of reports: self-contained, escaped, and with the numbers that were given. */
import { commands, facts, figure, html, images, notice, page, pairs, section, series, table } from '@alix/eval';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { loadsSomething } from '../fixtures/self-contained.js';

const hostile = `</script><script>alert(1)</script><img src=x onerror="x">'&`;
const size = { height: 2, width: 3, channels: 1 } as const;
const pixels = Uint8Array.from([0, 50, 100, 150, 200, 255]);

const everything = page({
  title: hostile,
  lead: hostile,
  content: [
    notice(hostile),
    section(hostile, table([hostile, 'b'], [[hostile, 0.1234]], hostile)),
    section('facts', facts([{ name: hostile, value: hostile }]), commands([{ command: hostile, what: hostile }])),
    figure({ heading: hostile, content: images([{ pixels, alt: hostile }], size), caption: hostile }),
    figure({ content: pairs([{ original: pixels, reconstruction: pixels, name: hostile, caption: hostile }], size) }),
  ],
  footer: hostile,
  data: { text: hostile, mse: 0.0123 },
});

test('hostile text is text everywhere', () => {
  // the one script element is the data, which runs nothing
  expect(everything.match(/<script/g)).toHaveLength(1);
  expect(everything.match(/<\/script>/g)).toHaveLength(1);
  expect(everything).not.toMatch(/<img src=x/);
  expect(everything.match(/<img /g)).toHaveLength(3);
  expect(everything.match(/onerror="x"/g)).toBeNull();
});

test('the data come back as they were', () => {
  const text = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(everything)?.[1] ?? '';
  expect(JSON.parse(text)).toEqual({ text: hostile, mse: 0.0123 });
});

test('the page loads nothing, and tells the browser so', () => {
  expect(loadsSomething(everything)).toEqual([]);
  expect(everything).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
});

test('the check for self-containedness sees what it must', () => {
  for (const bad of [
    '<link rel="stylesheet" href="a.css">',
    '<img src="a.png">',
    '<script src="x.js">',
    '<style>@import "a"</style>',
    '<p style="background:url(a.png)">',
    '<a href="https://example.org">x</a>',
  ])
    expect(loadsSomething(bad), bad).not.toEqual([]);
});

test('images are PNGs of the pixels', () => {
  const data = /data:image\/png;base64,([^"]+)"/.exec(`${images([{ pixels, alt: 'a' }], size)}`)?.[1] ?? '';
  expect(decodePng(Buffer.from(data, 'base64'), 'inline')).toEqual({ ...size, pixels });
});

test('a template escapes values, keeps HTML, joins lists and leaves undefined out', () => {
  expect(`${html`<p title="${'a"b'}">${['<', html`<b>`, 3]}${undefined}</p>`}`).toBe(
    '<p title="a&quot;b">&lt;<b>3</p>',
  );
});

test('metrics lines become series: by kind, in order, with gaps where a loss was not finite', () => {
  const rows = [
    { kind: 'step', step: 20, critic: 1.3, actor: 2 },
    { kind: 'epoch', step: 20, reconstruction_mse: 0.2 },
    { kind: 'step', step: 40, critic: 'NaN', actor: 1 },
  ];
  const [critic, actor] = series(rows, 'step', ['critic', 'actor'], { actor: 'the actor' });
  expect(critic).toEqual({
    name: 'critic',
    points: [
      [20, 1.3],
      [40, Number.NaN],
    ],
  });
  expect(actor?.name).toBe('the actor');
  expect(series(rows, 'epoch', ['reconstruction_mse', 'none'])).toEqual([
    { name: 'reconstruction_mse', points: [[20, 0.2]] },
    { name: 'none', points: [] },
  ]);
});
