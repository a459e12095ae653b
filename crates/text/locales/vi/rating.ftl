# Đánh giá của người dân khi việc đã xong.
rating-text = Ông/bà đánh giá một lần. Cán bộ giải quyết không đổi được đánh giá này.
rating-grade = Ông/bà thấy thế nào?
rating-grade-very_satisfied = Rất hài lòng
rating-grade-satisfied = Hài lòng
rating-grade-neutral = Bình thường
rating-grade-dissatisfied = Không hài lòng
rating-grade-very_dissatisfied = Rất không hài lòng
rating-grade-missing = Chọn một mức.
rating-remark = Ý kiến thêm
rating-remark-hint = Nếu không hài lòng, ông/bà viết vì sao.
rating-remark-missing = Ông/bà viết vì sao không hài lòng, để trung tâm sửa.
rating-remark-too-long = Dài quá 1.000 ký tự. Viết gọn lại.
rating-send = Gửi đánh giá
rating-refused-not-ended = Hồ sơ chưa kết thúc nên chưa đánh giá được.
rating-refused-second = Hồ sơ này đã được đánh giá. Mỗi hồ sơ đánh giá một lần.
