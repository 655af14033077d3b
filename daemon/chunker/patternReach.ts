/** Whether a gitignore pattern can match anything inside a directory: errs towards yes. */

/**
 * @param pattern one line of gitignore syntax
 * @param directory path relative to the folder of the rule file, never ''
 */
export function mayReach(pattern: string, directory: string): boolean {
  const body = pattern.replace(/^!/, '');
  const anchored = body.replace(/\/$/, '').includes('/');
  if (!anchored) return true;
  const wanted = body.replace(/^\//, '').replace(/\/$/, '').split('/');
  const have = directory.split('/');
  for (let k = 0; k < have.length; k++) {
    const segment = wanted[k];
    // The pattern names something above: all inside falls with it, and is never entered.
    if (segment === undefined) return true;
    if (/[*?[\\]/.test(segment)) return true;
    if (segment !== have[k]) return false;
  }
  return true;
}
