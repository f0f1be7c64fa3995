;;; From a code action on a brief to files in the folder; what Emacs itself saw goes to a file as JSON. -*- lexical-binding: t -*-

(package-initialize)
(require 'json)
(require 'eglot)
(load (getenv "STORY_CONFIG") nil t t)

(defvar asked nil "What the minibuffer asked, newest first.")
(defvar seen nil)
(defun saw (name value) (push (cons name value) seen))

;; The person at the keyboard.
(defun person (prompt choices &rest _)
  (let ((titles (all-completions "" choices)))
    (push (cons (substring-no-properties prompt) (vconcat titles)) asked)
    (or (seq-find (lambda (title) (member title '("staff" "Approve"))) titles)
        (seq-find (lambda (title) (string-match-p "from this document" title)) titles)
        (car titles))))
(advice-add 'completing-read :override #'person)
(setq last-nonmenu-event ?x) ; at the keyboard, not the mouse

(defun picture (run) (samokoder "show" (list :runId run)))
(defun until (true)
  (let ((deadline (+ (float-time) 60)))
    (while (not (or (funcall true) (< deadline (float-time))))
      (accept-process-output nil 0.1))))
(defun until-state (run wanted)
  (let (state)
    (until (lambda () (equal (setq state (plist-get (picture run) :state)) wanted)))
    state))
(defun newest ()
  (plist-get (aref (plist-get (samokoder "runs" nil) :runs) 0) :runId))

(condition-case fault
    (progn
      (find-file "brief.txt")
      (saw 'mode (symbol-name major-mode))
      (call-interactively #'eglot)
      (until #'eglot-managed-p) ; a slow server is waited for in the background
      (saw 'managed (and (eglot-managed-p) t))
      (call-interactively #'eglot-code-actions)
      (let ((run (newest)))
        (saw 'verified (until-state run "verified"))
        (saw 'proposed (length (plist-get (samokoder "changes" (list :runId run)) :files)))
        (samokoder "accept" (list :runId run :all t))
        (saw 'waiting (plist-get (samokoder "changes" (list :runId run)) :waiting)))
      (setq-default eglot-workspace-configuration '(:samokoder (:review :json-false)))
      (call-interactively #'eglot-signal-didChangeConfiguration)
      (let ((slow (plist-get (samokoder "generate" (list :description "A list of boats" :target (getenv "STORY_OTHER"))) :runId)))
        (saw 'cancelled (plist-get (samokoder "cancel" (list :runId slow)) :state))
        (with-temp-file (getenv "STORY_GATE"))
        (samokoder "resume" (list :runId slow))
        (saw 'finished (until-state slow "verified"))))
  (error (saw 'fault (error-message-string fault))))

(saw 'asked (vconcat (mapcar (lambda (one) (vector (car one) (cdr one))) (reverse asked))))
(with-temp-file (getenv "STORY_SEEN") (insert (json-encode seen)))
(ignore-errors (eglot-shutdown (eglot-current-server)))
(kill-emacs 0)
