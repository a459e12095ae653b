# Words shared by every page. Vietnamese is the source; a change here follows vi/common.ftl.
common-results = { $count ->
    [one] { $count } result
   *[other] { $count } results
}
common-product = Townhall
common-save = Save
common-cancel = Cancel
common-back = Back
common-open = Open
common-next = Next
common-previous = Previous
common-continue = Continue
common-search = Search
common-filter = Filter
common-clear-filters = Clear filters
common-all = All
common-yes = Yes
common-no = No
common-none = None
common-optional = optional
common-today = today
common-tomorrow = tomorrow
common-yesterday = yesterday
common-download = Download
common-print = Print
common-details = Details
common-why = Why?
common-add = Add
common-remove = Remove
common-edit = Edit
common-confirm = Confirm
common-retry = Try again
common-status = Status
common-deadline = Due
common-date = Date
common-unit = Unit
common-post = Post
common-person = Person
common-reason = Reason
common-note = Note
common-error-title = Error: { $title }
common-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
common-working-days = { $count ->
    [one] { $count } working day
   *[other] { $count } working days
}
common-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
common-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
common-hours-minutes = { $hours } h { $minutes } min
common-files = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
common-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
