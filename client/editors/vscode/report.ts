/** Reports of hefc as read-only text beside the code. */
import * as vscode from 'vscode';

const SCHEME = 'hefc-report';

export interface Reports extends vscode.Disposable {
  /** Shows a text under a title, in the place of an older one of the same title. */
  show(title: string, text: string): Promise<void>;
}

export function createReports(): Reports {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? '',
  });
  return {
    async show(title, text) {
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}` });
      texts.set(uri.path, text);
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true, viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    },
    dispose() {
      registered.dispose();
      changed.dispose();
    },
  };
}
