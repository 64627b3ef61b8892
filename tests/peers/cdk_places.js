// Asks the plugin for the CDK for the path of every value and every key of a document, in several layouts, and prints each
// answer that is not so. A value's place is that of a text that stands nowhere else.
const { stepsAt, path } = require(process.argv[2]);

const document = {
  Resources: {
    'A"b\\c': { Type: 'x', List: [], Map: {}, Deep: [[1, { y: [true, null, -1.5e3] }], 'two'] },
    '{[,:]}': ['a, b', '{"quoted": ["x"]}', ':', '\\', '\\"', '\u{1f511} k\u00e9y'],
    '\u{1f511}': { '\u{1f512}': 'z', 'Fn::Sub': '${AWS::AccountId}' },
  },
  Empty: '',
};
const MARK = '\u{1f50e}MARK';

function* places(value, steps = []) {
  yield steps;
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      yield* places(inner, [...steps, Array.isArray(value) ? Number(key) : key]);
    }
  }
}

function marked(steps, asKey) {
  const copy = structuredClone({ root: document });
  const all = ['root', ...steps];
  const holder = all.slice(0, -1).reduce((at, step) => at[step], copy);
  const last = all.at(-1);
  if (!asKey) {
    holder[last] = MARK;
  } else {
    const renamed = Object.entries(holder).map(([key, value]) => [key === last ? MARK : key, value]);
    const parent = ['copy', ...all].slice(0, -1).slice(1);
    parent.slice(0, -1).reduce((at, step) => at[step], copy)[parent.at(-1)] = Object.fromEntries(renamed);
  }
  return copy.root;
}

let asked = 0;
for (const layout of [1, 2, undefined]) {
  for (const steps of places(document)) {
    for (const asKey of typeof steps.at(-1) === 'string' ? [false, true] : [false]) {
      const text = JSON.stringify(marked(steps, asKey), undefined, layout);
      const lines = text.split('\n');
      const line = lines.findIndex((one) => one.includes(JSON.stringify(MARK)));
      const column = Array.from(lines[line].split(JSON.stringify(MARK))[0]).length + 1;
      const expected = JSON.stringify(asKey ? [...steps.slice(0, -1), MARK] : steps);
      const found = JSON.stringify(stepsAt(text, line + 1, column));
      asked += 1;
      if (found !== expected) {
        console.log(`${text}\n${line + 1}:${column}: ${found} instead of ${expected}`);
      }
    }
  }
}
// Containers are found by their first character; what is at no value has no path.
const compact = '{"Resources":{"K":{"Properties":{"P":[{}]}}}}';
for (const [column, expected] of [[1, ''], [14, 'Resources'], [19, ''], [33, 'Properties'], [38, 'Properties.P'], [39, 'Properties.P.0']]) {
  const steps = stepsAt(compact, 1, column);
  const found = steps && path(steps, 'K');
  if (found !== expected) {
    console.log(`${column}: ${found} instead of ${expected}`);
  }
}
if (stepsAt(compact, 2, 1) !== undefined || stepsAt('{ }', 1, 2) !== undefined || asked < 100) {
  console.log(`a place of nothing has a path, or too few were asked: ${asked}`);
}
