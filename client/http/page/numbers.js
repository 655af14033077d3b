/** How long completions took, where they came from, and what editors did with them. */
import { bar, count, duration, element, size } from './draw.js';

const place = document.getElementById('numbers');
let last = '';

export function showNumbers({ totals }, { daemon, repo, editor, counters }) {
  const state = JSON.stringify([totals, daemon.model, daemon.device, daemon.rss_mb, repo, editor, counters]);
  if (state === last) return;
  last = state;
  place.replaceChildren(...latency(totals), ...lanes(totals), ...acceptance(editor), ...facts(daemon, repo, counters));
}

const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

function rows(title, lines) {
  const most = Math.max(1, ...lines.map(([, number]) => number));
  return [element('h3', {}, title), element('table', {}, element('tbody', {}, ...lines.map(([name, number]) => element('tr', {},
    element('th', { scope: 'row' }, name),
    element('td', { class: 'number' }, number.toLocaleString('en')),
    element('td', { class: 'bar' }, ...(number > 0 ? [bar(number / most)] : [])),
  ))))];
}

function latency({ latency: bounds, totalMs }) {
  const all = sum(bounds.map((one) => one.count));
  if (all === 0) return [element('h3', {}, 'Time of a completion'), element('p', { class: 'none' }, 'No completion since the daemon started.')];
  const used = bounds.map((one) => one.count > 0);
  const from = used.indexOf(true);
  const to = used.lastIndexOf(true);
  const lines = bounds.map(({ ms, count: number }, at) => [ms === null ? `above ${bounds[at - 1].ms} ms` : `to ${ms} ms`, number]).slice(Math.max(0, from - 1), to + 2);
  return [...rows('Time of a completion', lines), element('p', { class: 'none' }, `${count(all, 'completion')} of all repositories since the daemon started, ${duration(totalMs / all)} on average.`)];
}

function lanes({ given }) {
  const names = { 'model/ok': 'written by the model', 'copy/ok': 'copied', 'none/no-suggestion': 'nothing to add', 'none/unsure': 'too unsure to show', 'none/cancelled': 'replaced by a newer request', 'none/deadline': 'out of time', 'none/not-indexed': 'not indexed', 'none/file-refused': 'file refused', 'none/disabled': 'switched off' };
  const lines = Object.entries(given).sort((a, b) => b[1] - a[1]);
  return lines.length === 0 ? [] : rows('Where they came from', lines.map(([kind, number]) => [names[kind] ?? kind.replace('/', ', '), number]));
}

function acceptance({ shown, accepted, partial, dismissed }) {
  if (shown === 0) return [element('h3', {}, 'In editors'), element('p', { class: 'none' }, 'No suggestion was shown by hefc lsp yet. Clients of hefc serve do not tell.')];
  const share = accepted + partial + dismissed === 0 ? '' : ` ${Math.round((100 * (accepted + partial)) / (accepted + partial + dismissed))} % of those decided on were taken.`;
  return [...rows('In editors, since hefc was installed', [['shown', shown], ['taken whole', accepted], ['taken in part', partial], ['passed over', dismissed]]), element('p', { class: 'none' }, `Counted by hefc lsp, on this machine alone.${share}`)];
}

function facts(daemon, repo, counters) {
  const lines = [
    ['Model', `${daemon.model} on ${daemon.device}`],
    ['Daemon', `process ${daemon.pid}, ${size(daemon.rss_mb * 1024 * 1024)} of memory`],
    ...(repo === null || repo.state === 'absent' ? [] : [
      ['Index', `${count(repo.chunks, 'chunk')}, ${count(repo.nodes, 'node')}`],
      ['Database', `${size(repo.db_bytes)} for ${size(repo.source_bytes)} of source`],
      ['Ever', `${count(counters.chunks_fused, 'chunk')} fused, ${count(counters.completions, 'completion')}`],
    ]),
  ];
  return [element('h3', {}, 'Daemon and index'), element('table', {}, element('tbody', {}, ...lines.map(([name, value]) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)))))];
}
