# Background jobs.
jobs-about = Work that the system does by itself: what waits, what is done, and what could not be done. A job that gave up is tried again only when somebody says so. Cancelling recurring work leaves out this one run; the next comes at its usual time.
jobs-tab-all = All
jobs-tab-waiting = Waiting
jobs-tab-done = Done
jobs-tab-gave_up = Gave up
jobs-state-waiting = Waiting
jobs-state-running = At work
jobs-state-again = Waiting for another try
jobs-state-done = Done
jobs-state-gave_up = Gave up
jobs-kind = Job
jobs-changed = Last change
jobs-attempts = Tries
jobs-error = What went wrong
jobs-node = Whole system
jobs-again = Try again
jobs-run-now = Run now
jobs-next-at = next: { $at }
jobs-none = No jobs here
jobs-none-text = Nothing is in this state at present. Jobs come by themselves with the work of the offices.
jobs-shown = { $count ->
    [one] { $count } job
   *[other] { $count } jobs
 }
jobs-not-again = This job is done or at work right now, so it cannot be started again. Open the list anew to see how it stands.
jobs-tab-cancelled = Cancelled
jobs-state-cancelling = Stopping
jobs-state-cancelled = Cancelled
jobs-cancel = Cancel
jobs-cancel-running = Stop
jobs-cancel-ended = This job has ended, so there is nothing left to cancel.
jobs-cancel-asked = This job was asked to stop already; it does so at its next safe point.
jobs-cancel-unknown = This version does not know this kind of job, so it cannot cancel it. Cancel it on the server that runs the newer version.
jobs-cancel-short = Cannot be cancelled: it is one short step.
jobs-cancel-message = Cannot be cancelled here: stop the message on the page Messages.
jobs-kind-sweep_files = Remove files that nothing refers to
jobs-kind-sweep_online = Delete unfinished online forms
jobs-kind-sweep_sessions = Forget sessions that have ended
jobs-kind-sweep_jobs = Forget old jobs
jobs-kind-sweep_tickets = Forget numbers of the queue a week after their day
jobs-kind-send_message = Send a message to a citizen
jobs-kind-portal_sync = Synchronise with the national portal
jobs-kind-portal_compare = Compare with the national portal
jobs-kind-ring_warnings = Reminding of deadlines
