with recursive

numbers as (
    select 1 as number
    union all
    select number + 1 as number from numbers where number < 3
)

select number, 'with x as (tiny.stg_dear)' as words, count(*) as dear from numbers cross join {{ ref('stg_dear') }} group by number
