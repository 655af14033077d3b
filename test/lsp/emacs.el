;;; Run by editors.test.ts in a batch Emacs, after the configuration of docs/editors.md: types a line's beginning below
;;; the last line, completes it at point and writes the buffer.
(require 'eglot)
(setq eglot-sync-connect 60
      eglot-connect-timeout 60)
(find-file (getenv "HEFC_TEST_FILE"))
(apply #'eglot (eglot--guess-contact))
(goto-char (point-max))
(insert (getenv "HEFC_TEST_TYPED"))
(completion-at-point)
(save-buffer)
(eglot-shutdown (eglot-current-server))
