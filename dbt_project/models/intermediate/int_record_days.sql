-- Records per tool and local day: all of them, those of services, those of people whom no roster knows. Reports coarser
-- than a day are few and counted anew each time.
select
    tool_id, day, cast(sum(records) as bigint) as records, cast(sum(service_records) as bigint) as service_records,
    cast(sum(unknown_records) as bigint) as unknown_records
from (
    select * from {{ ref('int_own_record_days') }}
    union all
    select * from ({{ record_days('not has_own_day') }}) as coarse
) as all_records
group by 1, 2
