# The frame of the pages.
frame-centre = Public Administrative Service Centre
draft-refused-too-long = The form is longer than can be kept. Send it or shorten it.
draft-refused-too-many = There are too many unfinished forms. Finish some of them first.
draft-refused-nothing-aside = There is no form set aside that could be taken back.
