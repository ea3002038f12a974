-- The tools whose logs tell of use by event or by day: for these, no record is no use. Of every other tool only coarse
-- reports (or invoices) speak, and what they leave open nobody knows.
select tool_id from {{ ref('int_source_days') }} where tells_days group by 1
