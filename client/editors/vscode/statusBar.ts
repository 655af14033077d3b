/** The item in the status bar; a click opens the menu. */
import * as vscode from 'vscode';
import { lookOf, type State } from './state.js';

export interface StatusBar extends vscode.Disposable {
  show(state: State, allowed: boolean): void;
}

export function createStatusBar(): StatusBar {
  const item = vscode.window.createStatusBarItem('hefc.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'hefc';
  item.command = 'hefc.vscode.menu';
  item.show();
  return {
    show(state, allowed) {
      const { text, tooltip, background } = lookOf(state, allowed);
      item.text = text;
      item.tooltip = tooltip.join('\n');
      item.accessibilityInformation = { label: `hefc: ${tooltip.join('. ')}` };
      item.backgroundColor = background === undefined ? undefined : new vscode.ThemeColor(`statusBarItem.${background}Background`);
    },
    dispose: () => item.dispose(),
  };
}
