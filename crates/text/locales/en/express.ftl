# The express lane: certified copies from originals.
express-title = Certified copies from originals
express-rule = the same day; received after 15:00 on the next working day
express-help = Rules and help
express-book = Register
express-fees = Close the day
express-number = Number
express-volume = book 01/{ $year }-SCT/BS
express-card = Scan the identity card, or type the number
express-name = Requester
express-fill = Fill from the card
express-forget = Another person
express-paper = Paper { $place }
express-paper-title = Kind of paper
express-pages = Pages of original
express-copies = Copies
express-remove = Remove paper { $place }
express-add = Add a paper
express-do = Take the fee, book, next person
express-later = Promise for later
express-signer = Signed by
express-method = Paid by
express-issuer = Original issued by
express-issuer-domestic = Viet Nam
express-issuer-foreign = A foreign body
express-issuer-joint = Viet Nam jointly with a foreign body
express-reference = Bank reference
express-exemption-reason = Proof of the exemption
express-checks = Check of the original
express-compared = Compared: the original is not erased or damaged and not of a kind that must be refused
express-legalised = Legalised, or exempt from it
express-fee-waits = pages or copies are missing
express-fee-of = Paper { $place }: { $amount }
express-fee-pages = { $count ->
    [one] { $count } page × { $each }
   *[other] { $count } pages × { $each }
}
express-fee-copies = × { $count } copies
express-no-account = The unit has no account for fees; take cash.
express-qr = VietQR code for { $amount }
express-transfer-note = Note: { $note }
express-when = When it is ready
express-today = Received now: ready at once, at the latest today. Many pages or hard to check: press “Promise for later”.
express-tomorrow = Received after 15:00. If it is not done at once, promise it for { $day }.
express-refused = Check of the original
express-to-counter = Refuse or ask at the counter
express-done = { $count ->
    [1] Booked
   *[other] { $count } numbers booked
}
express-done-later = Received, promised for later
express-stamps = Print text { $number }
express-receipt = Receipt
express-done-today = Done today
express-count = { $count } numbers today
express-sum = { $count } lines shown: { $sum }
express-time = Time
express-none = Nobody yet today
express-none-text = Scan the card or type the name, then Enter to the end; Enter in the last field books.
express-returned = Returned
express-undo = Strike out
express-undo-of = Strike out number { $number }
express-title-missing = What is this paper called?
express-title-too-long = The name of a paper has at most 200 characters.
express-pages-wrong = Pages are a number from 1 to 5,000.
express-copies-wrong = Copies are a number from 1 to 500.
express-too-many = At most { $most } papers at a time; the others come next.
express-issuer-unknown = This issuer is not in the list.
express-not-legalised = A foreign original must be legalised, unless it is exempt.
express-not-compared = Compare the originals before booking.
express-method-unknown = Fees are paid in cash or by transfer.
express-signer-missing = Choose who signs: the chair or a vice chair in office.
register-stamps = Print stamps
register-text = Certification page
fact-copies_certified = Copies certified, entered, handed over
