# What citizens say when the matter has ended.
rating-text = You can rate once. The officers who worked on it cannot change it.
rating-grade = How was it?
rating-grade-very_satisfied = Very satisfied
rating-grade-satisfied = Satisfied
rating-grade-neutral = Neither
rating-grade-dissatisfied = Dissatisfied
rating-grade-very_dissatisfied = Very dissatisfied
rating-grade-missing = Choose one.
rating-remark = Anything else
rating-remark-hint = If you are dissatisfied, say why.
rating-remark-missing = Say why you are dissatisfied, so that the centre can mend it.
rating-remark-too-long = Longer than 1,000 characters. Make it shorter.
rating-send = Send the rating
rating-refused-not-ended = The dossier has not ended, so it cannot be rated yet.
rating-refused-second = This dossier was rated already. Each is rated once.
