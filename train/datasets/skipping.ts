/** Images that cannot be read, left out of data sets where that is asked for. */
import { AlixError } from '@alix/infer/io/errors';
import type { Split } from './dataset.js';

/** An image that was left out, and why. Plain data: run.json and report.json hold such lists. */
export interface SkippedImage {
  readonly split: Split;
  /** Below the data set's folder; of a tar archive its file name, ':' and the name in it. */
  readonly name: string;
  /** Of the error: 'bad-image', 'wrong-size', ... */
  readonly code: string;
  readonly message: string;
}

export interface SkipOptions {
  /** One more than this ends it. Default: no limit. */
  readonly maxErrors?: number | undefined;
  /**
   * What was left out when the data were first opened: these alone are left out again, and no image is decoded to find more, so that a run
   * that goes on has the rows that it began with.
   */
  readonly known?: readonly SkippedImage[] | undefined;
  /** False: only what opening looks at anyway (heads, lengths) is looked at. */
  readonly decodes?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told in words where decoding all images takes long enough to be told of. */
  readonly onEvent?: ((line: string) => void) | undefined;
}

/** What is no fault of one image: the next would fail in the same way. */
const GENERAL = new Set(['interrupted', 'no-sharp', 'too-many-files', 'out-of-memory', 'bad-data', 'too-many-errors']);

/** What the opening of one split is told of images that cannot be read. */
export interface SplitSkipping {
  readonly options: SkipOptions;
  /** Left out of this split so far. */
  readonly skipped: readonly SkippedImage[];
  /** Whether it is among `options.known`. */
  isKnown(name: string): boolean;
  /**
   * Takes down that an image is left out.
   *
   * @throws what is no fault of the image; AlixError 'too-many-errors' where it is one too many
   */
  add(name: string, error: unknown): void;
}

/** One for all data sets of a job, which share the limit. */
export class Skipping {
  readonly #options: SkipOptions;
  readonly #found = new Map<string, SkippedImage>();
  readonly #known: ReadonlySet<string>;

  constructor(options: SkipOptions = {}) {
    this.#options = options;
    for (const image of options.known ?? []) this.#found.set(keyOf(image.split, image.name), image);
    this.#known = new Set(this.#found.keys());
  }

  /** In the order in which they were found. */
  get skipped(): readonly SkippedImage[] {
    return [...this.#found.values()];
  }

  of(split: Split): SplitSkipping {
    const whole = this;
    return {
      options: this.#options,
      get skipped() {
        return whole.skipped.filter((image) => image.split === split);
      },
      isKnown: (name) => this.#known.has(keyOf(split, name)),
      add: (name, error) => this.#add(split, name, error),
    };
  }

  #add(split: Split, name: string, error: unknown): void {
    const key = keyOf(split, name);
    if (this.#known.has(key)) return;
    if (!(error instanceof AlixError) || GENERAL.has(error.code)) throw error;
    if (this.#found.has(key)) return;
    this.#found.set(key, { split, name, code: error.code, message: error.message });
    const { maxErrors = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#found.size > maxErrors)
      throw new AlixError('too-many-errors', 'too many images cannot be read', {
        expected: `at most ${maxErrors}`,
        found: `${this.#found.size}`,
        where: error.where ?? name,
        remedy: 'raise --max-errors, or mend the images',
        cause: error,
      });
  }
}

const keyOf = (split: Split, name: string): string => `${split}\0${name}`;

/** The refusal of data of which nothing can be read. */
export const noneLeft = (where: string, count: number, first: string | undefined): AlixError =>
  new AlixError('no-images', `none of the ${count} images can be read`, {
    where,
    ...(first !== undefined && { found: first }),
    remedy: 'mend them, or name other data',
  });
