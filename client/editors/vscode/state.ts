/** What the extension is doing, as the status bar shows it. */

/** Of the server's `hefc.statusData`; a part of StatusResult in daemon/ipc/protocol.ts. */
export interface StatusData {
  daemon: { version: string; pid: number; rss_mb: number; device: string; model: string };
  repo: null | { root: string; branch: string; state: string; indexed: number; error?: string };
}

export type State =
  | { is: 'off' }
  | { is: 'starting' }
  /** hefc is missing, too old, or its server does not stay alive. */
  | { is: 'broken'; why: string }
  /** No status: the daemon or the repository could not be asked, for this reason. */
  | { is: 'running'; status?: StatusData; why?: string };

export interface Look {
  /** With the icons of the status bar. */
  text: string;
  /** Lines for people. */
  tooltip: string[];
  background?: 'warning' | 'error';
}

/** How a state looks; `allowed`: completions are on in the language of the open file. */
export function lookOf(state: State, allowed: boolean): Look {
  switch (state.is) {
    case 'off':
      return { text: '$(circle-slash) hefc', tooltip: ['hefc is switched off'] };
    case 'starting':
      return { text: '$(loading~spin) hefc', tooltip: ['hefc is starting'] };
    case 'broken':
      return { text: '$(error) hefc', tooltip: [state.why], background: 'error' };
    case 'running':
      return running(state.status, state.why, allowed);
  }
}

function running(status: StatusData | undefined, why: string | undefined, allowed: boolean): Look {
  if (status === undefined) return { text: '$(circle-outline) hefc', tooltip: [why ?? 'hefc is running'] };
  const { daemon, repo } = status;
  const tooltip = [`Daemon ${daemon.version}, process ${daemon.pid}, ${Math.round(daemon.rss_mb)} MB`, `Model ${daemon.model} on ${daemon.device}`];
  if (repo === null) return { text: '$(circle-outline) hefc', tooltip: ['This file is in no Git repository', ...tooltip] };
  const where = `${repo.root}, branch ${repo.branch}`;
  const share = `${Math.floor(repo.indexed * 100)} %`;
  if (!allowed) tooltip.unshift('Completions are off in this language');
  switch (repo.state) {
    case 'ready':
      return { text: allowed ? '$(layers-active) hefc' : '$(circle-slash) hefc', tooltip: [where, 'Indexed', ...tooltip] };
    case 'indexing':
      return { text: `$(sync~spin) hefc ${share}`, tooltip: [where, `Indexing: ${share}`, ...tooltip] };
    case 'paused':
      return { text: '$(debug-pause) hefc', tooltip: [where, `Indexing is paused at ${share}`, ...tooltip] };
    case 'absent':
      return { text: '$(warning) hefc', tooltip: [where, 'Not indexed: completions know the open file alone. Click to set this repository up.', ...tooltip], background: 'warning' };
    default:
      return { text: '$(warning) hefc', tooltip: [where, `${repo.state}${repo.error === undefined ? '' : `: ${repo.error}`}`, ...tooltip], background: 'warning' };
  }
}
