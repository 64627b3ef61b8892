/** From a line and a column of a JSON template to the path of the value that stands there. */

/** Texts, punctuation, and everything else that is no white space: a token of JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

interface Container {
  readonly isList: boolean;
  step: string | number;
  /** Whether the next text is the key of a member. */
  key: boolean;
}

/** The steps to the value, or the key, at a place; nothing if it is at none. */
export function stepsAt(text: string, line: number, column: number): (string | number)[] | undefined {
  const at = offset(text, line, column);
  const open: Container[] = [];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const inner = open.at(-1);
    if (token.startsWith('"') && inner?.key) {
      inner.step = JSON.parse(token) as string;
    }
    if (index <= at && at < index + token.length) {
      return open.map((container) => container.step);
    }
    if (token === '{' || token === '[') {
      open.push({ isList: token === '[', step: token === '[' ? 0 : '', key: token === '{' });
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (inner && token === ',') {
      inner.key = !inner.isList;
      inner.step = typeof inner.step === 'number' ? inner.step + 1 : '';
    } else if (inner && token === ':') {
      inner.key = false;
    }
  }
  return undefined;
}

/** Columns count characters, which are not the units of a text here. */
function offset(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const start = Array.from(lines[line - 1] ?? '').slice(0, column - 1);
  return before + start.join('').length;
}

/** The path as the CDK writes one: of a resource's own property relative to the resource. */
export function path(steps: readonly (string | number)[], logicalId: string): string {
  const own = steps[0] === 'Resources' && steps[1] === logicalId;
  return steps.slice(own ? 2 : 0).join('.');
}
