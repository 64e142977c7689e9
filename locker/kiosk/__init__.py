"""The page on the cabinet's screen: what it shows (`screen`), its words (`wording`) and the web application (`app`)."""
