select sum(case when amount > 15 then 1 else 0 end) as dear, cast(sum(cast(1 as decimal(18,0))) as bigint) as lines from {{ ref('stg_lines') }}
