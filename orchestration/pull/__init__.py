"""Vendor API clients that fetch raw payloads into landing/ and do nothing else: no parsing but for the next page.

windows   which days of a report are due
landing   what has been fetched, what is half fetched, how a window becomes visible as a whole
client    one request that survives bad networks and rate limits
visits    what reports share: pages of JSON, files behind signed addresses
github, anthropic, openai, cursor, microsoft   each vendor's requests and rules for the next page
reports   every report of every vendor by its name
pulling   sources of a workspace, one after another; one that fails stops no other
"""
