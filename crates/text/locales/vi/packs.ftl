packs-check-good = Gói luật đạt: { $units } đơn vị, { $served } thủ tục làm được ({ $versions } phiên bản), { $known } thủ tục mới có tên, { $forms } biểu mẫu.
