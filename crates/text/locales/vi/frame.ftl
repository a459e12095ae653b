# Khung trang.
frame-centre = Trung tâm Phục vụ hành chính công
frame-hours = Thứ Hai đến thứ Sáu, 07:30–11:30 và 13:30–17:00
