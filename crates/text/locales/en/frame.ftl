# The frame of the pages.
frame-centre = Public Administrative Service Centre
frame-hours = Monday to Friday, 07:30–11:30 and 13:30–17:00
frame-home = Public services of the commune
frame-home-text = This page is being prepared. The one-stop service will help you.
draft-refused-too-long = The form is longer than can be kept. Send it or shorten it.
draft-refused-too-many = There are too many unfinished forms. Finish some of them first.
draft-refused-nothing-aside = There is no form set aside that could be taken back.
