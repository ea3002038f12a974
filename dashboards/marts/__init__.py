"""Every question that the dashboard asks of a publication: one typed function each, no Streamlit."""
