"""The words of the screen, Chinese and English, one file per kind of person; `locker.kiosk.wording` says them."""
