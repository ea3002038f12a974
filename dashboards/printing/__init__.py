"""The leadership page on paper: one content, as HTML and as PDF. No Streamlit, no clock, no network."""
