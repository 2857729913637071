/** JSON of files that nobody vouches for: what is nested without end would break whatever walks through it later. */

/** Levels that files of alix have, some ten times over. */
const MOST = 200;

/** `JSON.parse`. @throws SyntaxError for what is no JSON, and for objects and lists nested more than 200 levels deep */
export function parseJson(text: string): unknown {
  const json: unknown = JSON.parse(text);
  let level = 0;
  let isText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // a quote, and what it may be escaped by
    if (code === 0x22) isText = !isText;
    else if (isText) i += code === 0x5c ? 1 : 0;
    // [ and {, ] and }
    else if (code === 0x5b || code === 0x7b) {
      if (++level > MOST) throw new SyntaxError(`nested more than ${MOST} levels deep`);
    } else if (code === 0x5d || code === 0x7d) level--;
  }
  return json;
}
