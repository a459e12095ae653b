# Messages to citizens: the words of the letters, and the page on which the office follows them.

# The words of the letters. No person and no matter is named: whoever has the link can see it.
message-greeting = Dear Sir or Madam,
message-link = See where the dossier stands, and its papers: { $link }
message-closing =
    { $unit }
    This letter was sent by itself because you agreed to be told when the dossier was filed. If it is not yours, please ignore it.
message-subject-registered = Online dossier { $code } has arrived
message-text-registered = Your online dossier { $code } has reached { $unit } and waits to be checked. The time limit has not begun yet.
message-sms-registered = Dossier { $code } has reached { $unit } and waits to be checked. { $link }
message-subject-accepted = Dossier { $code } is accepted
message-text-accepted = Dossier { $code } is accepted. The result is promised for { $due }.
message-sms-accepted = Dossier { $code } is accepted, result promised for { $due }. { $link }
message-subject-supplement_asked = Dossier { $code } needs more
message-text-supplement_asked = Something must be added to dossier { $code }. Everything that is needed stands in the request for supplement behind the link below; the time limit pauses until it has come.
message-sms-supplement_asked = Dossier { $code } needs more papers, see: { $link }
message-subject-refused = Dossier { $code } is not accepted
message-text-refused = Dossier { $code } is not accepted. The reason, and where to file instead if there is such a place, stand in the notice behind the link below.
message-sms-refused = Dossier { $code } is not accepted, the reason: { $link }
message-subject-obligation_asked = Dossier { $code } waits for a payment
message-text-obligation_asked = Dossier { $code } waits until you have met a financial obligation. Please hand in the proof of payment, so that the work goes on.
message-sms-obligation_asked = Dossier { $code } waits for a payment, see: { $link }
message-subject-extended = Our apology: dossier { $code } will be late
message-text-extended = { $unit } apologises that dossier { $code } cannot be finished as promised. The result is now promised for { $due }. The reason stands in the letter behind the link below.
message-sms-extended = Our apology: dossier { $code } is now promised for { $due }. { $link }
message-subject-result_ready = The result of dossier { $code } is ready
message-text-result_ready = The result of dossier { $code } is ready. Please bring the receipt; whoever collects it for you needs an authorisation.
message-sms-result_ready = The result of dossier { $code } is ready to be collected. { $link }
message-subject-refused_after_appraisal = Dossier { $code } is refused
message-text-refused_after_appraisal = After appraisal, dossier { $code } is refused. The reason stands in the decision behind the link below.
message-sms-refused_after_appraisal = Dossier { $code } is refused, the reason: { $link }
message-subject-withdrawn = Dossier { $code } was ended as you wished
message-text-withdrawn = Dossier { $code } was ended as you wished.
message-sms-withdrawn = Dossier { $code } was ended as you wished. { $link }

# The page.
message-about = What citizens are told at each step of their dossiers, when they agreed to it. What cannot be sent is tried again for about a day, then it waits for a person. If the machine stops in the very middle of sending, a message may come twice.
message-off-both = Neither a mail server nor a text-message service is configured, so nothing is sent. The administrator switches them on in the configuration file (smtp_server or sms_url).
message-off-sms = E-mail is on. Text messages are not configured (sms_url).
message-off-email = Text messages are on. E-mail is not configured (smtp_server).
message-tab-all = All
message-tab-waiting = Waiting
message-tab-sent = Sent
message-tab-failed = Failed
message-tab-stopped = Stopped
message-state-waiting = Waits to be sent
message-state-again = Waits for another try
message-state-sent = Sent
message-state-failed = Could not be sent
message-state-stopped = Stopped
message-way = Way
message-way-email = E-mail
message-way-sms = Text message
message-kind = What it tells
message-kind-registered = Arrived, to be checked
message-kind-accepted = Accepted
message-kind-supplement_asked = Supplement asked
message-kind-refused = Not accepted
message-kind-obligation_asked = Financial obligation
message-kind-extended = Apology, new day
message-kind-result_ready = Result ready
message-kind-refused_after_appraisal = Refused
message-kind-withdrawn = Ended on request
message-any = All
message-code = Dossier code
message-to = To
message-to-gone = no address any more
message-at = Step done
message-next = Next try { $at }
message-why = Reason
message-again = Send again
message-stop = Stop
message-none = No messages yet
message-none-text = Messages come when citizens leave an e-mail address or a telephone number and agree to be told.
message-none-found = No message matches
message-none-found-text = Take away some of the filter.
message-clear = Clear the filter
message-shown = { $count ->
    [one] { $count } message
   *[other] { $count } messages
 }
message-refused-ended = This message is sent or stopped already, so it cannot be changed. Open the list anew to see how it stands.
message-card = Messages to the citizen
message-card-none = Nothing was sent. Whoever filed it did not agree, or left no address.
message-consent = Messages at each step
message-consent-none = None
message-consent-vi = Yes, in Vietnamese
message-consent-en = Yes, in English
message-consent-help = Only with the citizen's consent. By e-mail where there is an address, else as a text message.
