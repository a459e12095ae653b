# Trang tình trạng hồ sơ của công dân.
status-title = Tình trạng hồ sơ
status-way = Hồ sơ đã đi qua
status-next-nothing = Lúc này ông/bà không cần làm gì thêm.
status-next-supplement = Ông/bà cần bổ sung giấy tờ theo phiếu yêu cầu. Hãy mang đến trung tâm; hạn sẽ tính tiếp khi đủ giấy tờ.
status-next-obligation = Ông/bà cần nộp tiền theo thông báo, rồi đưa chứng từ cho trung tâm.
status-next-collect = Kết quả đã có. Ông/bà mang giấy hẹn đến nhận.
status-next-returned = Kết quả đã được trả.
status-next-refused = Hồ sơ không được giải quyết. Lý do ghi trong phiếu đã giao cho ông/bà.
status-next-withdrawn = Hồ sơ đã dừng theo yêu cầu của ông/bà.
