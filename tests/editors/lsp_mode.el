;;; What a user of lsp-mode does, in batch: take ghost text, choose a code action. -*- lexical-binding: t -*-
;; Run in the project's folder with CONFIGURATION naming the README's lines; the tests compare the files afterwards.

(setq make-backup-files nil
      create-lockfiles nil
      lsp-auto-guess-root t
      lsp-keep-workspace-alive nil
      lsp-enable-snippet nil
      lsp-client-packages nil ; ours alone: what else this machine has is nothing to do with it
      lsp-enabled-clients '(mai)
      lsp-session-file (expand-file-name "lsp-session" (getenv "HOME")))
(load "lsp-mode-autoloads" nil t) ; as package.el does
(require 'lsp-mode)
(load (getenv "CONFIGURATION") nil t)

(defun tests-until (look)
  "Let Emacs work until LOOK gives something, and return that."
  (with-timeout (60 (error "It took too long"))
    (let (found)
      (while (not (setq found (funcall look))) (accept-process-output nil 0.05))
      found)))

(defun tests-visit (path)
  "Visit PATH and connect."
  (find-file path)
  (lsp)
  (tests-until (lambda () (seq-some (lambda (one) (eq 'initialized (lsp--workspace-status one))) (lsp-workspaces)))))

(defun tests-complete ()
  (tests-visit "shop/pay.py")
  (goto-char (point-max))
  (insert "\ndef count(cart: Cart) -> int:\n    re")
  (lsp-inline-completion-display)
  (message "%S" (overlay-get lsp-inline-completion--overlay 'after-string))
  (lsp-inline-completion-accept)
  (insert "\n")
  (save-buffer))

(defun tests-body ()
  (tests-visit "shop/cart.py")
  (search-forward "total")
  (let ((action (seq-find (lambda (one) (equal "Write the body of `total`" (lsp:code-action-title one)))
                          (lsp-code-actions-at-point)))
        (before (buffer-string)))
    (lsp-execute-code-action action)
    (tests-until (lambda () (not (equal before (buffer-string))))))
  (save-buffer))

(funcall (intern (concat "tests-" (getenv "STEP"))))
