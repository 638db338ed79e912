{{ config(materialized='table', schema='working') }}

{% set keys = 'payer_account_id, account_id, service_code' %}

with

line_items as (
    select * from {{ source('cur', 'line_items') }}
),

described as (
    select
        l.bill_payer_account_id as payer_account_id,
        {{ reported_account('l') }} as account_id,
        l.line_item_product_code as service_code,
        {{ reported_region('l') }} as region
        {%- for line in descriptions().splitlines() %},
        l.{{ line.split()[1] }} as {{ line.split()[0] }}
        {%- endfor %}
    from line_items as l
),

described_once as (
    select
        {{ keys }},
        {{ description_names() }}
    from described
    group by
        {{ keys }},
        {{ description_names() }}
),

-- Lines find their description by a fingerprint: one short text to compare
-- instead of all that it stands for. That no two have the same is tested.
stg_line_descriptions as (
    select
        *,
        {{ fingerprint() }} as fingerprint
    from described_once
)

select * from stg_line_descriptions
