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

civil-card = Civil status register
civil-entered = Entered
civil-ready = Entry is ready
civil-ready-next = It is entered when the result is signed and numbered.
civil-not-ready = Make the entry ready before the draft is submitted.
civil-prepare = Make the register entry
civil-prepare-again = Change the register entry
civil-prepare-do = Save the entry
civil-prepare-how = How to enter
civil-prepare-effect = The declaration stands in the fields. Where the entry must differ, correct the field and give the reason; the declaration stays as it is. The number is given when the result is issued.
civil-prepare-refuse = Conditions not met: draft a refusal
civil-declared = The declaration
civil-why = Why the entry differs from the declaration
civil-why-hint = Only where a field differs from the declaration.
civil-nothing = left empty
civil-personal-id = Personal number
civil-personal-id-none = None yet. Entered when the national population database gives it.
civil-personal-id-do = Enter the personal number
civil-personal-id-hint = 12 digits as the national population database gives them. The program never makes this number.
civil-extract-find = Find the entry to copy
civil-extract-from = Copied from entry { $number }.
civil-extract-none = No entry has been chosen to copy from.
civil-extract-effect = Search by number, or by name and date of birth. The copy says what the chosen entry says now, with all notes of change.
civil-extract-paper-book = The entry is in an old paper book or elsewhere: write the content
civil-extract-none-text = Check number, year and spelling. What was registered before 1 July 2025 may be in a paper book.
civil-extract-back = Back to the dossier
civil-extract-take = Copy this entry
civil-extract-chosen = Chosen
civil-found = Entries found
civil-book = Register
civil-choose-book = Choose a register
civil-number-and-year = Number/year
civil-name = Name
civil-other-name = Husband’s name
civil-birth-year = Year of birth
civil-born = Date of birth
civil-died = Date of death
civil-year = Year
civil-of-year = Year { $year }
civil-who-birth = Child
civil-who-death = Deceased
civil-who-marriage = Wife, husband
civil-notes = Notes of change
civil-notes-count = { $count ->
    [one] { $count } note
   *[other] { $count } notes
}
civil-search = Name or number
civil-print = Print the book of { $year }
civil-export = Export CSV
civil-shown = { $count ->
    [one] { $count } entry
   *[other] { $count } entries
}
civil-none = The register has no entry yet
civil-none-text = The first one appears when the result of a civil status dossier is issued.
civil-none-found = No entry found
civil-none-found-text = Try fewer letters, without the date of birth or without the year. Diacritics may be left out.
civil-entry-heading = No. { $number }: { $name }
civil-prepared-by = Prepared by
civil-signer = Signed by
civil-entered-by = Numbered by
civil-dossier = Dossier
civil-present = Content
civil-present-noted = Present content, after the notes
civil-no-notes = No notes. The content is as it was entered.
civil-extracts = Copies issued
civil-no-extracts = No copy has been issued from this entry.
civil-copies = { $count ->
    [one] { $count } copy
   *[other] { $count } copies
}
civil-now = What can be done
civil-note-do = Note a change
civil-note-effect = Nothing is lost: the entry keeps its first wording and every note with its reason, document and officer.
civil-note-field-kind = Kind of note
civil-note-field-field = What is altered
civil-note-field-value = New content
civil-note-field-why = Reason
civil-note-field-authority = Document that allows it
civil-note-field-authority_on = Date of the document
civil-note-hint-value = Dates as 27/3/2025.
civil-note-hint-authority = Number, symbol, issuer.
civil-choose-field = Choose
civil-paper-birth = Birth certificate
civil-paper-death = Death extract
civil-paper-marriage = Marriage certificate
civil-never-deleted = An entry cannot be deleted; later changes are notes.
civil-differences = Differs from the declaration

fact-entry_prepared = Register entry made ready
fact-extract_drafted = Copy of an entry drafted
fact-entry_made = Entered in the civil status register
fact-entry_noted = Change noted in the civil status register
fact-extract_issued = Copies of an extract issued from the register
