/** One finding of `hefc doctor`. */
export interface Finding {
  name: string;
  /** A warning does not make the command fail. */
  state: 'ok' | 'warning' | 'failed';
  detail: string;
  /** What to do about it. */
  fix?: string;
}

/** Runs one check; what it throws becomes a failed finding. */
export async function finding(name: string, fix: string, body: () => Promise<string> | string): Promise<Finding> {
  try {
    return { name, state: 'ok', detail: await body() };
  } catch (error) {
    return { name, state: 'failed', detail: ((error as Error).message.split('\n')[0] ?? '').trim(), fix };
  }
}
