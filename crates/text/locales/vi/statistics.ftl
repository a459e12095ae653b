# Số liệu hồ sơ và bảng điều hành.
statistics-period-backwards = Ngày cuối đứng trước ngày đầu. Xem lại hai ngày của kỳ.
statistics-period-too-long = Kỳ dài quá { $days } ngày. Chọn kỳ ngắn hơn.
