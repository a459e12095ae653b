# The citizen's status page.
status-title = Status of the dossier
status-way = What has happened
status-next-nothing = You do not need to do anything now.
status-next-supplement = Papers are missing, as the request says. Bring them to the centre; the deadline goes on when they are complete.
status-next-obligation = Pay as the notice says, then bring the proof of payment to the centre.
status-next-collect = The result is ready. Bring the receipt to collect it.
status-next-returned = The result has been handed over.
status-next-refused = The dossier was not granted. The reason stands in the form that you were given.
status-next-withdrawn = The dossier was stopped at your wish.
