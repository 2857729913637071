/** pca: the codes in the plane of their two principal components, to look at. */
import { type FeatureSample, sampledFeatures } from '../../feature-sample.js';
import { featureStatistics } from '../../feature-statistics.js';
import { principalComponents, project } from '../../principal-components.js';
import { figure, type PointGroup, scatter } from '../../report.js';
import { type Measure, ofImages } from '../measure.js';
import { type Store, sampleStore } from '../store.js';

/** Codes that are drawn, at most: chosen by the images' hashes, so that any cut and order of the images draws the same. */
const MOST = 2000;
/** Groups that a reader can tell apart. */
const GROUPS = 10;

interface Result {
  /** Codes drawn, and of how many images they were chosen. */
  readonly n: number;
  readonly of: number;
  /** Of the variance of all units, along each component. */
  readonly shares: readonly number[];
  /** [n] each, to four digits. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** [n] class numbers, where the data have classes. */
  readonly labels?: readonly number[];
}

export const pca: Measure = {
  name: 'pca',
  summary: 'mean codes in the plane of their two principal components, a picture',
  open({ model, images }) {
    const d = model.latent.size;
    const isLabelled = images.labels !== undefined;
    const encoded = ofImages('pca-codes', labelledStore(d), async (batch) => ({
      codes: (await batch.codes()).mean,
      labels: batch.labels,
    }));
    return {
      recorders: [encoded],
      results: {
        pca(recorded): Result {
          const sample = recorded.of(encoded);
          const codes = sampledFeatures(sample);
          const n = sample.keys.length;
          const found = principalComponents(featureStatistics(codes), 2);
          const places = project(codes, found);
          const along = (at: number) =>
            Array.from({ length: n }, (_, i) => (at < found.k ? Number(places[i * found.k + at]!.toPrecision(4)) : 0));
          const labels = isLabelled ? sample.keys.map(labelOf) : undefined;
          const shares = Array.from(found.shares, (share) => Number(share.toPrecision(4)));
          return { n, of: sample.seen, shares, x: along(0), y: along(1), ...(labels && { labels }) };
        },
      },
      conventions: { pca: `mean codes of ${MOST} images at most, chosen by their hashes, not scaled` },
    };
  },
  rows: () => [],
  figures({ pca: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { n, of, shares } = found;
    const [first = 0, second = 0] = shares;
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    const groups = groupsOf(found);
    const content = figure({
      heading: 'Codes in a plane',
      content: scatter({
        title: 'codes in the plane of their two principal components',
        xLabel: `first component, ${percent(first)} of the variance`,
        yLabel: `second component, ${percent(second)}`,
        groups,
        sameScale: true,
      }),
      caption: `The mean codes of ${n === of ? `all ${n}` : `${n} of ${of}`} images${
        groups.length > 1 ? ', by class' : ''
      }. The plane shows ${percent(first + second)} of their variance: what lies apart here is apart, what lies together may not be.`,
    });
    return [{ group: 'codes', content }];
  },
};

function groupsOf({ x, y, labels }: Result): PointGroup[] {
  const points = x.map((value, i) => [value, y[i]!] as const);
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  if (!labels || classes.length < 2 || classes.length > GROUPS) return [{ name: 'codes', points }];
  return classes.map((label) => ({
    name: `${label}`,
    points: points.filter((_, i) => labels[i] === label),
  }));
}

interface Labelled {
  readonly codes: Float32Array;
  readonly labels: ArrayLike<number> | undefined;
}

/** Codes whose keys end in the class number, so that a sample of them knows their classes. */
function labelledStore(d: number): Store<Labelled, FeatureSample> {
  const codes = sampleStore(d, MOST);
  return {
    ...codes,
    start() {
      const started = codes.start();
      const add = ({ codes: rows, labels }: Labelled, keys: readonly string[]) =>
        started.add(rows, labels ? keys.map((key, i) => `${key} ${labels[i]}`) : keys);
      return { add, state: () => started.state() };
    },
  };
}

const labelOf = (key: string) => Number(key.slice(key.lastIndexOf(' ') + 1));
