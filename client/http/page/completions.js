/** The last completions, each with what it was made from. */
import { bar, duration, element, harmless } from './draw.js';

const list = document.getElementById('completions');
const LANES = { model: 'model', copy: 'copied', none: 'empty' };
/** By the time of each: an entry that stands stays, opened or not. */
let drawn = new Map();

export function showCompletions({ completions, reasons }, root) {
  if (completions.length === 0) {
    drawn = new Map();
    list.replaceChildren(element('li', { class: 'none empty' }, element('p', {}, 'None yet since the daemon started. Complete a line in your editor, or with hefc complete.')));
    return;
  }
  const next = new Map(completions.map((one) => {
    const key = `${one.at} ${one.file} ${one.line}`;
    return [key, drawn.get(key) ?? entry(one, root, reasons)];
  }));
  if (next.size === drawn.size && [...next.keys()].every((key) => drawn.has(key))) return;
  drawn = next;
  const focused = document.activeElement;
  list.replaceChildren(...next.values());
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

function entry(one, root, reasons) {
  const file = one.file.startsWith(root) ? one.file.slice(root.length + 1) : one.file;
  const text = one.text === '' ? element('span', { class: 'text none' }, reasons[one.reason] ?? one.reason) : element('span', { class: 'text code' }, harmless(one.text));
  const summary = element('summary', {},
    element('span', { class: 'where' }, `${harmless(file)}:${one.line}`),
    element('span', { class: 'time' }, `${new Date(one.at).toLocaleTimeString('en-GB')} · ${duration(one.ms.total)}`),
    element('span', { class: `lane ${one.lane}` }, LANES[one.lane] ?? one.lane),
    text,
  );
  const { tokens, ms } = one;
  return element('li', {}, element('details', {}, summary, element('div', { class: 'what' },
    element('h3', {}, one.nodes.length === 0 ? 'No vectors were used' : 'Vectors used'),
    ...(one.nodes.length === 0 ? [] : [nodeTable(one.nodes)]),
    element('h3', {}, 'Tokens and time'),
    element('p', {}, `${tokens.prefix} tokens above the cursor, ${tokens.suffix} below, ${tokens.memory} memory vectors; ${tokens.generated} generated, ${tokens.accepted} of ${tokens.drafted} drafted accepted.`),
    element('p', {}, `${one.text === '' ? '' : `Meant with a chance of ${Math.round(100 * one.confidence)} %, as far as it was measured. `}Queue ${duration(ms.queue)}, retrieval ${duration(ms.retrieve)}, prefill ${duration(ms.prefill)}, decoding ${duration(ms.decode)}; model ${one.model}.`),
  )));
}

function nodeTable(nodes) {
  const most = Math.max(...nodes.map(({ score }) => score), 1e-9);
  const name = ({ path, level, lines }) => (level === 'directory' ? (path === '' ? 'the whole repository' : `${path}/`) : lines ? `${path}:${lines[0]}-${lines[1]}` : path);
  return element('table', {},
    element('thead', {}, element('tr', {}, ...[['', 'Node'], ['', 'Level'], ['number', 'Vectors'], ['', 'Score']].map(([kind, title]) => element('th', { class: kind, scope: 'col' }, title)))),
    element('tbody', {}, ...nodes.map((node) => element('tr', {},
      element('td', { class: 'path code' }, harmless(name(node))),
      element('td', {}, node.level),
      element('td', { class: 'number' }, String(node.vectors)),
      element('td', { class: 'bar', title: node.score.toFixed(4) }, bar(node.score / most)),
    ))),
  );
}
