# Thời hạn: chữ trên nhãn hạn, lý do của hạn, lỗi khi đổi hạn.

# Thời hạn của thủ tục
deadline-limit-minutes = { $count } phút làm việc
deadline-limit-working-hours = { $count } giờ làm việc
deadline-limit-half-days = { $count } buổi làm việc
deadline-limit-working-days = { $count } ngày làm việc
deadline-limit-calendar-days = { $count } ngày
deadline-limit-months = { $count } tháng
deadline-limit-same-day = trong ngày
deadline-limit-same-day-until = trong ngày; nhận sau { $cutoff } trả ngày làm việc tiếp theo

# Nhãn hạn
deadline-over-days = Quá hạn { $count } ngày làm việc
deadline-over-time = Quá hạn { $time }
deadline-over-now = Đã quá hạn
deadline-left-days = Còn { $count } ngày làm việc
deadline-left-time = Còn { $time }
deadline-left-less = Còn chưa đến 1 ngày làm việc
deadline-left-now = Hết hạn hôm nay
deadline-wait-supplement = Tạm dừng, chờ bổ sung
deadline-wait-financial = Tạm dừng, chờ nộp nghĩa vụ tài chính
deadline-wait-procedure = Tạm dừng theo quy định của thủ tục
deadline-wait-issuer = Người giao việc cho tạm dừng
deadline-done-early = Xong sớm { $count } ngày làm việc
deadline-done-on-time = Xong đúng hạn
deadline-done-late = Xong trễ { $count } ngày làm việc
deadline-done-late-time = Xong trễ { $time }
deadline-done-late-now = Xong trễ hạn
deadline-small-due = hạn { $when }
deadline-small-when = { $when }
deadline-small-moved = { $when } · hạn đầu { $original }
deadline-small-due-moved = hạn { $when } · hạn đầu { $original }
deadline-small-wait = từ { $since }; đồng hồ không chạy
deadline-small-done = xong { $when }, hạn { $due }
deadline-today-at = hôm nay, { $time }

# Lý do của hạn
deadline-why-today = Vì sao hạn là { $time } hôm nay?
deadline-why = Vì sao hạn là { $due }?
deadline-why-waiting = Vì sao chưa có hạn?
deadline-due-at = hạn { $time }
deadline-rule = Quy định { $limit }
deadline-rule-given = Hạn do người giao việc ấn định
deadline-rule-law = Bộ luật Dân sự, Điều 147–148
deadline-rule-calendar = lịch nghỉ năm { $years }
deadline-rule-projected = có ngày nghỉ mới là dự kiến
deadline-among = Trong đó
deadline-number = thứ { $number }
deadline-number-range = thứ { $first } đến thứ { $last }

deadline-step-issued = giao việc
deadline-step-issued-not-counted = giao việc; ngày giao không tính
deadline-step-received = nhận đủ hồ sơ; thời gian tính ngay
deadline-step-received-not-counted = nhận đủ hồ sơ; ngày nhận không tính
deadline-step-received-half-days = nhận đủ hồ sơ; buổi đang làm không tính
deadline-step-received-same-day = nhận đủ hồ sơ, chậm nhất { $cutoff } nên trả trong ngày
deadline-step-received-after-cutoff = nhận đủ hồ sơ sau { $cutoff } nên tính sang ngày làm việc tiếp theo
deadline-step-received-day-off = nhận đủ hồ sơ vào ngày nghỉ nên tính sang ngày làm việc tiếp theo
deadline-step-before-cutoff = chậm nhất { $cutoff } nên trả trong ngày
deadline-step-after-cutoff = sau { $cutoff } nên tính sang ngày làm việc tiếp theo
deadline-step-not-counted = ngày này không tính
deadline-step-working-day = ngày làm việc { $number }
deadline-step-working-days = ngày làm việc { $numbers }
deadline-step-with-makeup = { $days }, kể cả { $dates } làm bù
deadline-step-makeup-workday = { $weekday } làm bù dịp { $holiday }: ngày làm việc { $number }
deadline-step-calendar-day = ngày { $number }
deadline-step-calendar-days = ngày { $numbers }, tính cả ngày nghỉ
deadline-step-months = { $count } tháng, tính cả ngày nghỉ
deadline-step-months-end = đủ { $count } tháng
deadline-step-half-day = buổi { $number }
deadline-step-half-days = buổi { $numbers }
deadline-step-office-time = tính { $time } trong giờ làm việc
deadline-step-outside-hours = ngoài giờ làm việc, không tính
deadline-step-same-day = trả trong ngày
deadline-step-off = { $what }: nghỉ, không tính
deadline-step-among = không tính { $what }
deadline-step-weekend = cuối tuần
deadline-step-weekends = { $count } kỳ nghỉ cuối tuần
deadline-step-holiday = { $holiday }
deadline-step-holiday-on = { $holiday } { $dates }
deadline-step-holiday-swap = hoán đổi dịp { $holiday }
deadline-step-holiday-substitute = nghỉ bù { $holiday }
deadline-step-projected = { $what } (dự kiến)
deadline-step-rolled = ngày làm việc tiếp theo
deadline-step-last-day-off = ngày cuối rơi vào { $what } nên chuyển sang ngày làm việc tiếp theo
deadline-step-waiting = chờ, đồng hồ không chạy
deadline-step-late = quá hạn
deadline-step-paused-supplement = yêu cầu bổ sung hồ sơ, đồng hồ dừng
deadline-step-paused-financial = chờ nộp nghĩa vụ tài chính, đồng hồ dừng; hẹn lần 1: { $due }
deadline-step-paused-procedure = thời gian này thủ tục không tính, đồng hồ dừng
deadline-step-paused-issuer = người giao việc cho tạm dừng, đồng hồ dừng
deadline-step-resumed = đồng hồ chạy tiếp
deadline-step-restarted = nhận đủ hồ sơ bổ sung, tính lại từ đầu; ngày này không tính
deadline-step-second-appointment = có chứng từ nộp tiền; hẹn lần 2 sau { $limit }, ngày này không tính
deadline-step-added = thêm { $limit }
deadline-step-extended = xin lỗi và gia hạn một lần
deadline-step-postponed = người giao việc lùi hạn
deadline-step-calendar-changed = lịch nghỉ thay đổi; hạn cũ { $before }
deadline-step-after-first = { $what }; hạn đầu { $due }
deadline-step-after-earlier = { $what }; hạn trước đó { $due }
deadline-step-earlier-due = hạn trước đó
deadline-step-due = đến hạn

# Câu cho người dân
deadline-summary-days = Thời hạn là { $limit }, tính từ ngày sau ngày nhận đủ hồ sơ ({ $received }).
deadline-summary-time = Thời hạn là { $limit }, tính ngay từ lúc nhận đủ hồ sơ ({ $received }).
deadline-summary-half-days = Thời hạn là { $limit }, tính từ buổi sau khi nhận đủ hồ sơ ({ $received }).
deadline-summary-same-day = Hồ sơ nhận chậm nhất { $cutoff } được trả trong ngày làm việc đó, sau giờ này thì trả ngày làm việc tiếp theo. Hồ sơ nhận lúc { $received }.
deadline-summary-given = Việc được giao ngày { $received }.
deadline-summary-due = Hạn là { $due }.
deadline-summary-moved = Hạn đầu là { $original }, nay là { $due }.
deadline-summary-waiting = Đồng hồ đang dừng từ { $since }; có hạn mới khi chạy lại.
deadline-summary-rolled = Ngày cuối rơi vào ngày nghỉ nên chuyển sang ngày làm việc tiếp theo.
deadline-summary-off = Không tính { $list }.

# Tên ngày nghỉ
holiday-new-year = Tết Dương lịch
holiday-tet = Tết Nguyên đán
holiday-hung-kings = Giỗ Tổ Hùng Vương
holiday-victory = Ngày Chiến thắng 30/4
holiday-labour = Ngày Quốc tế Lao động 1/5
holiday-national = Quốc khánh
holiday-culture = Ngày Văn hóa Việt Nam

# Căn cứ
source-blds-147-1 = Bộ luật Dân sự 2015, Điều 147 khoản 1
source-blds-147-2 = Bộ luật Dân sự 2015, Điều 147 khoản 2
source-blds-148 = Bộ luật Dân sự 2015, Điều 148
source-blds-148-5 = Bộ luật Dân sự 2015, Điều 148 khoản 5
source-qd-188-1999 = Quyết định 188/1999/QĐ-TTg
source-nd61-19-4 = Nghị định 61/2018/NĐ-CP, Điều 19 khoản 4
source-nd61-19-9 = Nghị định 61/2018/NĐ-CP, Điều 19 khoản 9
source-qd-766 = Quyết định 766/QĐ-TTg năm 2022
source-nd151-2025 = Nghị định 151/2025/NĐ-CP
source-procedure = quy định của thủ tục
source-given = người giao việc
source-calendar = lịch nghỉ mới
source-nd23-7 = Nghị định 23/2015/NĐ-CP, Điều 7; Luật Hộ tịch 2014
source-blld-112 = Bộ luật Lao động 2019, Điều 112
source-blld-111-3 = Bộ luật Lao động 2019, Điều 111 khoản 3
source-nq-28-2026 = Nghị quyết 28/2026/QH16
source-vpcp-9859 = Công văn 9859/VPCP-KGVX
source-swap-new-year-2026 = hoán đổi ngày làm việc 02/01/2026
source-yearly-2024 = lịch nghỉ năm 2024
source-yearly-2025 = lịch nghỉ năm 2025
source-yearly-2026 = lịch nghỉ năm 2026
source-projection = dự kiến, chưa có quyết định của năm đó

# Lỗi
deadline-error-year-not-loaded = Chưa có lịch nghỉ năm { $year } (đang có từ { $first } đến { $last }). Quản trị viên cần nạp lịch năm đó.
deadline-error-no-office-hours = Chưa có giờ làm việc của ngày { $date }. Quản trị viên cần khai báo giờ làm việc.
deadline-error-paused = Chưa làm được: đồng hồ đang dừng từ { $since }.
deadline-error-not-paused = Chưa làm được: đồng hồ đang chạy, không có gì để tiếp tục.
deadline-error-already-extended = Hồ sơ đã gia hạn một lần; quy định không cho gia hạn lần hai.
deadline-error-extension-too-late = Đã hết thời gian gia hạn: phải xin lỗi và gia hạn chậm nhất { $latest }.
deadline-error-passed = Hạn đã qua lúc { $due }, không thêm thời gian được nữa.
deadline-error-not-later = Hạn mới phải sau { $due }.
deadline-error-not-a-working-day = { $date } là ngày nghỉ. Chọn một ngày làm việc.
deadline-error-back-in-time = Thời điểm này ở trước lần thay đổi gần nhất ({ $last }).

# Lệnh townhall deadline
deadline-cli-received = Nhận
deadline-cli-limit = Thời hạn
deadline-cli-due = Hạn
deadline-cli-unit = Đơn vị
