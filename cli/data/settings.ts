/** `--set key=value` for a data set's own options; train's longer `data.options.key` is taken too, as its messages name it. */
import { parseAssignment } from '@alix/train/config';

/** Values are read as train reads them. @throws AlixError 'bad-config' where there is no = */
export function dataOptions(settings: readonly string[]): Record<string, unknown> {
  return Object.assign(
    {},
    ...settings.map((text) => {
      const { data } = parseAssignment(text.startsWith('data.options.') ? text : `data.options.${text}`);
      return data?.options ?? {};
    }),
  );
}
