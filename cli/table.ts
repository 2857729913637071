/** Tables of text for a terminal. */

/**
 * Columns of equal width, two spaces between.
 *
 * @param width the widest line; the column `elastic` gives way to it, its longer cells end in an ellipsis
 */
export function textTable(
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, elastic = 0, right = [] as readonly number[] } = {},
): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const total = widths.reduce((sum, n) => sum + n, 0) + 2 * (widths.length - 1);
  const own = widths[elastic] ?? 0;
  widths[elastic] = Math.max(Math.min(8, own), own - Math.max(0, total - width));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const room = widths[column] ?? 0;
        const shown = cell.length > room ? `${cell.slice(0, room - 1)}\u2026` : cell;
        return right.includes(column) ? shown.padStart(room) : shown.padEnd(room);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A text in lines of at most `width` columns, each indented. */
export function wrapped(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => ' '.repeat(indent) + line);
}
