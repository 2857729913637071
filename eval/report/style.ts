/**
 * The look of reports: light and dark, narrow and wide, screen and paper. The colours of curves are those of Okabe & Ito
 * (told apart by all kinds of colour vision; lighter in the dark), and dashes tell them apart without any.
 */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #1d2125; --soft: #5b636b; --rule: #dcdfe2; --panel: #f3f4f5; --accent: #0b5f99;
  --warn: #8a4b00; --warn-panel: #fff4e2;
  --c0: #0072b2; --c1: #d55e00; --c2: #00805c; --c3: #a84a82; --c4: #6b6100; --c5: #444444;
  --c6: #2f9fd6; --c7: #b07400; --c8: #6a3d9a; --c9: #b2182b;
}
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #15181b; --ink: #e7e9eb; --soft: #a3abb3; --rule: #343a40; --panel: #1e2327; --accent: #7cc0f0;
  --warn: #ffc46b; --warn-panel: #33270f;
  --c0: #56b4e9; --c1: #f0854a; --c2: #3ecfa3; --c3: #e09cc3; --c4: #e6d84a; --c5: #c0c0c0;
  --c6: #8fd0ff; --c7: #e69f00; --c8: #b79be8; --c9: #ff8a80;
} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 0 0 .6rem; }
h3 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600; }
.lead { color: var(--soft); max-width: 46rem; margin: 0 0 1.5rem; }
section { margin: 0 0 2rem; padding-top: 1.4rem; border-top: 1px solid var(--rule); }
section > p { max-width: 46rem; margin: 0 0 1rem; }
.note { color: var(--soft); font-size: .87rem; }
.headline { font-size: 1.15rem; max-width: 46rem; }
strong { font-weight: 650; }
figure { margin: 0 0 1.4rem; break-inside: avoid; }
figcaption { color: var(--soft); font-size: .87rem; max-width: 46rem; margin-top: .3rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 0 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0 0 1rem; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; white-space: normal; }
thead th { color: var(--soft); font-size: .87rem; font-weight: 500; }
dl { margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .7rem 2rem; }
.facts dt { color: var(--soft); font-size: .87rem; }
.facts + .note { margin-top: 1.2rem; }
.commands div { margin: 0 0 .7rem; break-inside: avoid; }
.commands dt { color: var(--soft); font-size: .87rem; }
code { font: .88rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
.commands code { display: block; background: var(--panel); border-radius: 4px; padding: .4rem .7rem; white-space: pre-wrap; }
.notice { background: var(--warn-panel); color: var(--warn); border-left: 4px solid currentColor; padding: .7rem 1rem; }
.tiles, .pairs { display: grid; grid-template-columns: repeat(16, minmax(0, 1fr)); gap: 6px; }
.pair { display: flex; flex-direction: column; gap: 2px; break-inside: avoid; }
.pair span { color: var(--soft); font-size: .75rem; text-align: center; font-variant-numeric: tabular-nums; }
.tiles img, .pairs img { display: block; width: 100%; height: auto; image-rendering: pixelated; }
.curve { display: block; width: 100%; max-width: 38rem; height: auto; overflow: visible; }
.curve text { font: 12px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
.curve .legend text { fill: var(--ink); }
.curve .grid { stroke: var(--rule); fill: none; }
.curve .axis { stroke: var(--soft); fill: none; }
.curve .line { stroke: currentColor; stroke-width: 2; fill: none; stroke-linejoin: round; }
.curve .band { fill: currentColor; opacity: .18; }
.curve circle { fill: currentColor; }
.curve .s0 { color: var(--c0); }
.curve .s1 { color: var(--c1); } .curve .s1 .line { stroke-dasharray: 7 3; }
.curve .s2 { color: var(--c2); } .curve .s2 .line { stroke-dasharray: 2 3; }
.curve .s3 { color: var(--c3); } .curve .s3 .line { stroke-dasharray: 9 3 2 3; }
.curve .s4 { color: var(--c4); } .curve .s4 .line { stroke-dasharray: 4 4; }
.curve .s5 { color: var(--c5); } .curve .s5 .line { stroke-dasharray: 12 4; }
.curve .s6 { color: var(--c6); } .curve .s7 { color: var(--c7); }
.curve .s8 { color: var(--c8); } .curve .s9 { color: var(--c9); }
.curve .mark { fill: currentColor; } .curve .open .mark { fill: none; stroke: currentColor; stroke-width: 1.3; }
.curve .dim { opacity: .75; }
.curve .names text { fill: var(--ink); font-weight: 650; stroke: var(--paper); stroke-width: 3.5; paint-order: stroke; }
.curve .ref { color: var(--soft); } .curve .ref .line { stroke-width: 1.5; stroke-dasharray: 3 4; }
td small, th small { display: block; color: var(--soft); font-size: .78rem; font-weight: 400; line-height: 1.35; }
.bars { width: 100%; max-width: 46rem; }
.bars th:first-child { white-space: nowrap; }
.bars .bar { width: 100%; min-width: 6rem; padding-right: 0; }
.bars svg { display: block; width: 100%; height: 1.25rem; }
.bars path { vector-effect: non-scaling-stroke; fill: none; }
.bars .length { fill: var(--c0); fill-opacity: .5; }
.bars .reach { stroke: var(--ink); stroke-width: 1.5; }
.bars .zero { stroke: var(--soft); }
.bars .line { stroke: var(--ink); stroke-dasharray: 3 3; }
.comparison td, .comparison th { vertical-align: top; padding-right: 1.2rem; }
.comparison th:first-child { position: sticky; left: 0; background: var(--paper); }
.comparison .group th { padding-top: 1rem; font-weight: 650; }
.comparison .close { color: var(--soft); }
sup { font-size: .72em; color: var(--soft); }
.star { width: .8em; height: .8em; margin-right: .3em; vertical-align: -.03em; } .star path { fill: currentColor; }
.strips { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: .7rem 2rem; margin: 0 0 .6rem; padding: 3px; }
.strip { display: grid; gap: 4px; align-items: start; break-inside: avoid; }
.strip .end { outline: 2px solid var(--accent); outline-offset: 1px; }
.blocks { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 1rem 2rem; }
.block { display: grid; gap: 3px; align-items: center; break-inside: avoid; }
.block span { color: var(--soft); font-size: .75rem; text-align: center; font-variant-numeric: tabular-nums; }
.block .of { text-align: left; padding-right: .4rem; }
.strip img, .block img { display: block; width: 100%; height: auto; image-rendering: pixelated; }
footer { color: var(--soft); font-size: .87rem; padding-top: .5rem; padding-bottom: 2.5rem; }
@media (max-width: 30rem) {
  body { font-size: 15px; } header { padding-top: 1.5rem; }
  .few, .few thead, .few tbody { display: block; }
  .few thead tr, .few tbody tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--rule); }
  .few thead th:first-child { display: none; }
  .few thead th, .few td { flex: 1 0 0; min-width: 0; border: 0; text-align: left; white-space: normal; }
  .few tbody th { flex: 0 0 100%; border: 0; padding-bottom: 0; }
  .curve text { font-size: 13.5px; } .bars th:first-child { white-space: normal; } .bars .bar { width: 45%; } th, td { padding-right: .6rem; }
}
@media screen and (max-width: 44rem) { .tiles, .pairs { grid-template-columns: repeat(8, minmax(0, 1fr)); } }
@media print {
  :root { font-size: 10pt; } body { font-size: 1rem; background: none; } main, footer { max-width: none; padding: 0; }
  header { padding-top: 0; } section { margin-bottom: 1rem; padding-top: .8rem; } h2 { break-after: avoid; }
  .columns { grid-template-columns: 1fr 1fr; } .tiles, .pairs { gap: 3px; } .pair span { font-size: 6.5pt; }
  .comparison th:first-child { position: static; background: none; } tr { break-inside: avoid; }
  .notice, .commands code { border: 1px solid #999; } .notice { border-left-width: 4px; }
}
`;
