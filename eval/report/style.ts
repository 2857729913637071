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
}
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #15181b; --ink: #e7e9eb; --soft: #a3abb3; --rule: #343a40; --panel: #1e2327; --accent: #7cc0f0;
  --warn: #ffc46b; --warn-panel: #33270f;
  --c0: #56b4e9; --c1: #f0854a; --c2: #3ecfa3; --c3: #e09cc3; --c4: #e6d84a; --c5: #c0c0c0;
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
.curve circle { fill: currentColor; }
.curve .s0 { color: var(--c0); }
.curve .s1 { color: var(--c1); } .curve .s1 .line { stroke-dasharray: 7 3; }
.curve .s2 { color: var(--c2); } .curve .s2 .line { stroke-dasharray: 2 3; }
.curve .s3 { color: var(--c3); } .curve .s3 .line { stroke-dasharray: 9 3 2 3; }
.curve .s4 { color: var(--c4); } .curve .s4 .line { stroke-dasharray: 4 4; }
.curve .s5 { color: var(--c5); } .curve .s5 .line { stroke-dasharray: 12 4; }
.curve .ref { color: var(--soft); } .curve .ref .line { stroke-width: 1.5; stroke-dasharray: 3 4; }
footer { color: var(--soft); font-size: .87rem; padding-top: .5rem; padding-bottom: 2.5rem; }
@media (max-width: 30rem) {
  body { font-size: 15px; } header { padding-top: 1.5rem; }
  .curve text { font-size: 13.5px; } th, td { padding-right: .6rem; }
}
@media screen and (max-width: 44rem) { .tiles, .pairs { grid-template-columns: repeat(8, minmax(0, 1fr)); } }
@media print {
  :root { font-size: 10pt; } body { font-size: 1rem; background: none; } main, footer { max-width: none; padding: 0; }
  header { padding-top: 0; } section { margin-bottom: 1rem; padding-top: .8rem; } h2 { break-after: avoid; }
  .columns { grid-template-columns: 1fr 1fr; } .tiles, .pairs { gap: 3px; } .pair span { font-size: 6.5pt; }
  .notice, .commands code { border: 1px solid #999; } .notice { border-left-width: 4px; }
}
`;
