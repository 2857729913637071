/** CHANGELOG.md: one for all packages, for they have one version. */

/** What kinds of changes are called, in the order in which they are told. */
const KINDS = { major: 'Breaks what was', minor: 'New', patch: 'Repaired' };

/**
 * The changelog with a section for a version, above those of earlier ones.
 *
 * @param changelog its text
 * @param changesets as `changeset status --output` writes them: { releases: { name, type }[], summary }
 */
export function changelogWith(changelog, version, date, changesets) {
  const kinds = Object.keys(KINDS);
  // a change has the weight of the package that it changes most
  const told = changesets.map(({ releases, summary }) => ({
    kind: kinds[Math.min(...releases.map(({ type }) => kinds.indexOf(type)))],
    line: `- ${releases
      .map(({ name }) => name)
      .sort()
      .join(', ')}: ${summary.trim().replaceAll('\n', '\n  ')}`,
  }));
  const parts = kinds.flatMap((kind) => {
    const lines = told.filter((change) => change.kind === kind).map(({ line }) => line);
    return lines.length > 0 ? [`### ${KINDS[kind]}\n\n${lines.join('\n')}\n`] : [];
  });
  const section = `## ${version} (${date})\n\n${parts.join('\n')}\n`;
  const first = changelog.search(/^## /m);
  return first < 0 ? `${changelog}\n${section}` : changelog.slice(0, first) + section + changelog.slice(first);
}
