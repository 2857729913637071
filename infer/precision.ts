/** The precisions of a bundle: which there are, in which files, and what each one's golden pairs are. */
import { type Bundle, type GraphName, type Precision, precisions, variantsOf } from './bundle.js';
import { AlixError } from './io/errors.js';

export { type Precision, precisions };

/** Every precision that a bundle can run in, its own first. */
export const precisionsOf = (bundle: Bundle): readonly Precision[] => [
  bundle.precision,
  ...variantsOf(bundle).map(([name]) => name),
];

/**
 * The precision to run: the bundle's own unless one is asked for.
 *
 * @throws AlixError 'no-precision' naming those there are
 */
export function choosePrecision(bundle: Bundle, wanted: Precision = bundle.precision): Precision {
  if (!precisions.includes(wanted))
    throw new AlixError('bad-option', 'no such precision', { expected: precisions.join(', '), found: `${wanted}` });
  const there = precisionsOf(bundle);
  if (there.includes(wanted)) return wanted;
  throw new AlixError('no-precision', `this model has no ${wanted} graphs`, {
    where: bundle.name,
    found: there.join(', '),
    remedy: `ask for one of those, or export it with --precision ${[...there, wanted].join(',')}`,
  });
}

/** The graph whose file gives what this one puts out: itself, unless model.json says that it lies within another. */
export const holderOf = (
  { within = {} }: { within?: Readonly<Partial<Record<GraphName, GraphName>>> | undefined },
  graph: GraphName,
): GraphName => within[graph] ?? graph;

/** The file of a graph in a precision: encoder.onnx in the bundle's own, encoder.int8.onnx in another. */
export const fileOf = (bundle: Pick<Bundle, 'precision' | 'within'>, graph: GraphName, precision: Precision): string =>
  `${holderOf(bundle, graph)}${precision === bundle.precision ? '' : `.${precision}`}.onnx`;

/** The golden pairs that a runtime's self-test of a precision goes by. */
export function goldenOf(bundle: Bundle, precision: Precision): Bundle['golden'] {
  const own = bundle.variants?.[precision]?.golden;
  return precision === bundle.precision || !own ? bundle.golden : { ...bundle.golden, ...own };
}
