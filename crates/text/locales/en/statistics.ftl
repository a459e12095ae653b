# Figures of dossiers and the dashboard.
statistics-period-backwards = The last day is before the first. Check the two days of the period.
statistics-period-too-long = The period is longer than { $days } days. Choose a shorter one.
