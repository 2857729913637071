/** Pictures of a gallery, each in the section of a group. */
import { figure, type Html, images, inpaintings, interpolations, pairs } from '../../report.js';
import type { Gallery } from '../gallery.js';
import type { Group } from '../measure.js';
import type { EvalRecord } from '../record.js';

/** What stands under the group's numbers. */
export function picturesOf(
  gallery: Gallery,
  { data: { size }, conventions }: Pick<EvalRecord, 'data' | 'conventions'>,
): Partial<Record<Group, readonly Html[]>> {
  const { samples } = gallery;
  return {
    reconstructions: [
      ...gallery.groups.map(({ heading, pairs: list }) =>
        figure({
          heading: `${heading} by MSE`,
          content: pairs(list, size),
          caption: 'Above the original, below its reconstruction, then its MSE.',
        }),
      ),
      ...(gallery.inpaintings.length > 0
        ? [
            figure({
              heading: 'Holes filled',
              content: inpaintings(gallery.inpaintings, size),
              caption:
                'Images at equal distances over the data, none chosen, encoded once with the hole. The error is that of the hole alone.',
            }),
          ]
        : []),
    ],
    samples: [
      figure({
        content: images(
          samples.map((pixels, i) => ({ pixels, alt: `sample ${i}` })),
          size,
        ),
        caption: `The first ${samples.length}, none chosen; seed ${conventions.seed}.`,
      }),
    ],
    codes:
      gallery.interpolations.length > 0
        ? [figure({ heading: 'From one image to another', content: interpolations(gallery.interpolations, size) })]
        : [],
  };
}
