# Vì sao phải thu chừng này. Số tiền đến trang dưới dạng số, trang ghi đơn vị đồng.
fee-why-free = Không thu.
fee-why-flat = Thu một lần cho cả hồ sơ: { $amount } đ.
fee-why-cases = { $count } trường hợp × { $each } đ = { $amount } đ.
fee-why-copies = { $count } bản × { $each } đ = { $amount } đ.
fee-why-pages = Trang { $from } đến { $to }: mỗi trang { $each } đ = { $amount } đ.
fee-why-cap = Mức tối đa một bản: { $amount } đ (tính theo trang là { $before } đ).
fee-why-exempt = Miễn, giảm { $percent } %: bớt { $amount } đ.
fee-refused-quantity = Số trang từ 1 đến 100.000, số bản và số trường hợp từ 1 đến 10.000. Xem lại số đã nhập.
fee-refused-exemption = Lý do miễn, giảm này không áp dụng cho khoản nào của hồ sơ. Chọn lý do khác hoặc bỏ chọn.
fee-unset = Mức thu do tỉnh quy định và chưa được nhập. Ghi số tiền theo nghị quyết của HĐND tỉnh.
