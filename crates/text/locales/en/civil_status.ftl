# Registers of civil status: births, deaths, marriages.

civil-book-birth = Register of births
civil-book-death = Register of deaths
civil-book-marriage = Register of marriages

civil-number = Number
civil-registered-on = Registered on
civil-late-mark = Registered late
civil-sex-male = Male
civil-sex-female = Female
civil-population-database = National population database

civil-note-change = Change
civil-note-correction = Correction
civil-note-supplement = Supplement
civil-note-personal_id = Personal number

civil-print-title = { $book }
civil-print-year = Year { $year }
civil-print-numbers = Numbers { $from } to { $to }
civil-print-note = From the electronic register. The present wording is shown; the first wording and every note of change are kept in the register.
civil-print-child = Child
civil-print-mother = Mother
civil-print-father = Father
civil-print-deceased = Deceased
civil-print-residence = Last residence
civil-print-death = Death
civil-print-bride = Wife
civil-print-groom = Husband
civil-print-declarant = Declarant
civil-print-remarks = Remarks

civil-date-in-future = This day has not come yet.
civil-parent-too-young = By this year the parent was { $years } years old at the birth. Check the year.
civil-father-incomplete = When the father is entered, so are his year of birth, ethnic group and residence.
civil-one-number-for-two = This number is that of the other person. Everybody has a number of their own.
civil-death-before-birth = The death is dated before the birth.
civil-years-differ = The year of birth differs from the date of birth.
civil-too-old = By this year the deceased was { $years } years old. Check the year.
civil-too-young-to-marry = Not yet { $years } years old on the day of registration (Law on Marriage and Family 2014, article 8).
civil-born-after-mothers-death = Born after the mother’s death ({ $died }) as the register of deaths has it.
civil-born-after-fathers-death = Born more than 300 days after the father’s death ({ $died }) (Law on Marriage and Family 2014, article 88).
civil-already-registered = Registered already under number { $number }. Open that entry before you go on.
civil-personal-id-wrong = A personal number has 12 digits; the first three are a province code from 001 to 096.
civil-personal-id-other-year = This is not the number of somebody born in that year. Check the number or the year.
civil-personal-id-other-sex = This number does not fit the sex that is entered.
civil-note-kind-unknown = Choose the kind of note.
civil-note-no-change = That is what stands there already.
civil-field-unknown = Choose what the note alters.
civil-authority-missing = Give number, symbol and issuer of the document that allows the change.
civil-refused-no-form = The form { $form } by which this entry was made is gone. Tell the administrator.
civil-refused-no-entry = There is no register entry for this dossier yet. The civil status officer makes it before the draft is submitted.
civil-refused-entry-changed = Entry { $number } was noted on after the copy was drafted. Send it back to be drafted again.
