# The frame of the pages.
frame-centre = Public Administrative Service Centre
frame-hours = Monday to Friday, 07:30–11:30 and 13:30–17:00
