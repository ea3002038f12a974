"""The leadership page on paper: one content, as HTML, PDF and slide. No Streamlit, no clock, no network."""
