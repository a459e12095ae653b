# Why so much is due. Amounts arrive as numbers; the page writes the unit đồng.
fee-why-free = Free.
fee-why-flat = Once for the dossier: { $amount } đ.
fee-why-cases = Number of cases, { $count } × { $each } đ = { $amount } đ.
fee-why-copies = Number of copies, { $count } × { $each } đ = { $amount } đ.
fee-why-pages = Pages { $from } to { $to }: { $each } đ a page = { $amount } đ.
fee-why-cap = The most for one copy: { $amount } đ (by pages it would be { $before } đ).
fee-why-exempt = Exempt or reduced by { $percent } %: { $amount } đ less.
fee-refused-quantity = Pages are 1 to 100,000, copies and cases 1 to 10,000. Check the numbers.
fee-refused-exemption = This reason for exemption applies to no fee of the dossier. Choose another or none.
fee-unset = The province sets this amount and it has not been entered. Write the amount of the provincial resolution.
