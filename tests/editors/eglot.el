;;; What a user of eglot does, in batch: complete, choose a code action, refactor several files. -*- lexical-binding: t -*-
;; Run in the project's folder with CONFIGURATION naming the README's lines; the tests compare the files afterwards.

(setq make-backup-files nil
      eglot-sync-connect 60
      eglot-autoshutdown nil
      eglot-confirm-server-edits nil) ; nobody is there to be asked
(require 'eglot)
(load (getenv "CONFIGURATION") nil t)

(defun tests-visit (path)
  "Visit PATH and connect."
  (find-file path)
  (unless (eglot-managed-p) (apply #'eglot (eglot--guess-contact)))
  (unless (eglot-managed-p) (error "%s is not managed" path)))

(defun tests-act (title)
  "Run the code action TITLE at point."
  (let ((action (seq-find (lambda (one) (equal title (plist-get one :title))) (eglot-code-actions (point) (point)))))
    (unless action (error "There is no %s" title))
    (eglot-execute (eglot-current-server) action)))

(defun tests-complete ()
  (tests-visit "shop/pay.py")
  (goto-char (point-max))
  (insert "\ndef count(cart: Cart) -> int:\n    re")
  (eglot--signal-textDocument/didChange)
  (completion-at-point)
  (insert "\n")
  (save-buffer))

(defun tests-body ()
  (tests-visit "shop/cart.py")
  (search-forward "total")
  (tests-act "Write the body of `total`")
  (save-buffer))

(defun tests-refactor ()
  (tests-visit "shop/cart.py")
  (let* ((server (eglot-current-server))
         (where (list :uri (eglot-path-to-uri buffer-file-name))))
    (message "%S" (eglot-execute-command server "mai.refactor" (vector (getenv "INSTRUCTION") where))))
  (save-some-buffers t))

(funcall (intern (concat "tests-" (getenv "STEP"))))
(eglot-shutdown (eglot-current-server))
