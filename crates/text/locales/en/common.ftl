# Words shared by every page. Vietnamese is the source; a change here follows vi/common.ftl.
common-results = { $count ->
    [one] { $count } result
   *[other] { $count } results
}
common-product = Townhall
common-save = Save
common-open = Open
common-continue = Continue
common-search = Search
common-filter = Filter
common-clear-filters = Clear filters
common-yes = Yes
common-no = No
common-optional = optional
common-today = today
common-edit = Edit
common-status = Status
common-date = Date
common-reason = Reason
common-error-title = Error: { $title }
common-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
common-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
common-hours-minutes = { $hours } h { $minutes } min
