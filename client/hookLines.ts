/** The state of the hooks in words. */
import type { HooksStatus } from '../hooks/status.js';

export function hookLines(status: HooksStatus & { written?: string[] }): string[] {
  if (status.refused !== undefined && status.written?.length === 0) {
    const again = status.refused.includes('switched off') ? '' : '; to write there all the same: hefc hooks install --shared';
    return [`Hooks not installed: ${status.refused}${again}.`, '  Without them the index is brought up to date at each request.'];
  }
  const installed = status.hooks.filter(({ state }) => state === 'installed').map(({ hook }) => hook);
  const lines = installed.length > 0 ? [`Hooks installed in ${status.folder}: ${installed.join(', ')}.`] : [`No hook installed in ${status.folder}.`];
  for (const { hook, state, why, fix } of status.hooks) {
    if (state === 'unsupported') lines.push(`  ${why}; left alone. To be told of it all the same, ${fix}`);
    if (state === 'outdated') lines.push(`  ${hook} holds an older block; run: hefc hooks install`);
    if (state === 'absent' && status.written === undefined) lines.push(`  ${hook} is not installed; run: hefc hooks install`);
  }
  return lines;
}
