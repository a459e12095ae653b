# Deadlines: words of the chip, the reason of a deadline, errors when it is changed.

# Limits of procedures
deadline-limit-minutes = { $count ->
    [one] { $count } working minute
   *[other] { $count } working minutes
}
deadline-limit-working-hours = { $count ->
    [one] { $count } working hour
   *[other] { $count } working hours
}
deadline-limit-half-days = { $count ->
    [one] { $count } half day
   *[other] { $count } half days
}
deadline-limit-working-days = { $count ->
    [one] { $count } working day
   *[other] { $count } working days
}
deadline-limit-calendar-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
deadline-limit-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
deadline-limit-same-day = the same day
deadline-limit-same-day-until = the same day; received after { $cutoff }, the next working day

# The chip
deadline-over-days = { $count ->
    [one] { $count } working day overdue
   *[other] { $count } working days overdue
}
deadline-over-time = { $time } overdue
deadline-over-now = Overdue
deadline-left-days = { $count ->
    [one] { $count } working day left
   *[other] { $count } working days left
}
deadline-left-time = { $time } left
deadline-left-less = Less than 1 working day left
deadline-left-now = Ends today
deadline-wait-supplement = On hold, waiting for a supplement
deadline-wait-financial = On hold, waiting for payment
deadline-wait-procedure = On hold, as the procedure has it
deadline-wait-issuer = Put on hold by the issuer
deadline-done-early = { $count ->
    [one] Done { $count } working day early
   *[other] Done { $count } working days early
}
deadline-done-on-time = Done on time
deadline-done-late = { $count ->
    [one] Done { $count } working day late
   *[other] Done { $count } working days late
}
deadline-done-late-time = Done { $time } late
deadline-done-late-now = Done late
deadline-small-due = was due { $when }
deadline-small-when = { $when }
deadline-small-moved = { $when } · first deadline { $original }
deadline-small-due-moved = was due { $when } · first deadline { $original }
deadline-small-wait = since { $since }; the clock stands
deadline-small-done = done { $when }, due { $due }
deadline-today-at = today, { $time }

# The reason of a deadline
deadline-why-today = Why is it due today at { $time }?
deadline-why = Why is it due { $due }?
deadline-why-waiting = Why is there no deadline yet?
deadline-due-at = due { $time }
deadline-rule = Limit: { $limit }
deadline-rule-given = Date given by the issuer
deadline-rule-law = Civil Code, articles 147–148
deadline-rule-calendar = days off of { $years }
deadline-rule-projected = some days off are only projected
deadline-among = In between
deadline-number = { $number }
deadline-number-range = { $first } to { $last }

deadline-step-issued = issued
deadline-step-issued-not-counted = issued; this day is not counted
deadline-step-received = complete dossier received; time runs at once
deadline-step-received-not-counted = complete dossier received; this day is not counted
deadline-step-received-half-days = complete dossier received; the running half day is not counted
deadline-step-received-same-day = complete dossier received by { $cutoff }, so the result is due the same day
deadline-step-received-after-cutoff = complete dossier received after { $cutoff }, so the next working day counts
deadline-step-received-day-off = complete dossier received on a day off, so the next working day counts
deadline-step-before-cutoff = by { $cutoff }, so the result is due the same day
deadline-step-after-cutoff = after { $cutoff }, so the next working day counts
deadline-step-not-counted = this day is not counted
deadline-step-working-day = working day { $number }
deadline-step-working-days = working days { $numbers }
deadline-step-with-makeup = { $days }, { $dates } worked in exchange included
deadline-step-makeup-workday = { $weekday } worked in exchange for { $holiday }: working day { $number }
deadline-step-calendar-day = day { $number }
deadline-step-calendar-days = days { $numbers }, days off included
deadline-step-months = { $count ->
    [one] { $count } month, days off included
   *[other] { $count } months, days off included
}
deadline-step-months-end = { $count ->
    [one] { $count } month complete
   *[other] { $count } months complete
}
deadline-step-half-day = half day { $number }
deadline-step-half-days = half days { $numbers }
deadline-step-office-time = { $time } of office time counted
deadline-step-outside-hours = outside office hours, not counted
deadline-step-same-day = result due the same day
deadline-step-off = { $what }: off, not counted
deadline-step-among = not counted: { $what }
deadline-step-weekend = weekend
deadline-step-weekends = { $count ->
    [one] { $count } weekend
   *[other] { $count } weekends
}
deadline-step-holiday = { $holiday }
deadline-step-holiday-on = { $holiday } { $dates }
deadline-step-holiday-swap = day swapped for { $holiday }
deadline-step-holiday-substitute = day in lieu of { $holiday }
deadline-step-projected = { $what } (projected)
deadline-step-rolled = the next working day
deadline-step-last-day-off = the last day is off ({ $what }), so the next working day holds
deadline-step-waiting = waiting, the clock stands
deadline-step-late = overdue
deadline-step-paused-supplement = supplement asked for, the clock stops
deadline-step-paused-financial = waiting for payment, the clock stops; first appointment: { $due }
deadline-step-paused-procedure = the procedure does not count this time, the clock stops
deadline-step-paused-issuer = the issuer put the work on hold, the clock stops
deadline-step-resumed = the clock runs on
deadline-step-restarted = complete supplement received, the limit begins anew; this day is not counted
deadline-step-second-appointment = proof of payment received; second appointment after { $limit }, this day is not counted
deadline-step-added = { $limit } added
deadline-step-extended = apology and the one extension
deadline-step-postponed = date moved by the issuer
deadline-step-calendar-changed = the days off changed; the deadline was { $before }
deadline-step-after-first = { $what }; first deadline { $due }
deadline-step-after-earlier = { $what }; deadline before { $due }
deadline-step-earlier-due = the deadline before
deadline-step-due = due

# Sentences for citizens
deadline-summary-days = The limit is { $limit }, counted from the day after the complete dossier was received ({ $received }).
deadline-summary-time = The limit is { $limit }, counted from the moment the complete dossier was received ({ $received }).
deadline-summary-half-days = The limit is { $limit }, counted from the half day after the complete dossier was received ({ $received }).
deadline-summary-same-day = What is received by { $cutoff } is done the same working day, later the next working day. This dossier was received { $received }.
deadline-summary-given = Issued { $received }.
deadline-summary-due = It is due { $due }.
deadline-summary-moved = The first deadline was { $original }, now it is { $due }.
deadline-summary-waiting = The clock has stood since { $since }; there will be a new deadline when it runs again.
deadline-summary-rolled = The last day is off, so the next working day holds.
deadline-summary-off = Not counted: { $list }.

# Names of the days off
holiday-new-year = New Year's Day
holiday-tet = Tết (Lunar New Year)
holiday-hung-kings = Hùng Kings Commemoration Day
holiday-victory = Reunification Day 30 April
holiday-labour = Labour Day 1 May
holiday-national = National Day
holiday-culture = Viet Nam Culture Day

# Sources
source-blds-147-1 = Civil Code 2015, article 147.1
source-blds-147-2 = Civil Code 2015, article 147.2
source-blds-148 = Civil Code 2015, article 148
source-blds-148-5 = Civil Code 2015, article 148.5
source-qd-188-1999 = Decision 188/1999/QĐ-TTg
source-nd61-19-4 = Decree 61/2018/NĐ-CP, article 19.4
source-nd61-19-9 = Decree 61/2018/NĐ-CP, article 19.9
source-qd-766 = Decision 766/QĐ-TTg of 2022
source-nd151-2025 = Decree 151/2025/NĐ-CP
source-procedure = rule of the procedure
source-given = issuer of the work
source-calendar = new calendar
source-nd23-7 = Decree 23/2015/NĐ-CP, article 7; Civil Status Law 2014
source-blld-112 = Labour Code 2019, article 112
source-blld-111-3 = Labour Code 2019, article 111.3
source-nq-28-2026 = Resolution 28/2026/QH16
source-vpcp-9859 = Official letter 9859/VPCP-KGVX
source-swap-new-year-2026 = swap of 2 January 2026
source-yearly-2024 = days off of 2024
source-yearly-2025 = days off of 2025
source-yearly-2026 = days off of 2026
source-projection = projected, not decided yet

# Errors
deadline-error-year-not-loaded = The days off of { $year } are not loaded (there are { $first } to { $last }). An administrator has to load that year.
deadline-error-no-office-hours = There are no office hours for { $date }. An administrator has to enter them.
deadline-error-paused = Not possible yet: the clock has stood since { $since }.
deadline-error-not-paused = Not possible: the clock is running, there is nothing to resume.
deadline-error-already-extended = This was extended once already; the law allows no second extension.
deadline-error-extension-too-late = Too late to extend: the apology and extension were possible until { $latest }.
deadline-error-passed = The deadline passed at { $due }, no time can be added.
deadline-error-not-later = The new deadline must be later than { $due }.
deadline-error-not-a-working-day = { $date } is a day off. Choose a working day.
deadline-error-back-in-time = This moment lies before the last change ({ $last }).

# The command townhall deadline
deadline-cli-received = Received
deadline-cli-limit = Limit
deadline-cli-due = Due
deadline-cli-unit = Unit
