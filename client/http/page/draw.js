/** Elements and numbers as text. Names and texts of a repository only ever become text of an element. */

/** `children`: elements or strings. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') made.className = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

/** Shows characters that would hide or reorder text. */
export function harmless(text) {
  return text.replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '\ufffd');
}

/** 1234567 → '1.2 MB'. Powers of 1000. */
export function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let value = bytes;
  for (; value >= 1000 && at < units.length - 1; at++) value /= 1000;
  return `${at === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Milliseconds, as people read them. */
export function duration(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A bar of a share of the cell it stands in. */
export function bar(share) {
  const inner = element('div');
  inner.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return inner;
}
