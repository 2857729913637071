/** What the browser tests run in the page. Each function is sent there as text, so it uses `alix` and its argument alone. */
import type { LoadOptions } from '@alix/infer/web';
import type { Page } from 'playwright-core';

declare const alix: typeof import('@alix/infer/web');

/** An error as it is in the page: `message` alone where it is none of alix. */
export interface Told {
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
}

export type Outcome =
  | {
      readonly device: string;
      readonly reason: string | undefined;
      readonly threads: number | undefined;
      readonly mean: number[];
    }
  | { readonly error: Told };

/** Loads a model in the page, encodes images, and disposes of it. */
export function tryModel(
  page: Page,
  source: string,
  options: LoadOptions = {},
  images = { data: Array.from({ length: 784 }, (_, i) => i % 256), n: 1 },
): Promise<Outcome> {
  return page.evaluate(
    async ({ source, options, images }): Promise<Outcome> => {
      try {
        const model = await alix.loadModel(source, options);
        try {
          const { mean } = await model.encode({ data: Uint8Array.from(images.data), n: images.n });
          const { device, reason, threads } = model;
          return { device, reason, threads, mean: [...mean] };
        } finally {
          await model.dispose();
        }
      } catch (error) {
        const { code, message, where } = error as Told;
        return { error: { code, message, where } as Told };
      }
    },
    { source, options: options as Record<string, never>, images },
  );
}

/** The error of a load that must fail. */
export async function errorOf(page: Page, source: string, options: LoadOptions = {}): Promise<Told> {
  const outcome = await tryModel(page, source, options);
  if ('error' in outcome) return outcome.error;
  throw new Error(`it loaded, on ${outcome.device}`);
}
