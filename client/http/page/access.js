/** The token, and questions to the server with it. It comes in the address, and is kept for this tab alone. */
const NAME = 'hefc-token';

export class Refused extends Error {}

/** Takes the token out of the address, so that it stands there no longer. */
export function takeToken() {
  const given = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (given === undefined) return;
  keepToken(given);
  history.replaceState(null, '', location.pathname);
}

export function keepToken(token) {
  sessionStorage.setItem(NAME, token);
}

export const hasToken = () => sessionStorage.getItem(NAME) !== null;

/** The answer as JSON. Throws Refused when the token is missing or wrong, TypeError when the server is gone. */
export async function ask(path) {
  const token = sessionStorage.getItem(NAME);
  const response = await fetch(path, { headers: token === null ? {} : { Authorization: `Bearer ${token}` } });
  if (response.status === 401) throw new Refused();
  const body = await response.json();
  if (!response.ok) throw new Error(body.error?.message ?? `the server answered ${response.status}`);
  return body;
}
