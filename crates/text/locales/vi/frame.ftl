# Khung trang.
frame-centre = Trung tâm Phục vụ hành chính công
frame-hours = Thứ Hai đến thứ Sáu, 07:30–11:30 và 13:30–17:00
frame-home = Dịch vụ công của xã
frame-home-text = Trang này đang được chuẩn bị. Ông/bà đến bộ phận một cửa để được hướng dẫn.
draft-refused-too-long = Biểu mẫu dài quá mức giữ được. Hãy gửi biểu mẫu hoặc viết gọn lại.
draft-refused-too-many = Có quá nhiều biểu mẫu dở dang. Hãy hoàn thành vài biểu mẫu trước.
draft-refused-nothing-aside = Không còn biểu mẫu nào được cất để lấy lại.
