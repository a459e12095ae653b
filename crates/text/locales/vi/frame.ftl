# Khung trang.
frame-centre = Trung tâm Phục vụ hành chính công
draft-refused-too-long = Biểu mẫu dài quá mức giữ được. Hãy gửi biểu mẫu hoặc viết gọn lại.
draft-refused-too-many = Có quá nhiều biểu mẫu dở dang. Hãy hoàn thành vài biểu mẫu trước.
draft-refused-nothing-aside = Không còn biểu mẫu nào được cất để lấy lại.
