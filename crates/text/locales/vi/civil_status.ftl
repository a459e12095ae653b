# Sổ hộ tịch: khai sinh, khai tử, kết hôn.

civil-book-birth = Sổ đăng ký khai sinh
civil-book-death = Sổ đăng ký khai tử
civil-book-marriage = Sổ đăng ký kết hôn

civil-number = Số
civil-registered-on = Ngày đăng ký
civil-late-mark = Đăng ký quá hạn
civil-sex-male = Nam
civil-sex-female = Nữ
civil-population-database = Cơ sở dữ liệu quốc gia về dân cư

civil-note-change = Thay đổi
civil-note-correction = Cải chính
civil-note-supplement = Bổ sung
civil-note-personal_id = Số định danh cá nhân

civil-print-title = { $book }
civil-print-year = Năm { $year }
civil-print-numbers = Từ số { $from } đến số { $to }
civil-print-note = Trích từ sổ điện tử. Nội dung là nội dung hiện hành; nội dung ghi ban đầu và từng lần ghi chú thay đổi lưu trong sổ.
civil-print-child = Người được khai sinh
civil-print-mother = Mẹ
civil-print-father = Cha
civil-print-deceased = Người chết
civil-print-residence = Nơi cư trú cuối cùng
civil-print-death = Việc chết
civil-print-bride = Vợ
civil-print-groom = Chồng
civil-print-declarant = Người đi đăng ký
civil-print-remarks = Ghi chú

civil-date-in-future = Ngày này chưa tới.
civil-parent-too-young = Theo năm sinh này, cha mẹ mới { $years } tuổi khi con ra đời. Xem lại năm sinh.
civil-father-incomplete = Đã ghi người cha thì ghi đủ năm sinh, dân tộc, nơi cư trú.
civil-one-number-for-two = Số này trùng với số của người kia. Mỗi người có một số riêng.
civil-death-before-birth = Ngày chết đứng trước ngày sinh.
civil-years-differ = Năm sinh khác với năm trong ngày sinh.
civil-too-old = Theo năm sinh này, người chết thọ { $years } tuổi. Xem lại năm sinh.
civil-too-young-to-marry = Chưa đủ { $years } tuổi vào ngày đăng ký kết hôn (Luật Hôn nhân và gia đình 2014, Điều 8).
civil-born-after-mothers-death = Ngày sinh đứng sau ngày người mẹ chết ({ $died }) theo sổ khai tử.
civil-born-after-fathers-death = Ngày sinh đứng sau ngày người cha chết ({ $died }) hơn 300 ngày (Luật Hôn nhân và gia đình 2014, Điều 88).
civil-already-registered = Việc này đã đăng ký, số { $number }. Mở mục đó trước khi ghi tiếp.
civil-personal-id-wrong = Số định danh cá nhân có 12 chữ số, ba số đầu là mã tỉnh từ 001 đến 096.
civil-personal-id-other-year = Số này không phải của người sinh năm đã ghi. Xem lại số hoặc năm sinh.
civil-personal-id-other-sex = Số này không khớp giới tính đã ghi.
civil-note-kind-unknown = Chọn loại ghi chú.
civil-note-no-change = Nội dung này đang ghi đúng như vậy rồi.
civil-field-unknown = Chọn nội dung cần ghi chú.
civil-authority-missing = Ghi số, ký hiệu và cơ quan của văn bản cho phép thay đổi.
civil-refused-no-form = Không còn mẫu tờ khai { $form } để đọc mục này. Báo người quản trị.
civil-refused-no-entry = Chưa ghi sổ hộ tịch cho hồ sơ này. Công chức tư pháp – hộ tịch lập nội dung ghi sổ rồi mới trình ký.
civil-refused-entry-changed = Mục số { $number } đã có ghi chú mới sau khi soạn bản sao. Trả lại để soạn lại.
